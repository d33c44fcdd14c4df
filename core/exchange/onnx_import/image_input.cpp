// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/image_input.h"

#include <array>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/base/to_index.h"
#include "core/exchange/onnx_import/graph_terms.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kOpen = -1;
constexpr std::int64_t kMostExtent = 1 << 20;
constexpr std::size_t kMapRank = 4, kRowRank = 3, kFlatRank = 2;

class InputReader {
public:
    InputReader(const onnx::ValueInfoProto& input, const std::optional<Shape>& given, const std::string& where)
        : m_given(given), m_where(where + ": input '" + shownOnnxName(input.name()) + "'") {
        const auto& type = input.type().tensor_type();
        if (!input.type().has_tensor_type()) fail("is no tensor");
        checkType(type.elem_type());
        for (const auto& dim : type.shape().dim()) {
            const std::int64_t extent = dim.has_dim_value() ? dim.dim_value() : kOpen;
            if (extent > kMostExtent) fail("has an extent above 1048576");
            m_dims.push_back(extent > 0 ? extent : kOpen);
        }
        if (!type.has_shape() && m_given) m_dims.assign(kMapRank, kOpen);
        else if (!type.has_shape()) askForShape("has no shape");
    }

    ImageInput read() {
        switch (m_dims.size()) {
            case kMapRank: readMap(); break;
            case kRowRank: readRow(); break;
            case kFlatRank: readFlat(); break;
            default: fail("has " + std::to_string(m_dims.size()) + " axes, and images have four: [N, C, H, W]");
        }
        if (m_dims[0] > 1) m_image.axes[0] = wholeAxis(MapSide::Batch, m_dims[0]);
        return m_image;
    }

private:
    [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const {
        throw Error(ErrorKind::BadInput, m_where, reason, hint);
    }
    [[noreturn]] void askForShape(const std::string& reason) const {
        fail(reason, "Say the images' height, width and channels: " + settingName("input") + " 224,224,3");
    }

    void checkType(int type) {
        using Type = onnx::TensorProto;
        m_image.bytes = type == Type::UINT8;
        if (type != Type::FLOAT && type != Type::UINT8 && type != Type::FLOAT16 && type != Type::DOUBLE)
            fail("takes no images: its elements are neither real numbers nor bytes");
    }

    /// An extent of the file and one of the options: either, or both the same.
    int agreed(std::int64_t extent, std::optional<int> given, const char* side) const {
        if (extent == kOpen && !given) askForShape(std::string("leaves its ") + side + " open");
        if (extent != kOpen && given && extent != *given)
            fail(std::string("has the ") + side + " " + std::to_string(extent) + ", not " + std::to_string(*given));
        return extent == kOpen ? *given : static_cast<int>(extent);
    }
    int agreedChannels(std::int64_t extent) const {
        return agreed(extent, m_given ? std::optional(m_given->channels) : std::nullopt, "channels");
    }
    int agreedHeight(std::int64_t extent) const {
        return agreed(extent, m_given ? std::optional(m_given->height) : std::nullopt, "height");
    }
    int agreedWidth(std::int64_t extent) const {
        return agreed(extent, m_given ? std::optional(m_given->width) : std::nullopt, "width");
    }

    bool countsChannels(std::int64_t extent) const {
        constexpr std::array kUsual{1, 3, 4};
        if (m_given) return extent == m_given->channels;
        for (const int usual : kUsual)
            if (extent == usual) return true;
        return false;
    }

    void readMap() {
        const bool last = countsChannels(m_dims[3]) && !countsChannels(m_dims[1]) && m_dims[1] != kOpen;
        const bool openFirst = m_dims[1] == kOpen && countsChannels(m_dims[3]) && m_dims[2] == kOpen;
        Shape& shape = m_image.shape;
        if (last || openFirst) {
            shape = {agreedHeight(m_dims[1]), agreedWidth(m_dims[2]), agreedChannels(m_dims[3])};
            m_image.axes = {{}, rows(), columns(), channels()};
        } else {
            shape = {agreedHeight(m_dims[2]), agreedWidth(m_dims[3]), agreedChannels(m_dims[1])};
            m_image.axes = {{}, channels(), rows(), columns()};
        }
    }

    void readRow() {
        m_image.shape = {1, agreedWidth(m_dims[2]), agreedChannels(m_dims[1])};
        m_image.axes = {{}, channels(), columns()};
    }

    /// PyTorch flattens channel by channel.
    void readFlat() {
        if (!m_given)
            askForShape("takes flat vectors" +
                        (m_dims[1] == kOpen ? std::string() : " of " + std::to_string(m_dims[1]) + " numbers"));
        if (m_dims[1] != kOpen && m_dims[1] != m_given->elements())
            fail("takes vectors of " + std::to_string(m_dims[1]) + " numbers, images of " + toText(*m_given) +
                 " have " + std::to_string(m_given->elements()));
        m_image.shape = *m_given;
        TensorAxis axis;
        for (const TensorAxis& side : {channels(), rows(), columns()})
            axis.insert(axis.end(), side.begin(), side.end());
        m_image.axes = {{}, axis};
    }

    TensorAxis rows() const { return wholeAxis(MapSide::Height, m_image.shape.height); }
    TensorAxis columns() const { return wholeAxis(MapSide::Width, m_image.shape.width); }
    TensorAxis channels() const { return wholeAxis(MapSide::Channel, m_image.shape.channels); }

    const std::optional<Shape>& m_given;
    std::string m_where;
    Dims m_dims;
    ImageInput m_image;
};

}  // namespace

ImageInput imageInput(const onnx::ValueInfoProto& input, const std::optional<Shape>& given, const std::string& where) {
    return InputReader(input, given, where).read();
}

}  // namespace bitdesk
