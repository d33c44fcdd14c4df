// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/array_images.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <span>

#include "core/base/error.h"
#include "core/base/machine_limits.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kMostSide = 16384;  // of an image, pixels

class ImageReader {
public:
    ImageReader(const ArrayStore& store, const std::string& name)
        : m_store(store), m_name(name), m_stored(store.read(name)), m_array(m_stored.array) {}

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
    [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const {
        throw Error(ErrorKind::BadInput, m_store.where(m_name), reason, hint);
    }
    [[noreturn]] void failWithLine(const std::string& reason, const std::string& expression) const {
        fail(reason, "Save " + m_store.saveLine(m_name, expression));
    }

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

    const ArrayStore& m_store;
    const std::string& m_name;
    const StoredArray m_stored;
    const NpyArray& m_array;
};

}  // namespace

void readImages(RawImages& raw, const ArrayStore& store, const std::string& name) {
    ImageReader(store, name).read(raw);
}

}  // namespace bitdesk
