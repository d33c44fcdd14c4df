// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/file_type.h"

#include "core/base/error.h"

namespace bitdesk {

namespace fs = std::filesystem;

fs::file_type typeOf(const fs::path& path) {
    std::error_code code;
    const fs::file_type type = fs::status(path, code).type();
    if (type == fs::file_type::none || type == fs::file_type::unknown)
        throw Error(ErrorKind::BadInput, path.string(), "cannot be looked at: " + code.message(),
                    "Check its name, and the permissions of the folders on the way");
    return type;
}

bool isThere(const fs::path& path) { return typeOf(path) != fs::file_type::not_found; }

std::string otherThanAFile(fs::file_type type) {
    switch (type) {
        case fs::file_type::directory: return "is a folder";
        case fs::file_type::fifo: return "is a pipe";
        case fs::file_type::socket: return "is a socket";
        case fs::file_type::character:
        case fs::file_type::block: return "is a device";
        default: return {};
    }
}

fs::path fullName(const fs::path& path) {
    std::error_code code;
    const fs::path absolute = fs::absolute(path, code);
    return code ? path : absolute.lexically_normal();
}

}  // namespace bitdesk
