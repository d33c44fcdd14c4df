// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/cifar.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/data/cifar_batch.h"
#include "core/data/cifar_files.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

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
        constexpr std::size_t kMostBytes = std::size_t{1} << 31;
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
