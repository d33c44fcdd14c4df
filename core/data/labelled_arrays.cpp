// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/labelled_arrays.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "core/base/error.h"
#include "core/base/machine_limits.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kMostSide = 16384;  // of an image, pixels

/// An array, and how its faults are told.
class ArrayReader {
public:
    ArrayReader(const ArrayStore& store, const std::string& name)
        : m_store(store), m_name(name), m_stored(store.read(name)), m_array(m_stored.array) {}

protected:
    [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const {
        throw Error(ErrorKind::BadInput, m_store.where(m_name), reason, hint);
    }
    [[noreturn]] void failWithLine(const std::string& reason, const std::string& expression) const {
        fail(reason, "Save " + m_store.saveLine(m_name, expression));
    }

    const ArrayStore& m_store;
    const std::string& m_name;
    const StoredArray m_stored;
    const NpyArray& m_array;
};

class ImageReader : ArrayReader {
public:
    using ArrayReader::ArrayReader;

    void read(RawImages& raw) {
        const int dimension = channelDimension();
        const auto& extents = m_array.extents;
        const std::size_t spatial = dimension == 1 ? 2 : 1;
        const std::int64_t height = extents[spatial], width = extents[spatial + 1];
        if (std::max(height, width) > kMostSide) fail("has images of more than 16384 pixels a side");
        raw.height = static_cast<int>(height);
        raw.width = static_cast<int>(width);
        raw.channels = dimension == 0 ? 1 : static_cast<int>(extents[static_cast<std::size_t>(dimension)]);
        raw.pixels = pixels(raw);
        if (dimension == 1 && raw.channels > 1) interleave(raw);
    }

private:
    /// Where the channels stand, 0: there is no such dimension.
    int channelDimension() const {
        const auto& extents = m_array.extents;
        const auto isChannels = [](std::int64_t extent) { return extent == 1 || extent == 3; };
        if (m_array.holdsText()) fail("holds texts, no images");
        if (extents.size() == 3) return 0;
        if (extents.size() == 4 && isChannels(extents[3])) return 3;
        if (extents.size() == 4 && isChannels(extents[1])) return 1;
        const std::string reason = "is neither [N, H, W], [N, H, W, C] nor [N, C, H, W] with C 1 or 3";
        if (extents.size() == 2) failFlat(reason, extents[1]);
        if (extents.size() == 4 && isChannels(extents[2])) failWithLine(reason, "np.moveaxis({}, -1, 0)");
        if (extents.size() == 4 && extents[3] == 4) failWithLine(reason + " (C is 4: with alpha)", "{}[..., :3]");
        fail(reason, "Bring it to one of these");
    }
    /// Rows of pixels: how they were flattened is theirs to say.
    [[noreturn]] void failFlat(const std::string& reason, std::int64_t row) const {
        const auto side = [](std::int64_t pixels) {
            const auto root = static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(pixels))));
            return root * root == pixels ? root : 0;
        };
        if (const auto s = side(row); s > 0)
            failWithLine(reason + ": its rows are flat", fmt::format("{{}}.reshape(-1, {}, {})", s, s));
        if (const auto s = side(row / 3); row % 3 == 0 && s > 0)
            failWithLine(reason + ": its rows are flat",
                         fmt::format("{{}}.reshape(-1, 3, {}, {}) (or, where the colours of a pixel stand together, "
                                     "{{}}.reshape(-1, {}, {}, 3))",
                                     s, s, s, s));
        failWithLine(reason + ": its rows are flat", "{}.reshape(-1, H, W)");
    }

    std::vector<std::uint8_t> pixels(RawImages& raw) const {
        requireMemory(m_array.count(), m_store.where(m_name));
        if (m_array.kind == 'u' && m_array.itemBytes == 1) {
            const auto* bytes = reinterpret_cast<const std::uint8_t*>(m_array.data.data());
            return {bytes, bytes + m_array.data.size()};
        }
        if (m_array.kind == 'b') failWithLine("holds true and false, no unsigned bytes", "{}.astype(np.uint8) * 255");
        checkPixels();
        std::vector<std::uint8_t> found(static_cast<std::size_t>(m_array.count()));
        for (std::size_t i = 0; i < found.size(); ++i)
            found[i] = static_cast<std::uint8_t>(m_array.real(static_cast<std::int64_t>(i)));
        raw.notes.push_back(m_name + " holds " + m_array.typeName() + ", whole numbers of 0 to 255, taken as bytes");
        return found;
    }

    /// Only what cannot be anything but pixels of 0 to 255 is taken for them.
    void checkPixels() const {
        double least = m_array.real(0), most = least;
        bool whole = true;
        for (std::int64_t i = 0; i < m_array.count(); ++i) {
            const double value = m_array.real(i);
            if (!std::isfinite(value)) fail("holds NaN or infinity", "Images are unsigned bytes (uint8)");
            least = std::min(least, value);
            most = std::max(most, value);
            whole = whole && std::floor(value) == value;
        }
        if (whole && least >= 0 && most > 1 && most <= 255) return;
        const std::string reason = fmt::format("holds {} from {:.4g} to {:.4g}, no unsigned bytes (uint8) of 0 to 255",
                                               m_array.typeName(), least, most);
        const char* const rounded = ".round().astype(np.uint8)";
        if (least >= 0 && most <= 1) failWithLine(reason, std::string("({} * 255)") + rounded);
        if (least >= -1 && most <= 1) failWithLine(reason, std::string("(({} + 1) * 127.5)") + rounded);
        if (least >= 0 && most <= 255) failWithLine(reason, std::string("{}") + rounded);
        if (whole && least >= 0 && most <= 65535) {
            // Cameras and scanners have 10, 12, 14 and 16 bits; which they were the largest tells best.
            int bits = 10;
            while (bits < 16 && most >= static_cast<double>(1 << bits)) bits += 2;
            failWithLine(fmt::format("{}; of {}-bit pixels", reason, bits),
                         fmt::format("({{}} // {}).astype(np.uint8)", 1 << (bits - 8)));
        }
        fail(reason, "Save the pixels of 0 to 255 as they were before they were normalized: .astype(np.uint8)");
    }

    /// Planes to pixels.
    static void interleave(RawImages& raw) {
        const std::size_t plane = static_cast<std::size_t>(raw.height) * static_cast<std::size_t>(raw.width);
        std::vector<std::uint8_t> image(3 * plane);
        for (auto at = raw.pixels.begin(); at != raw.pixels.end(); at += static_cast<std::ptrdiff_t>(3 * plane)) {
            std::copy_n(at, 3 * plane, image.begin());
            for (std::size_t i = 0; i < 3 * plane; ++i)
                at[static_cast<std::ptrdiff_t>(i)] = image[i % 3 * plane + i / 3];
        }
    }
};

constexpr std::int64_t kMostLabel = 65534;

/// A text that is a number as it is written: no sign, no zero before it.
std::optional<int> numberOf(const std::string& text) {
    int value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
    if (!whole || value < 0 || value > kMostLabel || std::to_string(value) != text) return std::nullopt;
    return value;
}

/// What was written as numbers becomes numbers.
void makeNumbers(ArrayLabels& labels) {
    if (labels.names.empty()) return;
    labels.classes = 0;
    for (int& number : labels.numbers) {
        number = *numberOf(labels.names[static_cast<std::size_t>(number)]);
        labels.classes = std::max(labels.classes, number + 1);
    }
    labels.names.clear();
}

class LabelReader : ArrayReader {
public:
    using ArrayReader::ArrayReader;

    ArrayLabels read() {
        const auto& extents = m_array.extents;
        const std::int64_t most = std::int64_t{1} << (m_array.holdsText() ? 24 : 27);
        if (extents.empty() || extents[0] > most)
            fail("holds no list of at most " + std::to_string(most) + " labels", "Labels are [N]");
        const bool column = extents.size() == 2 && extents[1] == 1;
        if (extents.size() == 2 && !column && !m_array.holdsText()) return oneHot();
        const std::string reason = "holds labels that are neither [N] nor [N, 1], nor one-hot rows [N, C]";
        if (extents.size() == 3 && extents[1] == 1) failWithLine(reason, "{}[:, 0]");
        if (extents.size() != 1 && !column) fail(reason, "Save one label an image: [N]");
        return m_array.holdsText() ? texts() : numbers();
    }

private:
    ArrayLabels numbers() const {
        ArrayLabels labels;
        for (std::int64_t i = 0; i < m_array.count(); ++i) {
            const double value = m_array.real(i);
            if (!std::isfinite(value))
                fail("has no number as the label of image " + std::to_string(i),
                     "Leave such images out of both arrays, as x[np.isfinite(y)] and y[np.isfinite(y)]");
            if (std::floor(value) != value) {
                const std::string text = std::to_string(value);
                failWithLine("holds the label " + text + ", which is no whole number", "{}.astype(np.int64)");
            }
            if (value < 0 || value > kMostLabel)
                failWithLine("has the label " +
                                 std::to_string(static_cast<std::int64_t>(std::clamp(value, -1e15, 1e15))) +
                                 "; labels are 0 to 65534",
                             "np.unique({}, return_inverse=True)[1]");
            add(labels, static_cast<int>(value));
        }
        return labels;
    }

    static void add(ArrayLabels& labels, int label) {
        labels.numbers.push_back(label);
        labels.classes = std::max(labels.classes, label + 1);
    }

    /// A row has a single 1 at its class.
    ArrayLabels oneHot() const {
        const std::int64_t rows = m_array.extents[0], columns = m_array.extents[1];
        if (columns > kMostLabel + 1) fail("has rows of " + std::to_string(columns) + " numbers", "Labels are [N]");
        ArrayLabels labels;
        for (std::int64_t row = 0; row < rows; ++row) {
            const auto one = singleOne(row * columns, 1, columns);
            if (!one) failUnlikeOneHot(row);
            labels.numbers.push_back(*one);
        }
        labels.classes = labels.columns = static_cast<int>(columns);
        return labels;
    }

    /// Where the only 1 among zeros stands in a row or column: `count` elements from `begin` on, `step` apart.
    std::optional<int> singleOne(std::int64_t begin, std::int64_t step, std::int64_t count) const {
        std::optional<int> found;
        for (std::int64_t i = 0; i < count; ++i) {
            const double value = m_array.real(begin + i * step);
            if (value != 0 && (value != 1 || found)) return std::nullopt;
            if (value == 1) found = static_cast<int>(i);
        }
        return found;
    }

    /// What is meant by other rows depends on what they hold.
    [[noreturn]] void failUnlikeOneHot(std::int64_t row) const {
        const std::int64_t rows = m_array.extents[0], columns = m_array.extents[1];
        const std::string reason = "holds rows of " + std::to_string(columns) +
                                   " labels that are not one-hot: neither [N] nor a single 1 in row " +
                                   std::to_string(row);
        if (rows == 1) failWithLine(reason, "{}.reshape(-1)");
        double sum = 0;
        bool flags = true, whole = true;
        for (std::int64_t c = 0; c < columns; ++c) {
            const double value = m_array.real(row * columns + c);
            sum += value;
            flags = flags && (value == 0 || value == 1);
            whole = whole && std::floor(value) == value;
        }
        if (flags && isOneHotByColumns()) failWithLine(reason, "{}.argmax(0)");
        if (flags && sum == 0)
            fail(reason + ": image " + std::to_string(row) + " has no class",
                 "Leave such images out of both arrays, as x[y.any(1)] and y[y.any(1)]");
        if (flags) fail(reason + ": it has several classes", "A network here tells one class an image: choose one");
        if (whole) failWithLine(reason + "; if each column is a labelling of its own", "{}[:, 0]");
        failWithLine(reason, "{}.argmax(1)");
    }

    bool isOneHotByColumns() const {
        const std::int64_t rows = m_array.extents[0], columns = m_array.extents[1];
        bool each = columns > rows;
        for (std::int64_t c = 0; each && c < columns; ++c) each = singleOne(c, columns, rows).has_value();
        return each;
    }

    ArrayLabels texts() const {
        std::vector<std::string> all;
        std::map<std::string, int> places;
        for (std::int64_t i = 0; i < m_array.count(); ++i) {
            all.push_back(nfc(m_array.text(i)));
            if (all.back().empty())
                fail("has an empty text as the label of image " + std::to_string(i), "Name its class");
            places.emplace(all.back(), 0);
            if (places.size() > kMostLabel) fail("has more than 65535 different labels", "Labels are classes");
        }
        ArrayLabels labels;
        for (auto& [name, place] : places) {
            place = static_cast<int>(labels.names.size());
            labels.names.push_back(name);
        }
        for (const std::string& text : all) add(labels, places.at(text));
        return labels;
    }
};

}  // namespace

void readImages(RawImages& raw, const ArrayStore& store, const std::string& name) {
    ImageReader(store, name).read(raw);
}

ArrayLabels readLabels(const ArrayStore& store, const std::string& name) { return LabelReader(store, name).read(); }

std::vector<std::string> readClassNames(const ArrayStore& store, const std::string& name) {
    const StoredArray stored = store.read(name);
    const NpyArray& array = stored.array;
    const auto fail = [&](const char* reason) { throw Error(ErrorKind::BadInput, store.where(name), reason); };
    if (!array.holdsText() || array.extents.size() != 1) fail("holds no list of texts");
    if (array.count() > kMostLabel + 1) fail("holds more than 65535 texts");
    std::vector<std::string> names;
    std::set<std::string> known;
    for (std::int64_t i = 0; i < array.count(); ++i) {
        names.push_back(printable(array.text(i)));
        if (names.back().empty() || !known.insert(nfc(names.back())).second)
            fail("holds a text twice, or an empty one");
    }
    return names;
}

bool hasNames(const ArrayLabels& labels) {
    return std::ranges::any_of(labels.names, [](const std::string& name) { return !numberOf(name); });
}

void uniteNames(const std::vector<ArrayLabels*>& parts, const std::string& where) {
    if (std::ranges::none_of(parts, [](const ArrayLabels* part) { return hasNames(*part); })) {
        for (ArrayLabels* part : parts) makeNumbers(*part);
        return;
    }
    std::set<std::string> names;
    for (const ArrayLabels* part : parts) {
        names.insert(part->names.begin(), part->names.end());
        if (part->names.empty())
            throw Error(ErrorKind::BadInput, where, "has labels that are texts in one part and numbers in another",
                        "Save the labels of all parts alike");
    }
    const std::vector<std::string> all(names.begin(), names.end());
    for (ArrayLabels* part : parts) {
        for (int& number : part->numbers) {
            const std::string& name = part->names[static_cast<std::size_t>(number)];
            number = static_cast<int>(std::ranges::lower_bound(all, name) - all.begin());
        }
        part->names = all;
        part->classes = static_cast<int>(all.size());
    }
}

}  // namespace bitdesk
