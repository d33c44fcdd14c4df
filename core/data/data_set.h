// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bitdesk {

enum class Split { Train, Val, Test };
const char* splitName(Split split);
/// "train", "val" or "test"; throws Error (Usage).
Split parseSplit(std::string_view text);

/// Labelled 8-bit images of one shape. Implementations are immutable after construction and safe to read from any
/// thread.
class DataSet {
public:
    virtual ~DataSet() = default;

    const std::string& name() const { return m_name; }
    /// SHA-256 over the pixels and labels of this split.
    const std::string& hash() const { return m_hash; }
    Split split() const { return m_split; }
    int height() const { return m_height; }
    int width() const { return m_width; }
    int channels() const { return m_channels; }
    std::int64_t imageBytes() const { return std::int64_t{m_height} * m_width * m_channels; }
    const std::vector<std::string>& classNames() const { return m_classNames; }

    virtual std::int64_t size() const = 0;
    virtual int label(std::int64_t index) const = 0;
    /// Writes images [indices.size(), H, W, C], bytes 0…255, into `out` (exactly that many bytes).
    virtual void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const = 0;

protected:
    std::string m_name, m_hash;
    Split m_split = Split::Test;
    int m_height = 0, m_width = 0, m_channels = 0;
    std::vector<std::string> m_classNames;
};

/// Where DATA of the command line lies: the folder of a data set that is known by name, else the path itself; nothing
/// where the named one is not there.
std::optional<std::filesystem::path> findDataSet(const std::string& spec);

/// Opens DATA of the command line: "fashion-mnist" (searched where Debian's package puts it, or in
/// $BITDESK_DATA_DIR/fashion-mnist), or a folder or file whose format is detected. Where a set has no validation part,
/// `val` is the last 5 000 training images of a fixed seeded permutation, and `train` the rest.
/// Throws Error (BadInput) naming the file and the reason.
std::shared_ptr<const DataSet> openDataSet(const std::string& spec, Split split);

}  // namespace bitdesk
