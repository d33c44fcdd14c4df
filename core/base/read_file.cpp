// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "core/base/machine_limits.h"

namespace bitdesk {

std::string readFile(const std::filesystem::path& path, std::uint64_t maxBytes) {
    const auto fail = [&](const std::string& reason) {
        throw Error(ErrorKind::BadInput, path.string(), reason, "Check its name and permissions");
    };
    std::error_code code;
    const auto status = std::filesystem::status(path, code);
    if (code) fail("cannot be read: " + code.message());
    if (std::filesystem::is_directory(status)) fail("is a folder, not a file");
    if (!std::filesystem::is_regular_file(status)) fail("is no regular file");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) fail("cannot be read: " + std::string(std::strerror(errno)));
    const auto size = std::filesystem::file_size(path, code);
    if (code) fail("cannot be read: " + code.message());
    if (size > maxBytes)
        fail("is too large: " + std::to_string(size) + " bytes, at most " + std::to_string(maxBytes) + " are read");
    requireMemory(static_cast<std::int64_t>(size), path.string());
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    if (file.bad()) fail("cannot be read: " + std::string(std::strerror(errno)));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

}  // namespace bitdesk
