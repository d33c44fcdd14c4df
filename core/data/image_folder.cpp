// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <iterator>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/setting_name.h"
#include "core/data/data_format.h"
#include "core/data/decode_memory.h"
#include "core/data/folder_entries.h"
#include "core/data/image_decoder.h"
#include "core/data/image_facts.h"
#include "core/data/image_folder_index.h"
#include "core/data/parallel_check.h"
#include "core/data/resample.h"

namespace bitdesk {
namespace {

/// Decoded images that fit into a share of the memory, first come, kept to the end. Thread-safe, without locks.
class DecodedImages {
public:
    DecodedImages(std::int64_t count, std::int64_t imageBytes, DecodeMemory& memory);

    /// False where the image is not kept.
    bool copyTo(std::int64_t index, std::span<std::uint8_t> out) const;
    void offer(std::int64_t index, std::span<const std::uint8_t> pixels);

private:
    static constexpr std::int32_t kNone = -1, kBusy = -2;
    std::int64_t m_imageBytes, m_slots;
    DecodeMemory::Hold m_hold;
    std::unique_ptr<std::uint8_t[]> m_pixels;  ///< pages are taken only when they are written
    std::vector<std::atomic<std::int32_t>> m_slotOf;
    std::atomic<std::int32_t> m_next = 0;
};

/// A part of a folder of images. Opening it reads and decodes every file that is not known from an earlier opening;
/// after that images are decoded when they are asked for.
class ImageFolderDataSet final : public DataSet {
public:
    /// Tells request.choices.badFiles of the files that cannot be read; leaves them out under skipBad, else throws
    /// Error (BadInput) naming the first, and how many more there are. Throws UnfitImage, and Cancelled.
    ImageFolderDataSet(ImageFolderIndex index, const SplitPlan& plan, const DataRequest& request);

    std::int64_t size() const override { return static_cast<std::int64_t>(m_index.entries.size()); }
    int label(std::int64_t index) const override { return m_index.entries[static_cast<std::size_t>(index)].label; }
    std::string fileOf(std::int64_t index) const override {
        return (m_index.inside / m_index.entries[static_cast<std::size_t>(index)].path).string();
    }
    void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const override;
    DecodeMemory* decodeMemory() const override { return &m_memory; }

private:
    void prepare(const DataRequest& request);
    ImageShape shapeOfFirst();
    void check(const DataRequest& request);
    void settle(const std::vector<CheckFailure>& failures, const DataChoices& choices);
    void leaveOut(const std::vector<CheckFailure>& failures, const std::vector<BadFile>& bad);
    void describe(const SplitPlan& plan, const DataRequest& request);
    void computeHash(const DataRequest& request);
    std::filesystem::path pathOf(std::size_t index) const { return m_index.root / m_index.entries[index].path; }

    ImageFolderIndex m_index;
    std::int64_t m_skipped = 0;
    Preparation m_preparation;
    std::vector<Digest> m_digests;
    PictureNotes m_notes;
    mutable DecodeMemory m_memory;
    DecodeMemory::Hold m_names;
    std::unique_ptr<DecodedImages> m_kept;
};

/// Names, digests, and the manifest while it is read or written: what a file takes of memory besides its pixels.
constexpr std::int64_t kBytesOfName = 440;

/// The first of `count` files at fault, of which `bad` cannot be read.
[[noreturn]] void throwFirst(const Error& first, std::size_t count, std::size_t bad, bool skipBad) {
    std::string reason = first.reason(), hint = first.hint();
    if (count > kMostFailures) reason += " (and over " + std::to_string(kMostFailures) + " more files fail)";
    else if (count > 1)
        reason += " (and " + std::to_string(count - 1) + (count > 2 ? " more files fail)" : " more file fails)");
    if (bad > 0 && !skipBad) {
        hint += hint.empty() ? "" : ". ";
        hint += bad == 1 ? settingName("skip-bad") + " leaves it out"
                         : settingName("bad-files") + " FILE lists them all, " + settingName("skip-bad") +
                               " leaves them out";
    }
    if (bad == 0) throw UnfitImage(first.kind(), first.where(), reason, hint);
    throw Error(first.kind(), first.where(), reason, hint);
}

DecodedImages::DecodedImages(std::int64_t count, std::int64_t imageBytes, DecodeMemory& memory)
    : m_imageBytes(imageBytes),
      m_slots(std::min({count, (memory.mostKept() - memory.kept()) / imageBytes, std::int64_t{1} << 30})),
      m_hold(memory.keep(m_slots * imageBytes)),
      m_pixels(std::make_unique_for_overwrite<std::uint8_t[]>(static_cast<std::size_t>(m_slots * imageBytes))),
      m_slotOf(static_cast<std::size_t>(count)) {
    for (auto& slot : m_slotOf) slot.store(kNone, std::memory_order_relaxed);
}

bool DecodedImages::copyTo(std::int64_t index, std::span<std::uint8_t> out) const {
    const std::int32_t slot = m_slotOf[static_cast<std::size_t>(index)].load(std::memory_order_acquire);
    if (slot < 0) return false;
    std::copy_n(m_pixels.get() + slot * m_imageBytes, m_imageBytes, out.begin());
    return true;
}

void DecodedImages::offer(std::int64_t index, std::span<const std::uint8_t> pixels) {
    if (m_next.load(std::memory_order_relaxed) >= m_slots) return;
    auto& slotOf = m_slotOf[static_cast<std::size_t>(index)];
    std::int32_t none = kNone;
    if (!slotOf.compare_exchange_strong(none, kBusy)) return;
    const std::int32_t slot = m_next.fetch_add(1);
    if (slot >= m_slots) {
        m_next.store(static_cast<std::int32_t>(m_slots));
        slotOf.store(kNone);
        return;
    }
    std::ranges::copy(pixels, m_pixels.get() + slot * m_imageBytes);
    slotOf.store(slot, std::memory_order_release);
}

ImageFolderDataSet::ImageFolderDataSet(ImageFolderIndex index, const SplitPlan& plan, const DataRequest& request)
    : m_index(std::move(index)), m_memory(request.choices.memory) {
    m_name = plan.name;
    m_split = plan.split;
    m_classNames = m_index.classNames;
    m_numberedClasses = false;
    // Of a part with bad files, these are told first.
    const auto chosen = m_index.bad.empty() ? chosenImages(plan, size(), m_index.root.string()) : plan.choose(size());
    std::vector<ImageFolderIndex::Entry> entries;
    entries.reserve(chosen.size());
    for (const std::int64_t i : chosen) entries.push_back(std::move(m_index.entries[static_cast<std::size_t>(i)]));
    m_index.entries = std::move(entries);
    m_names = m_memory.keep(std::min(kBytesOfName * size(), m_memory.mostKept()));
    prepare(request);
    m_kept = std::make_unique<DecodedImages>(size(), imageBytes(), m_memory);
    check(request);
    computeHash(request);
    describe(plan, request);
}

/// That of the first image that can be decoded; of none where there is no such image: check() says why.
ImageShape ImageFolderDataSet::shapeOfFirst() {
    std::vector<std::uint8_t> pixels;
    for (std::size_t i = 0; i < m_index.entries.size(); ++i) {
        try {
            const ImageShape shape = readImageShape(pathOf(i), m_preparation.exif, m_memory);
            if (shape.bytes() > m_memory.mostOfOneImage()) return shape;
            pixels.resize(static_cast<std::size_t>(shape.bytes()));
            decodeImage(pathOf(i), {.shape = shape, .exif = m_preparation.exif}, m_memory, pixels);
            return shape;
        } catch (const UnfitImage&) {
            throw;
        } catch (const Error&) {  // the next one, then
        }
    }
    m_preparation.asTheyAre = false;
    return {.height = 2, .width = 2, .channels = 1};
}

/// The shape that images are brought to: the one asked for, or the first image's.
void ImageFolderDataSet::prepare(const DataRequest& request) {
    const DataChoices& choices = request.choices;
    m_preparation = {.shape = {},
                     .asTheyAre = !request.shape && choices.resize == 0,
                     .resize = choices.resize,
                     .interpolation = choices.interpolation,
                     .exif = choices.exif};
    if (request.shape) m_preparation.shape = *request.shape;
    else m_preparation.shape = shapeOfFirst();
    if (!request.shape && choices.resize > 0) m_preparation.shape.height = m_preparation.shape.width = choices.resize;
    m_shape = m_preparation.shape;
    if (imageBytes() > m_memory.mostOfOneImage())
        throw Error(ErrorKind::Usage, settingName("data-memory"),
                    "an image of " + toText(m_shape) + " is more than a quarter of it");
}

void ImageFolderDataSet::check(const DataRequest& request) {
    ImageManifest manifest = ImageManifest::load(m_index.root);
    std::mutex mutex;  // of the manifest
    bool found = false;
    m_digests.resize(m_index.entries.size());
    const auto knownFile = [&](std::size_t i, const FileStamp& stamp) {
        const std::scoped_lock lock(mutex);
        return manifest.find(m_index.entries[i].path, stamp);
    };
    const auto checkOne = [&](std::size_t i, std::vector<std::uint8_t>& pixels) {
        const auto path = pathOf(i);
        const FileStamp stamp = stampOf(path);
        if (const auto known = knownFile(i, stamp)) {
            checkShape(known->facts, m_preparation, path);
            m_digests[i] = known->facts.digest;
            m_notes.add(known->facts);
            return;
        }
        pixels.resize(static_cast<std::size_t>(imageBytes()));
        const ImageFacts facts = decodeImage(path, m_preparation, m_memory, pixels);
        m_digests[i] = facts.digest;
        m_notes.add(facts);
        m_kept->offer(static_cast<std::int64_t>(i), pixels);
        const std::scoped_lock lock(mutex);
        manifest.set(m_index.entries[i].path, {.stamp = stamp, .facts = facts});
        found = true;
    };
    const auto failures =
        checkInParallel(m_index.entries.size(), checkOne, "checking images", request.stop, request.progress);
    settle(failures, request.choices);
    if (found) manifest.save();
}

/// Tells of files that cannot be read, and throws or leaves them out.
void ImageFolderDataSet::settle(const std::vector<CheckFailure>& failures, const DataChoices& choices) {
    std::vector<BadFile> bad = m_index.bad;
    for (const CheckFailure& failure : failures)
        if (!failure.unfit) bad.push_back({pathOf(failure.item).string(), failure.error.reason()});
    std::ranges::sort(bad, {}, &BadFile::path);
    if (choices.badFiles) (*choices.badFiles)(bad);
    const bool skip = choices.skipBad && failures.size() <= kMostFailures;
    const auto refused = [&](const CheckFailure& failure) { return !skip || failure.unfit; };
    const auto first = std::ranges::find_if(failures, refused);
    const auto count =
        static_cast<std::size_t>(std::ranges::count_if(failures, refused)) + (skip ? 0 : m_index.bad.size());
    if (first != failures.end()) throwFirst(first->error, count, bad.size(), choices.skipBad);
    if (count > 0) {
        const BadFile& link = m_index.bad.front();
        throwFirst(Error(ErrorKind::BadInput, link.path, link.reason), count, bad.size(), choices.skipBad);
    }
    if (!bad.empty()) leaveOut(failures, bad);
}

void ImageFolderDataSet::leaveOut(const std::vector<CheckFailure>& failures, const std::vector<BadFile>& bad) {
    const auto files = static_cast<std::int64_t>(m_index.bad.size()) + size();
    std::vector<bool> out(m_index.entries.size());
    for (const CheckFailure& failure : failures) out[failure.item] = true;
    std::vector<ImageFolderIndex::Entry> entries;
    std::vector<Digest> digests;
    for (std::size_t i = 0; i < out.size(); ++i) {
        if (out[i]) continue;
        entries.push_back(std::move(m_index.entries[i]));
        digests.push_back(m_digests[i]);
    }
    m_index.entries = std::move(entries);
    m_digests = std::move(digests);
    m_skipped = static_cast<std::int64_t>(bad.size());
    if (m_index.entries.empty())
        throw Error(ErrorKind::BadInput, m_index.root.string(),
                    "has no image that can be read: " + bad.front().path + " " + bad.front().reason);
    std::vector<std::string> names;
    names.reserve(bad.size());
    for (const BadFile& file : bad)
        names.push_back(std::filesystem::path(file.path).lexically_relative(m_index.root).string());
    m_index.notes.push_back(
        std::to_string(bad.size()) + " of " + std::to_string(files) +
        (bad.size() == 1 ? " files cannot be read and was left out: " : " files cannot be read and were left out: ") +
        enumerated(names));
    m_kept.reset();  // it counts as before
    m_kept = std::make_unique<DecodedImages>(size(), imageBytes(), m_memory);
}

void ImageFolderDataSet::describe(const SplitPlan& plan, const DataRequest& request) {
    m_description = plan.description;
    m_description.preprocessing = preprocessingText(request.shape, request.choices);
    m_description.memory = m_memory.limit();
    m_description.skipped = m_skipped;
    std::ranges::move(m_index.notes, std::back_inserter(m_description.notes));
    std::ranges::move(m_notes.sentences(m_preparation.exif), std::back_inserter(m_description.notes));
    std::vector<std::string> without;
    const auto counts = classCounts(*this);
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] == 0) without.push_back(m_classNames[i]);
    if (!without.empty())
        m_description.notes.push_back(std::string("no images of the class") + (without.size() == 1 ? " " : "es ") +
                                      enumerated(without));
}

void ImageFolderDataSet::computeHash(const DataRequest& request) {
    Sha256 hash;
    const auto add = [&](const std::string& text) { hash.update(std::to_string(text.size()) + ":" + text + ","); };
    // Says more where other pixels come of the same files. Sets of PNG files alone have the hash that they always had.
    add(std::string("bitdesk image folder 1") + (m_notes.anyJpeg() ? ", JPEG by libjpeg" : "") +
        (m_preparation.exif ? ", EXIF applied" : ""));
    add(toText(m_shape));
    add(m_preparation.asTheyAre ? "as they are" : std::to_string(request.choices.resize));
    if (!m_preparation.asTheyAre && m_preparation.interpolation == Interpolation::Bicubic) add("bicubic");
    for (const std::string& name : m_classNames) add(name);
    for (std::size_t i = 0; i < m_index.entries.size(); ++i) {
        add(m_index.entries[i].path);
        hash.update(std::as_bytes(std::span(m_digests[i])));
        hash.update(std::to_string(m_index.entries[i].label) + ",");
    }
    m_hash = hash.hex();
}

void ImageFolderDataSet::copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const {
    const auto bytes = static_cast<std::size_t>(imageBytes());
    for (const std::int64_t index : indices) {
        const auto image = out.first(bytes);
        out = out.subspan(bytes);
        if (m_kept->copyTo(index, image)) continue;
        const auto i = static_cast<std::size_t>(index);
        decodeImage(pathOf(i), m_preparation, m_memory, image, &m_digests[i]);
        m_kept->offer(index, image);
    }
}

std::shared_ptr<const DataSet> open(const std::filesystem::path& path, const SplitPlan& plan,
                                    const DataRequest& request) {
    return std::make_shared<ImageFolderDataSet>(indexImageFolder(path, plan.part), plan, request);
}

}  // namespace

std::shared_ptr<const DataSet> openPictures(const std::filesystem::path& path, const DataRequest& request) {
    SplitPlan plan;
    plan.name = path.string();
    plan.description.format = "pictures without labels";
    plan.choose = [](std::int64_t size) {
        std::vector<std::int64_t> all(static_cast<std::size_t>(size));
        std::iota(all.begin(), all.end(), 0);
        return all;
    };
    DataRequest bounded = request;
    if (bounded.choices.memory == 0) bounded.choices.memory = defaultDataMemory();
    return std::make_shared<ImageFolderDataSet>(indexPictures(path), plan, bounded);
}

const DataFormat& imageFolderFormat() {
    static const DataFormat kFormat{"image folder", isImageFolder, imageFolderParts, nullptr, open};
    return kFormat;
}

}  // namespace bitdesk
