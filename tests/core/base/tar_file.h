// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <zlib.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "tests/core/base/zip_file.h"

namespace bitdesk::test {

inline std::string gzipped(const std::string& text) {
    std::string trailer =
        littleEndian(crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())), 4);
    return std::string("\x1f\x8b\x08\0\0\0\0\0\0\3", 10) + deflated(text) + trailer + littleEndian(text.size(), 4);
}

struct TarEntry {
    std::string name = {}, text = {};
    char type = '0';  ///< 0: file, 2: link, 5: folder
    std::optional<unsigned long> claimedSize = {};
};

/// In the form of POSIX 1988, as tar writes it.
inline std::string tarBytes(const std::vector<TarEntry>& entries) {
    constexpr std::size_t kBlock = 512;
    std::string file;
    for (const TarEntry& entry : entries) {
        std::string header(kBlock, '\0');
        const auto put = [&](std::size_t at, const std::string& text) { header.replace(at, text.size(), text); };
        char size[13];
        std::snprintf(size, sizeof size, "%011lo", entry.claimedSize.value_or(entry.text.size()));
        put(0, entry.name);
        put(100, "0000644");
        put(108, "0000000");
        put(116, "0000000");
        put(124, size);
        put(136, "00000000000");
        header[156] = entry.type;
        put(257, std::string("ustar\0"
                             "00",
                             8));
        put(148, "        ");  // the checksum is of itself as blanks
        unsigned sum = 0;
        for (const char c : header) sum += static_cast<unsigned char>(c);
        char checksum[8];
        std::snprintf(checksum, sizeof checksum, "%06o", sum);
        put(148, std::string(checksum, 7) + " ");
        file += header + entry.text;
        file.resize((file.size() + kBlock - 1) / kBlock * kBlock, '\0');
    }
    return file + std::string(2 * kBlock, '\0');
}

}  // namespace bitdesk::test
