// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_folder_data_set.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/data/image_manifest.h"
#include "core/data/parallel_check.h"
#include "core/data/resample.h"

namespace bitdesk {
namespace {

/// Names, digests, and the manifest while it is read or written: what a file takes of memory besides its pixels.
constexpr std::int64_t kBytesOfName = 440;

}  // namespace

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
    const auto chosen = plan.choose(size());
    if (size() < 2 || chosen.empty())
        throw Error(ErrorKind::BadInput, m_index.root.string(), "has too few images: two are the least");
    std::vector<ImageFolderIndex::Entry> entries;
    entries.reserve(chosen.size());
    for (const std::int64_t i : chosen) entries.push_back(std::move(m_index.entries[static_cast<std::size_t>(i)]));
    m_index.entries = std::move(entries);
    m_names = m_memory.keep(std::min(kBytesOfName * size(), m_memory.mostKept()));
    prepare(request);
    m_kept = std::make_unique<DecodedImages>(size(), imageBytes(), m_memory);
    check(request);
    computeHash(request);
    m_description = plan.description;
    m_description.preprocessing = preprocessingText(request.shape, request.choices.resize);
    m_description.memory = m_memory.limit();
}

/// The shape that images are brought to: the one asked for, or the first image's.
void ImageFolderDataSet::prepare(const DataRequest& request) {
    m_preparation = {
        .shape = {}, .asTheyAre = !request.shape && request.choices.resize == 0, .resize = request.choices.resize};
    if (request.shape) m_preparation.shape = *request.shape;
    else m_preparation.shape = readImageHeader(pathOf(0)).shape;
    if (!request.shape && request.choices.resize > 0)
        m_preparation.shape.height = m_preparation.shape.width = request.choices.resize;
    m_shape = m_preparation.shape;
    if (imageBytes() > m_memory.mostOfOneImage())
        throw Error(ErrorKind::Usage, "--data-memory",
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
            checkShape(known->shape, m_preparation, path);
            m_digests[i] = known->digest;
            return;
        }
        pixels.resize(static_cast<std::size_t>(imageBytes()));
        const ImageFile file = decodeImage(path, m_preparation, m_memory, pixels);
        m_digests[i] = file.digest;
        m_kept->offer(static_cast<std::int64_t>(i), pixels);
        const std::scoped_lock lock(mutex);
        manifest.set(m_index.entries[i].path, {.stamp = stamp, .shape = file.header.shape, .digest = file.digest});
        found = true;
    };
    checkInParallel(m_index.entries.size(), checkOne, "checking images", request.stop, request.progress);
    if (found) manifest.save();
}

void ImageFolderDataSet::computeHash(const DataRequest& request) {
    Sha256 hash;
    const auto add = [&](const std::string& text) { hash.update(std::to_string(text.size()) + ":" + text + ","); };
    add("bitdesk image folder 1");  // a new number where other pixels come of the same files
    add(toText(m_shape));
    add(m_preparation.asTheyAre ? "as they are" : std::to_string(request.choices.resize));
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

}  // namespace bitdesk
