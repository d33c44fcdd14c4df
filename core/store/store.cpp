// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/store.h"

#include <cstdlib>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/store/connection.h"
#include "core/store/open_database.h"
#include "core/store/schema.h"

namespace bitdesk {

namespace fs = std::filesystem;

Store::Store(const fs::path& path, const StoreAccess& access)
    : m_connection(std::make_unique<Connection>(path, access)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const fs::path& Store::path() const { return m_connection->path; }
bool Store::writes() const { return m_connection->use == StoreAccess::Use::Write; }
const std::vector<std::string>& Store::notes() const { return m_connection->notes; }
int Store::schemaVersion() { return schemaVersionNow(); }

fs::path Store::defaultPath() {
    const char* data = std::getenv("XDG_DATA_HOME");
    const char* home = std::getenv("HOME");
    if ((data == nullptr || *data == '\0') && (home == nullptr || *home == '\0'))
        throw Error(ErrorKind::Resource, "results database", "neither XDG_DATA_HOME nor HOME is set",
                    "Name one with " + settingName("db"));
    const fs::path folder =
        (data != nullptr && *data != '\0' ? fs::path(data) : fs::path(home) / ".local/share") / "bitdesk";
    std::error_code code;
    fs::create_directories(folder, code);
    if (code)
        throw Error(ErrorKind::Resource, folder.string(), "cannot be made: " + code.message(),
                    "Name a database with " + settingName("db"));
    return folder / "results.sqlite";
}

void Store::checkWritable(const fs::path& path) {
    checkIsDatabaseFile(path);
    checkMayWrite(path);
    std::error_code code;
    if (fs::file_size(path, code) > 0 && !code) const Store sound(path, {.use = StoreAccess::Use::Read});
}

}  // namespace bitdesk
