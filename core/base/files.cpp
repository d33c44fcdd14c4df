// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/base/error.h"
#include "core/base/machine_files.h"
#include "core/base/machine_limits.h"

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

std::string fileSystemOf(dev_t device, std::string_view mountInfo) {
    const std::string wanted = std::to_string(major(device)) + ":" + std::to_string(minor(device));
    for (const std::string_view line : linesOf(mountInfo)) {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
        const auto words = wordsOfLine(line);
        if (words.size() < 3 || words[2] != wanted) continue;
        const auto dash = std::find(words.begin() + 3, words.end(), "-");
        return words.end() - dash > 1 ? std::string(dash[1]) : "";
    }
    return {};
}

std::string fileSystemOf(const std::filesystem::path& path) {
    struct stat found = {};
    const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
    if (::stat(path.c_str(), &found) != 0 && ::stat(folder.c_str(), &found) != 0) return {};
    return fileSystemOf(found.st_dev, readMachineFile({}, "proc/self/mountinfo").value_or(""));
}

bool isNetworkFileSystem(std::string_view type) {
    constexpr std::array<std::string_view, 22> kKernels{
        "nfs",  "nfs4",   "cifs",  "smb3",  "smbfs",    "ncpfs", "afs",  "coda",      "9p",   "ceph",   "lustre",
        "gpfs", "beegfs", "panfs", "pvfs2", "orangefs", "ocfs2", "gfs2", "glusterfs", "acfs", "vboxsf", "prl_fs"};
    constexpr std::array<std::string_view, 12> kOfPrograms{"sshfs",     "rclone",    "s3fs",      "ceph",
                                                           "ceph-fuse", "glusterfs", "curlftpfs", "gcsfuse",
                                                           "davfs",     "juicefs",   "mount-s3",  "vmhgfs-fuse"};
    constexpr std::string_view kProgram = "fuse.";
    if (!type.starts_with(kProgram)) return std::ranges::find(kKernels, type) != kKernels.end();
    return std::ranges::find(kOfPrograms, type.substr(kProgram.size())) != kOfPrograms.end();
}

}  // namespace bitdesk
