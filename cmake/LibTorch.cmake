# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later

# The target bitdesk::torch: LibTorch as PyPI's wheel ships it, with or without its CUDA side (docs/decisions/0002).
# BITDESK_TORCH_DIR is the folder that holds `torch` (and `nvidia`), filled by installer/lib/libtorch.sh.
find_program(BITDESK_NVCC nvcc HINTS /usr/local/cuda/bin ENV CUDA_HOME PATH_SUFFIXES bin)
set(BITDESK_CUDA_ENABLED OFF)
if(BITDESK_CUDA STREQUAL "ON")
  set(BITDESK_CUDA_ENABLED ON)
elseif(BITDESK_CUDA STREQUAL "AUTO" AND (BITDESK_NVCC OR EXISTS /proc/driver/nvidia/version))
  set(BITDESK_CUDA_ENABLED ON)
endif()

set(_cache "$ENV{XDG_CACHE_HOME}")
if(NOT _cache)
  set(_cache "$ENV{HOME}/.cache")
endif()
if(BITDESK_CUDA_ENABLED)
  set(_flavour cu130)
else()
  set(_flavour cpu)
endif()
if(NOT BITDESK_TORCH_DIR)
  set(BITDESK_TORCH_DIR "${_cache}/bitdesk/libtorch-2.11.0-${_flavour}")
endif()
set(_torch "${BITDESK_TORCH_DIR}/torch")
if(NOT EXISTS "${_torch}/lib/libtorch_cpu.so")
  message(FATAL_ERROR "LibTorch is not in ${BITDESK_TORCH_DIR}. Run ./installer/test or ./installer/run, or set BITDESK_TORCH_DIR")
endif()

# Imported targets of our own instead of find_package(Torch): that one insists on a CUDA toolkit and spreads its flags over
# every target. The wheel's libraries find their NVIDIA neighbours by their own run paths.
add_library(libtorch INTERFACE)
add_library(bitdesk::torch ALIAS libtorch)
target_include_directories(libtorch SYSTEM INTERFACE "${_torch}/include" "${_torch}/include/torch/csrc/api/include")
target_link_directories(libtorch INTERFACE "${_torch}/lib")
target_compile_definitions(libtorch INTERFACE _GLIBCXX_USE_CXX11_ABI=1)
target_link_options(libtorch INTERFACE "-Wl,-rpath,${_torch}/lib" "-Wl,--disable-new-dtags")
file(GLOB _nvidia_libs "${BITDESK_TORCH_DIR}/nvidia/*/lib")
foreach(dir IN LISTS _nvidia_libs)
  target_link_options(libtorch INTERFACE "-Wl,-rpath,${dir}" "-Wl,-rpath-link,${dir}")
endforeach()
# Nothing of ours calls into libtorch_cuda directly: it registers its kernels when it is loaded, so it must not be dropped.
# libstdc++ comes first, because the wheel's libraries export half of a std::filesystem of their own, whose remove_all calls
# a null pointer. (One list: CMake would fold a second pair of the same flags away.)
if(BITDESK_CUDA_ENABLED)
  set(_libraries torch torch_cpu torch_cuda c10 c10_cuda)
else()
  set(_libraries torch_cpu c10)
endif()
target_link_libraries(libtorch INTERFACE -Wl,--no-as-needed stdc++ ${_libraries} -Wl,--as-needed)
target_link_options(libtorch INTERFACE "-Wl,--allow-shlib-undefined")
message(STATUS "LibTorch: ${_torch} (CUDA ${BITDESK_CUDA_ENABLED})")
