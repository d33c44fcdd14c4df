// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/error.h"
#include "core/base/machine_limits.h"

namespace bitdesk {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what, int code) {
    if (const auto limit = fileSizeLimit(); limit && code == EFBIG)
        throw Error(ErrorKind::Resource, path.string(),
                    what + ": the file size limit (ulimit -f) is " + std::to_string(*limit) + " bytes",
                    "Raise it, or name a smaller result");
    throw Error(ErrorKind::Resource, path.string(), what + ": " + std::strerror(code),
                "Check the folder, its permissions and the free space");
}

/// A name beside the target that nobody else uses: other processes differ in their id, other threads in the count.
std::string asideName(const std::filesystem::path& target) {
    static std::atomic<unsigned> count{0};
    return target.string() + ".part-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

/// Renaming over a device, a pipe or a folder would replace it, or fail only after long work.
void checkTarget(const std::filesystem::path& target) {
    std::error_code code;
    const auto status = std::filesystem::status(target, code);
    if (!std::filesystem::status_known(status)) fail(target, "cannot be written", code.value());
    if (std::filesystem::is_directory(status)) fail(target, "cannot be written", EISDIR);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
        throw Error(ErrorKind::Resource, target.string(), "cannot be written: it is no regular file");
}

/// An open descriptor and the name of the file aside; unless kept, the file goes with the object.
class AsideFile {
public:
    explicit AsideFile(const std::filesystem::path& target) : m_target(target) {
        checkTarget(m_target);
        do {
            m_name = asideName(m_target);
            m_descriptor = ::open(m_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        } while (m_descriptor < 0 && errno == EEXIST);  // left by a process of this id that was killed
        if (m_descriptor < 0) fail(m_target, "cannot be written", errno);
    }
    AsideFile(const AsideFile&) = delete;
    AsideFile& operator=(const AsideFile&) = delete;
    ~AsideFile() {
        if (m_descriptor >= 0) ::close(m_descriptor);
        if (!m_renamed) ::unlink(m_name.c_str());
    }

    void write(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t written = ::write(m_descriptor, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail(m_target, "cannot be written", errno);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }

    void renameOverTarget() {
        if (::fsync(m_descriptor) != 0) fail(m_target, "cannot be written", errno);
        if (::rename(m_name.c_str(), m_target.c_str()) != 0) fail(m_target, "cannot be replaced", errno);
        m_renamed = true;
        syncFolder();
    }

private:
    /// So that the new name survives a power loss; a file system that cannot do it has still renamed.
    void syncFolder() const {
        const auto folder = m_target.has_parent_path() ? m_target.parent_path() : std::filesystem::path(".");
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0) return;
        ::fsync(descriptor);
        ::close(descriptor);
    }

    std::filesystem::path m_target;
    std::string m_name;
    int m_descriptor = -1;
    bool m_renamed = false;
};

}  // namespace

void writeFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
    AsideFile file(path);
    file.write(bytes);
    file.renameOverTarget();
}

void checkWritable(const std::filesystem::path& path) { const AsideFile probe(path); }

}  // namespace bitdesk
