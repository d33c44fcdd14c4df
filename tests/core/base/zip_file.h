// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bitdesk::test {

inline std::string littleEndian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

inline std::string deflated(const std::string& text) {
    std::string packed(compressBound(text.size()) + 64, '\0');
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);  // as zip holds it: without zlib's frame
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

/// An entry as a hostile writer makes it: whatever it claims goes into both of its headers.
struct ZipEntry {
    std::string name = {}, text = {};
    bool packed = false;
    int flags = 0;                                  ///< 1: encrypted
    std::optional<std::uint32_t> claimedSize = {};  ///< unpacked
    std::optional<std::uint32_t> claimedPacked = {};
    std::optional<std::uint32_t> claimedCrc = {};
};

inline std::string zipBytes(const std::vector<ZipEntry>& entries) {
    std::string file, directory;
    for (const ZipEntry& entry : entries) {
        const std::string body = entry.packed ? deflated(entry.text) : entry.text;
        const auto crc =
            crc32(0, reinterpret_cast<const Bytef*>(entry.text.data()), static_cast<uInt>(entry.text.size()));
        const std::string common =
            littleEndian(20, 2) + littleEndian(static_cast<std::uint64_t>(entry.flags), 2) +
            littleEndian(entry.packed ? 8 : 0, 2) + littleEndian(0x21U << 16, 4) +
            littleEndian(entry.claimedCrc.value_or(static_cast<std::uint32_t>(crc)), 4) +
            littleEndian(entry.claimedPacked.value_or(static_cast<std::uint32_t>(body.size())), 4) +
            littleEndian(entry.claimedSize.value_or(static_cast<std::uint32_t>(entry.text.size())), 4) +
            littleEndian(entry.name.size(), 2) + littleEndian(0, 2);
        directory += "PK\x01\x02" + littleEndian(20, 2) + common + std::string(10, '\0') +
                     littleEndian(file.size(), 4) + entry.name;
        file += "PK\x03\x04" + common + entry.name + body;
    }
    return file + directory + "PK\x05\x06" + littleEndian(0, 4) + littleEndian(entries.size(), 2) +
           littleEndian(entries.size(), 2) + littleEndian(directory.size(), 4) + littleEndian(file.size(), 4) +
           littleEndian(0, 2);
}

}  // namespace bitdesk::test
