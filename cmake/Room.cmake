# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later

# bitdesk_room(NAME [PUBLIC targets…] [PRIVATE targets…]): the static library `bitdesk_NAME` of all sources in the present
# folder. A new file joins by being there. The link lines are the boundaries between rooms: tests/architecture holds the
# includes against them.
function(bitdesk_room name)
  cmake_parse_arguments(ROOM "" "" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    add_library(bitdesk_${name} INTERFACE)
    target_include_directories(bitdesk_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(bitdesk_${name} INTERFACE ${ROOM_PUBLIC})
    return()
  endif()
  add_library(bitdesk_${name} STATIC ${sources})
  # Rooms of the core may end in a shared library (benchmarks/peers).
  set_target_properties(bitdesk_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(bitdesk_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(bitdesk_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE bitdesk_flags ${ROOM_PRIVATE})
endfunction()
