// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/data/data_format.h"
#include "core/data/decode_memory.h"
#include "core/data/image_decoder.h"
#include "core/data/image_folder_index.h"
#include "core/data/parallel_check.h"
#include "core/data/picture_notes.h"

namespace bitdesk {

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

}  // namespace bitdesk
