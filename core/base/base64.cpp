// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/base64.h"

#include <openssl/evp.h>
#include <limits>

namespace bitdesk {
namespace {

constexpr std::size_t kLetters = 4, kBytesOfGroup = 3;  // four letters stand for three bytes

const unsigned char* letters(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string toBase64(std::span<const std::uint8_t> bytes) {
    std::string text((bytes.size() + kBytesOfGroup - 1) / kBytesOfGroup * kLetters + 1,
                     '\0');  // the library ends it with a zero
    const int written =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(written));
    return text;
}

std::optional<std::vector<std::uint8_t>> fromBase64(const std::string& text) {
    if (text.size() % kLetters != 0 || text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    // The library would skip blanks, and take padding anywhere.
    const std::size_t end = text.find_last_not_of('=') + 1;
    constexpr const char* kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (text.size() - end > 2 || text.find_first_not_of(kAlphabet) < end) return std::nullopt;
    std::vector<std::uint8_t> bytes(text.size() / kLetters * kBytesOfGroup);
    if (bytes.empty()) return bytes;
    if (EVP_DecodeBlock(bytes.data(), letters(text), static_cast<int>(text.size())) < 0) return std::nullopt;
    bytes.resize(bytes.size() - (text.size() - end));
    return bytes;
}

}  // namespace bitdesk
