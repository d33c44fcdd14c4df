// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace bitdesk {

/// A file of a data set that cannot be read.
struct BadFile {
    std::string path;
    std::string reason;

    bool operator==(const BadFile&) const = default;
};

/// Is told of all of them, in their order, whenever a part of a data set is opened: before that fails, and also of
/// none.
using BadFilesSink = std::function<void(const std::vector<BadFile>&)>;

/// An image that is sound, but not of the shape or size that was asked for: no bad file, and never left out as one.
class UnfitImage : public Error {
public:
    using Error::Error;
};

class DecodeMemory;

enum class Split { Train, Val, Test };
const char* splitName(Split split);
/// "train", "val" or "test"; throws Error (Usage).
Split parseSplit(std::string_view text);

struct ImageShape {
    int height = 0, width = 0, channels = 0;

    std::int64_t bytes() const { return std::int64_t{height} * width * channels; }
    bool operator==(const ImageShape&) const = default;
};
/// "28×28×1"
std::string toText(const ImageShape& shape);

/// What a preview tells of a data set besides its images.
struct DataDescription {
    std::string format;
    std::string preprocessing;       ///< what is done to the images, a sentence's end: "as they are"
    std::vector<std::string> notes;  ///< what the user should know of the split, a sentence each
    std::int64_t skipped = 0;        ///< files that were left out because they cannot be read (DataChoices::skipBad)
    std::vector<Split> splits;       ///< that can be opened
    std::int64_t memory = 0;         ///< bytes of pixels that are held at most
};

/// Labelled 8-bit images of one shape. Implementations are immutable after construction and safe to read from any
/// thread.
class DataSet {
public:
    virtual ~DataSet() = default;

    const std::string& name() const { return m_name; }
    /// SHA-256 over what the pixels and labels of this split follow from.
    const std::string& hash() const { return m_hash; }
    Split split() const { return m_split; }
    int height() const { return m_shape.height; }
    int width() const { return m_shape.width; }
    int channels() const { return m_shape.channels; }
    const ImageShape& shape() const { return m_shape; }
    std::int64_t imageBytes() const { return m_shape.bytes(); }
    const std::vector<std::string>& classNames() const { return m_classNames; }
    /// False where the source has numbers alone: the names are then "class 0", "class 1", …, and say nothing.
    bool hasClassNames() const { return m_namedClasses; }
    /// False where the order of the classes says nothing: a folder's have names alone, and come in the order of these.
    bool numbersClasses() const { return m_numberedClasses; }
    const DataDescription& description() const { return m_description; }

    virtual std::int64_t size() const = 0;
    virtual int label(std::int64_t index) const = 0;
    /// Where each image is a file: the path of this one from the data set's folder on. Empty where they are not.
    virtual std::string fileOf(std::int64_t /*index*/) const { return {}; }
    /// Writes images [indices.size(), H, W, C], bytes 0…255, into `out` (exactly that many bytes). Where images are
    /// decoded on demand: throws Error (BadInput) naming a file that has changed since it was opened.
    virtual void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const = 0;
    /// Where images are decoded on demand: what keeps the account of their memory. Null where all lie in memory.
    virtual DecodeMemory* decodeMemory() const { return nullptr; }

protected:
    std::string m_name, m_hash;
    Split m_split = Split::Test;
    ImageShape m_shape;
    std::vector<std::string> m_classNames;
    bool m_namedClasses = true, m_numberedClasses = true;
    DataDescription m_description;
};

/// Images of each class, in the order of classNames().
std::vector<std::int64_t> classCounts(const DataSet& data);

/// A gibibyte, or an eighth of usableMemory() where that is less.
std::int64_t defaultDataMemory();

inline constexpr const char* kByNumber = "by-number";
/// By number, too; said where it is not told whether numbers count from 0 or 1.
inline constexpr const char* kFromZero = "from-0";
inline constexpr const char* kFromOne = "from-1";
/// Whether DataChoices::classes names a file.
bool isClassMapFile(const std::string& classes);

/// The filter that images are resized with. Auto: the model's own where it has one, else bilinear.
enum class Interpolation : unsigned char { Auto, Bilinear, Bicubic };

/// What a user chooses of how DATA is read and prepared; the same words for every verb, batch file and dialog.
struct DataChoices {
    int resize = 0;  ///< shorter side before the centre is cut out, 0: the smallest that covers the input
    Interpolation interpolation = Interpolation::Auto;
    std::int64_t memory = 0;  ///< bytes of decoded pixels at most, 0: defaultDataMemory()
    bool exif = false;        ///< turn images as their EXIF orientation says
    bool skipBad = false;     ///< leave out files that cannot be read, instead of refusing the data set
    std::shared_ptr<const BadFilesSink> badFiles = {};  ///< is told of them; null: nobody
    /// How the classes are matched with the model's: "" as their names tell, kByNumber, kFromZero, kFromOne, or as
    /// a JSON file says.
    std::string classes = {};

    bool operator==(const DataChoices&) const = default;
    // clang-tidy 14 misreads a defaulted <=>.
    // NOLINTNEXTLINE(modernize-use-nullptr)
    auto operator<=>(const DataChoices&) const = default;
};

/// How a data set is opened.
struct DataRequest {
    std::optional<ImageShape> shape = {};  ///< that images of a folder are brought to; empty: as they are
    DataChoices choices = {};
    /// Whose numbers the labels are to be, as `choices.classes` says (matched_data_set.h); empty: those of the data.
    std::vector<std::string> modelClasses = {};
    std::stop_token stop = {};
    ProgressSink progress = {};  ///< of the first reading of a folder
};

/// Whether DATA of the command line is a data set's name, whatever lies in the present folder.
bool isNamedDataSet(const std::string& spec);

/// Where DATA of the command line lies: the folder of a data set that is known by name, else the path itself; nothing
/// where the named one is not there.
std::optional<std::filesystem::path> findDataSet(const std::string& spec);

/// The splits that DATA has, none of them opened. Throws Error (BadInput).
std::vector<Split> splitsOf(const std::string& spec);

/// Opens DATA of the command line: "fashion-mnist" (searched where Debian's package puts it, or in
/// $BITDESK_DATA_DIR/fashion-mnist), or a folder or file whose format is detected by content (docs/data.md). Where a
/// set has a training part and no validation part, `val` is the last 5 000 training images of a fixed seeded
/// permutation, and `train` the rest. Throws Error (BadInput) naming the file and the reason, Cancelled when the stop
/// token fires.
std::shared_ptr<const DataSet> openDataSet(const std::string& spec, Split split, const DataRequest& request = {});

/// Pictures without labels: a PNG or JPEG file, or all in a folder and the folders in it, sorted by bytes. One class,
/// kUnlabelled, that says nothing. Throws as openDataSet() does, and BadInput where there is no picture.
std::shared_ptr<const DataSet> openPictures(const std::filesystem::path& path, const DataRequest& request = {});
inline constexpr const char* kUnlabelled = "unlabelled";

}  // namespace bitdesk
