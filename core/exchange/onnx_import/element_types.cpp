// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/element_types.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "core/base/error.h"
#include "core/base/half.h"

namespace bitdesk {
namespace {

using Element = onnx::TensorProto;

float bfloat16(std::uint16_t bits) { return std::bit_cast<float>(std::uint32_t{bits} << 16); }

template <typename Stored, typename Value, typename Convert>
std::vector<Value> unpacked(const std::string& raw, Convert convert) {
    std::vector<Value> values(raw.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, raw.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = convert(stored);
    }
    return values;
}
template <typename Stored, typename Value>
std::vector<Value> unpacked(const std::string& raw) {
    return unpacked<Stored, Value>(raw, [](Stored value) { return static_cast<Value>(value); });
}

template <typename Value, typename Field, typename Convert>
std::vector<Value> converted(const Field& field, Convert convert) {
    std::vector<Value> values(static_cast<std::size_t>(field.size()));
    std::ranges::transform(field, values.begin(), convert);
    return values;
}

std::vector<float> realsFromRaw(int type, const std::string& raw) {
    switch (type) {
        case Element::FLOAT: return unpacked<float, float>(raw);
        case Element::DOUBLE: return unpacked<double, float>(raw);
        case Element::FLOAT16: return unpacked<std::uint16_t, float>(raw, halfToFloat);
        default: return unpacked<std::uint16_t, float>(raw, bfloat16);
    }
}

std::vector<float> realsFromFields(const onnx::TensorProto& tensor) {
    const auto half = [](std::int32_t bits) { return halfToFloat(static_cast<std::uint16_t>(bits)); };
    const auto brain = [](std::int32_t bits) { return bfloat16(static_cast<std::uint16_t>(bits)); };
    switch (tensor.data_type()) {
        case Element::FLOAT: return {tensor.float_data().begin(), tensor.float_data().end()};
        case Element::DOUBLE:
            return converted<float>(tensor.double_data(), [](double v) { return static_cast<float>(v); });
        case Element::FLOAT16: return converted<float>(tensor.int32_data(), half);
        default: return converted<float>(tensor.int32_data(), brain);
    }
}

}  // namespace

int elementBytes(int type, const std::string& where) {
    switch (type) {
        case Element::BOOL:
        case Element::INT8:
        case Element::UINT8: return 1;
        case Element::FLOAT16:
        case Element::BFLOAT16:
        case Element::INT16:
        case Element::UINT16: return 2;
        case Element::FLOAT:
        case Element::INT32:
        case Element::UINT32: return 4;
        case Element::DOUBLE:
        case Element::INT64:
        case Element::UINT64: return 8;
        default:
            throw Error(ErrorKind::BadInput, where,
                        "has the element type " + std::to_string(type) + ", which is not read");
    }
}

bool isReal(int type) {
    return type == Element::FLOAT || type == Element::DOUBLE || type == Element::FLOAT16 || type == Element::BFLOAT16;
}

std::vector<float> realValues(const onnx::TensorProto& tensor, const std::string& where) {
    if (isReal(tensor.data_type()))
        return tensor.has_raw_data() ? realsFromRaw(tensor.data_type(), tensor.raw_data()) : realsFromFields(tensor);
    const std::vector<std::int64_t> whole = wholeValues(tensor, where);
    return {whole.begin(), whole.end()};
}

std::vector<std::int64_t> wholeValues(const onnx::TensorProto& tensor, const std::string& where) {
    const int type = tensor.data_type();
    if (tensor.has_raw_data()) switch (type) {
            case Element::BOOL:
            case Element::UINT8: return unpacked<std::uint8_t, std::int64_t>(tensor.raw_data());
            case Element::INT8: return unpacked<std::int8_t, std::int64_t>(tensor.raw_data());
            case Element::UINT16: return unpacked<std::uint16_t, std::int64_t>(tensor.raw_data());
            case Element::INT16: return unpacked<std::int16_t, std::int64_t>(tensor.raw_data());
            case Element::UINT32: return unpacked<std::uint32_t, std::int64_t>(tensor.raw_data());
            case Element::INT32: return unpacked<std::int32_t, std::int64_t>(tensor.raw_data());
            case Element::UINT64:
            case Element::INT64: return unpacked<std::int64_t, std::int64_t>(tensor.raw_data());
            default: break;
        }
    if (isReal(type)) throw Error(ErrorKind::BadInput, where, "holds real numbers where whole ones are needed");
    if (type == Element::INT64) return {tensor.int64_data().begin(), tensor.int64_data().end()};
    if (type == Element::UINT64 || type == Element::UINT32)
        return converted<std::int64_t>(tensor.uint64_data(), [](auto v) { return static_cast<std::int64_t>(v); });
    return {tensor.int32_data().begin(), tensor.int32_data().end()};
}

std::int64_t valueCount(const onnx::TensorProto& tensor, const std::string& where) {
    const int bytes = elementBytes(tensor.data_type(), where);
    if (tensor.has_raw_data()) {
        const auto size = static_cast<std::int64_t>(tensor.raw_data().size());
        return size % bytes == 0 ? size / bytes : -1;
    }
    switch (tensor.data_type()) {
        case Element::FLOAT: return tensor.float_data_size();
        case Element::DOUBLE: return tensor.double_data_size();
        case Element::INT64: return tensor.int64_data_size();
        case Element::UINT32:
        case Element::UINT64: return tensor.uint64_data_size();
        default: return tensor.int32_data_size();
    }
}

}  // namespace bitdesk
