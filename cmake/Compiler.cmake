# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later

# Flags of our own targets only: they hang on an INTERFACE target, so that no library is compiled with them.
add_library(bitdesk_flags INTERFACE)
target_compile_options(bitdesk_flags INTERFACE
  -pthread  # everywhere, for a precompiled header is taken only where its flags are the same
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  # Results are the same on every executor only where no multiply-add is fused behind our back.
  -ffp-contract=off)
if(BITDESK_WERROR)
  target_compile_options(bitdesk_flags INTERFACE -Werror)
endif()
if(BITDESK_SANITIZE)
  target_compile_options(bitdesk_flags INTERFACE -fsanitize=${BITDESK_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(bitdesk_flags INTERFACE -fsanitize=${BITDESK_SANITIZE})
endif()

find_program(BITDESK_CCACHE ccache)
if(BITDESK_CCACHE)
  # A clone in another folder finds what this one compiled; precompiled headers need the sloppiness.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${BITDESK_CCACHE})
endif()

find_program(BITDESK_MOLD mold)
if(BITDESK_MOLD AND NOT BITDESK_SANITIZE)
  target_link_options(bitdesk_flags INTERFACE -fuse-ld=mold)
endif()
