// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/stb_decode.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace bitdesk {
namespace {

/// What one call of stbDecode() may hold. A header may claim little and its data unpack to much.
struct Ration {
    std::int64_t left = 0, most = 0, peak = 0;
};
thread_local Ration t_ration;

constexpr std::size_t kHead = alignof(std::max_align_t);  // before each block: its size

void* rationed(std::size_t size) {
    if (static_cast<std::int64_t>(size) > t_ration.left) return nullptr;
    auto* block = static_cast<std::byte*>(std::calloc(1, size + kHead));  // no table is left unset
    if (block == nullptr) return nullptr;
    std::memcpy(block, &size, sizeof size);
    t_ration.left -= static_cast<std::int64_t>(size);
    t_ration.peak = std::max(t_ration.peak, t_ration.most - t_ration.left);
    return block + kHead;
}

void giveBack(void* pointer) {
    if (pointer == nullptr) return;
    auto* block = static_cast<std::byte*>(pointer) - kHead;
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof size);
    t_ration.left += static_cast<std::int64_t>(size);
    std::free(block);
}

void* moved(void* pointer, std::size_t old, std::size_t size) {
    void* larger = rationed(size);
    if (larger == nullptr || pointer == nullptr) return larger;
    std::memcpy(larger, pointer, std::min(old, size));
    giveBack(pointer);
    return larger;
}

}  // namespace
}  // namespace bitdesk

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ASSERT(condition) static_cast<void>(0)
#define STBI_MALLOC(size) bitdesk::rationed(size)
#define STBI_REALLOC_SIZED(pointer, old, size) bitdesk::moved(pointer, old, size)
#define STBI_FREE(pointer) bitdesk::giveBack(pointer)
#include <stb/stb_image.h>

namespace bitdesk {

void FreeStbPixels::operator()(std::uint8_t* pixels) const { stbi_image_free(pixels); }

StbImage stbDecode(std::span<const std::uint8_t> file, std::int64_t mostBytes) {
    t_ration = {.left = mostBytes, .most = mostBytes, .peak = 0};
    StbImage image;
    image.pixels.reset(stbi_load_from_memory(file.data(), static_cast<int>(file.size()), &image.width, &image.height,
                                             &image.channels, 0));
    if (image.pixels == nullptr) image.failure = stbi_failure_reason();
    image.peakBytes = t_ration.peak;
    return image;
}

}  // namespace bitdesk
