// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/archives.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine_limits.h"
#include "core/base/utf8.h"
#include "core/data/cifar_batch.h"
#include "core/data/data_format.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

/// What a file of CIFAR is, by its name alone.
struct CifarName {
    enum Role { Images, ClassNames } role = Images;
    SourcePart part = SourcePart::Train;
    bool pickle = false;
};

/// The files of one CIFAR, in a folder or a tar archive. Where both versions lie together, the binary one.
class CifarFiles {
public:
    /// Empty where there are none. Throws Error (BadInput) where an archive cannot be read. `path`: a folder, a file of
    /// it, or a tar archive.
    explicit CifarFiles(const std::filesystem::path& path);

    std::vector<SourcePart> parts() const;
    /// Hands over name, whole content, and words for messages, of the images of one part and of the class names, in no
    /// order. Throws Error (BadInput).
    using Take = std::function<void(const std::string& name, const std::string& bytes, const std::string& where)>;
    void read(SourcePart part, const Take& take) const;

private:
    void listArchive();
    void keepOneVersion();
    bool wanted(const std::string& name, SourcePart part) const;

    std::filesystem::path m_path;
    bool m_archive = false, m_pickle = false;
    std::string m_folder;              ///< of the files within the archive
    std::vector<std::string> m_names;  ///< without folders
};

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;  // of a file, and of all images

/// "a/b/c" → "a/b", "c"
std::pair<std::string, std::string> folderAndName(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {"", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

bool isPickleFile(const fs::path& path) {
    std::string begin(3, '\0');
    std::ifstream file(path, std::ios::binary);
    return file.read(begin.data(), 3) && beginsAsPickle(begin);
}

std::optional<CifarName> cifarName(const std::string& fileName) {
    const bool numbered =
        fileName.starts_with("data_batch_") && fileName.size() > 11 && fileName[11] >= '1' && fileName[11] <= '5';
    const std::string rest = numbered ? fileName.substr(12) : fileName;
    if (numbered && (rest.empty() || rest == ".bin"))
        return CifarName{CifarName::Images, SourcePart::Train, rest.empty()};
    for (const char* name : {"train", "test", "test_batch"}) {
        const auto part = std::string(name) == "train" ? SourcePart::Train : SourcePart::Test;
        if (fileName == name) return CifarName{CifarName::Images, part, true};
        if (fileName == std::string(name) + ".bin") return CifarName{CifarName::Images, part, false};
    }
    for (const char* name : {"batches.meta", "meta"})
        if (fileName == name) return CifarName{CifarName::ClassNames, SourcePart::Train, true};
    for (const char* name : {"batches.meta.txt", "fine_label_names.txt"})
        if (fileName == name) return CifarName{CifarName::ClassNames, SourcePart::Train, false};
    return std::nullopt;
}

CifarFiles::CifarFiles(const fs::path& path) : m_path(path) {
    std::error_code code;
    if (!fs::is_directory(path, code)) {
        const auto name = cifarName(path.filename().string());
        const bool ours = name && (!name->pickle || isPickleFile(path));
        if (!ours) {
            m_archive = TarReader::detect(path);
            if (m_archive) listArchive();
            return;
        }
        m_path = path.has_parent_path() ? path.parent_path() : fs::path(".");
    }
    // Of a folder only the names that are known are asked for: it may hold millions of others.
    std::vector<std::string> known{
        "test_batch",           "test",           "train",    "batches.meta", "meta", "batches.meta.txt",
        "fine_label_names.txt", "test_batch.bin", "test.bin", "train.bin"};
    for (char number = '1'; number <= '5'; ++number)
        for (const char* ending : {"", ".bin"}) known.push_back(std::string("data_batch_") + number + ending);
    for (const std::string& name : known) {
        const fs::path file = m_path / name;
        if (fs::is_regular_file(file, code) && (!cifarName(name)->pickle || isPickleFile(file)))
            m_names.push_back(name);
    }
    keepOneVersion();
}

/// The archive is walked through only until both parts are known, as far as an archive of CIFAR reaches.
void CifarFiles::listArchive() {
    constexpr std::size_t kMostOthers = 32;
    constexpr std::int64_t kMostPassed = std::int64_t{1} << 26;
    TarReader tar(m_path);
    std::int64_t passed = 0;
    bool train = false, test = false;
    for (std::size_t others = 0; !(train && test) && others < kMostOthers && passed < kMostPassed && tar.next();) {
        const auto [folder, name] = folderAndName(tar.name());
        const auto known = cifarName(name);
        if (!known || (!m_names.empty() && folder != m_folder)) {
            ++others;
            passed += tar.size();
            continue;
        }
        m_folder = folder;
        m_names.push_back(name);
        if (known->role != CifarName::Images) continue;
        train = train || known->part == SourcePart::Train;
        test = test || known->part == SourcePart::Test;
    }
    keepOneVersion();
}

void CifarFiles::keepOneVersion() {
    const auto isImages = [](const std::string& name, bool pickle) {
        const auto known = cifarName(name);
        return known->role == CifarName::Images && known->pickle == pickle;
    };
    m_pickle = std::ranges::none_of(m_names, [&](const std::string& name) { return isImages(name, false); });
    std::erase_if(m_names, [&](const std::string& name) { return cifarName(name)->pickle != m_pickle; });
}

std::vector<SourcePart> CifarFiles::parts() const {
    std::vector<SourcePart> parts;
    for (const SourcePart part : {SourcePart::Train, SourcePart::Test})
        if (std::ranges::any_of(m_names, [&](const std::string& name) {
                return cifarName(name)->role == CifarName::Images && cifarName(name)->part == part;
            }))
            parts.push_back(part);
    return parts;
}

bool CifarFiles::wanted(const std::string& name, SourcePart part) const {
    const auto known = cifarName(name);
    if (!known || known->pickle != m_pickle) return false;
    return known->role == CifarName::ClassNames || known->part == part;
}

void CifarFiles::read(SourcePart part, const Take& take) const {
    if (!m_archive) {
        for (const std::string& name : m_names)
            if (wanted(name, part)) take(name, readFile(m_path / name, kMostBytes), (m_path / name).string());
        return;
    }
    TarReader tar(m_path);
    while (tar.next()) {
        const auto [folder, name] = folderAndName(tar.name());
        if (folder == m_folder && wanted(name, part))
            take(name, tar.read(), m_path.string() + ": " + printable(validUtf8(tar.name())));
    }
}

std::vector<SourcePart> cifarParts(const fs::path& path) { return CifarFiles(path).parts(); }

bool detectCifar(const fs::path& path) {
    try {
        return !cifarParts(path).empty();
    } catch (const std::exception&) {
        return false;
    }
}

struct Text {
    std::string bytes, where;
};

/// The batches by their names, in whose order the images stand, whatever order they lie in.
class Parts {
public:
    void add(const std::string& name, const std::string& bytes, const std::string& where) {
        const CifarName known = *cifarName(name);
        if (known.role == CifarName::ClassNames) {
            m_names = {bytes, where};
            return;
        }
        requireMemory(2 * static_cast<std::int64_t>(bytes.size()), where);  // as it is parsed, and its pixels
        // The binary version's files have no mark of their own: their size is one.
        CifarBatch batch = known.pickle ? parseCifarPickle(bytes, where) : parseCifarRecords(bytes, name, where);
        if (!m_batches.empty() && batch.classes != m_batches.begin()->second.classes)
            throw Error(ErrorKind::BadInput, where, "is of the other CIFAR than " + m_batches.begin()->first);
        m_bytes += batch.pixels.size();
        if (m_bytes > kMostBytes) throw Error(ErrorKind::BadInput, where, "goes beyond 2 GiB of images");
        if (!m_batches.emplace(name, std::move(batch)).second)
            throw Error(ErrorKind::BadInput, where, "is there twice");
    }

    RawImages joined() && {
        RawImages raw{
            .height = kCifarSide, .width = kCifarSide, .channels = 3, .pixels = {}, .labels = {}, .classNames = {}};
        if (m_batches.empty()) return raw;
        const int classes = m_batches.begin()->second.classes;
        if (std::string note = missingBatches(); !note.empty()) raw.notes.push_back(std::move(note));
        // Reserved is not touched: it is filled as the batches are given up, so that the images are held once.
        raw.pixels.reserve(m_bytes);
        for (auto& [name, batch] : m_batches) {
            raw.labels.insert(raw.labels.end(), batch.labels.begin(), batch.labels.end());
            raw.pixels.insert(raw.pixels.end(), batch.pixels.begin(), batch.pixels.end());
            batch = {};
        }
        raw.named = !m_names.where.empty();
        if (raw.named) raw.classNames = parseCifarNames(m_names.bytes, classes, m_names.where);
        raw.numberClasses(classes);
        return raw;
    }

private:
    /// CIFAR-10 comes in five batches; a copy that broke off has fewer.
    std::string missingBatches() const {
        constexpr int kBatches = 5;
        const std::string stem = "data_batch_";
        const std::string first = m_batches.begin()->first;
        if (!first.starts_with(stem)) return {};
        const std::string ending = first.substr(stem.size() + 1);  // "", or ".bin"
        std::vector<std::string> missing;
        for (int i = 1; i <= kBatches; ++i)
            if (std::string name = fmt::format("{}{}{}", stem, i, ending); !m_batches.contains(name))
                missing.push_back(std::move(name));
        if (missing.empty()) return {};
        return fmt::format("not all of CIFAR-10's training images are there: {} of {} batches {} missing",
                           fmt::join(missing, ", "), kBatches, missing.size() == 1 ? "is" : "are");
    }

    std::map<std::string, CifarBatch> m_batches;
    std::size_t m_bytes = 0;
    Text m_names;
};

RawImages readCifar(const fs::path& path, SourcePart part) {
    Parts parts;
    CifarFiles(path).read(part, [&](const std::string& name, const std::string& bytes, const std::string& where) {
        parts.add(name, bytes, where);
    });
    return std::move(parts).joined();
}

}  // namespace

const DataFormat& cifarFormat() {
    static const DataFormat kFormat{"CIFAR", detectCifar, cifarParts, readCifar, nullptr};
    return kFormat;
}

}  // namespace bitdesk
