# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later

# A whole build costs least where a room's sources share what they include and instantiate (docs/decisions/0016).
set(BITDESK_TOGETHER 10 CACHE STRING "Sources of a room that are compiled together; 1: each by itself")
option(BITDESK_PCH "Precompile the headers that many sources include" ON)

# bitdesk_headers(FAMILY targets…): precompiles cmake/headers_FAMILY.h, with what it needs of these targets, for rooms that
# name the family.
function(bitdesk_headers family)
  if(NOT BITDESK_PCH)
    return()
  endif()
  file(TOUCH ${CMAKE_BINARY_DIR}/generated/headers_${family}.cpp)
  add_library(bitdesk_headers_${family} OBJECT ${CMAKE_BINARY_DIR}/generated/headers_${family}.cpp)
  set_target_properties(bitdesk_headers_${family} PROPERTIES POSITION_INDEPENDENT_CODE ON AUTOMOC OFF)
  target_link_libraries(bitdesk_headers_${family} PUBLIC ${ARGN} PRIVATE bitdesk_flags)
  target_precompile_headers(bitdesk_headers_${family} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/headers_${family}.h)
endfunction()

# bitdesk_room(NAME [ALONE] [LIGHT] [HEADERS family] [PUBLIC targets…] [PRIVATE targets…]): the static library
# `bitdesk_NAME` of all sources in the present folder. A new file joins by being there. The link lines are the boundaries
# between rooms: tests/architecture holds the includes against them. ALONE: its sources are of one shape, which names its
# parts alike, and are compiled one by one. LIGHT: it words, draws and hands on, so that nobody waits for its loops, only for
# its compiling.
function(bitdesk_room name)
  cmake_parse_arguments(ROOM "ALONE;LIGHT" "HEADERS" "PUBLIC;PRIVATE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(NOT sources)
    add_library(bitdesk_${name} INTERFACE)
    target_include_directories(bitdesk_${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(bitdesk_${name} INTERFACE ${ROOM_PUBLIC})
    return()
  endif()
  # What is compiled together is neighbours in this list: the sources with a heavy header first.
  foreach(source IN LISTS sources)
    file(STRINGS ${source} heavy REGEX "^#include <(qcustomplot\\.h|CLI/CLI\\.hpp|ATen/|torch/|onnx/)" LIMIT_COUNT 1)
    if(heavy)
      list(REMOVE_ITEM sources ${source})
      list(PREPEND sources ${source})
    endif()
  endforeach()
  add_library(bitdesk_${name} STATIC ${sources})
  # Rooms of the core may end in a shared library (benchmarks/peers).
  set_target_properties(bitdesk_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(bitdesk_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(bitdesk_${name} PUBLIC ${ROOM_PUBLIC} PRIVATE bitdesk_flags ${ROOM_PRIVATE})
  if(BITDESK_TOGETHER GREATER 1 AND NOT ROOM_ALONE)
    set_target_properties(bitdesk_${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${BITDESK_TOGETHER})
  endif()
  if(ROOM_LIGHT)
    target_compile_options(bitdesk_${name} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
  if(TARGET bitdesk_headers_${ROOM_HEADERS})
    # A precompiled header is taken only where its definitions are the same.
    target_compile_definitions(bitdesk_${name} PRIVATE
      $<TARGET_PROPERTY:bitdesk_headers_${ROOM_HEADERS},INTERFACE_COMPILE_DEFINITIONS>)
    target_precompile_headers(bitdesk_${name} REUSE_FROM bitdesk_headers_${ROOM_HEADERS})
  endif()
endfunction()
