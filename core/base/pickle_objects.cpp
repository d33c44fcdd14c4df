// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/pickle_objects.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

namespace bitdesk {
namespace {

constexpr std::array kStorages{"FloatStorage", "DoubleStorage", "HalfStorage", "BFloat16Storage", "LongStorage",
                               "IntStorage",   "ShortStorage",  "CharStorage", "ByteStorage",     "BoolStorage"};
// (storage, offset, size, stride, …); the first before PyTorch 0.4.
constexpr std::array kTensors{"torch._utils _rebuild_tensor", "torch._utils _rebuild_tensor_v2"};
constexpr std::array kParameters{"torch._utils _rebuild_parameter", "torch._utils _rebuild_parameter_with_state"};
constexpr const char* kTensorOfType = "torch._tensor _rebuild_from_type_v2";
constexpr const char* kOrderedDict = "collections OrderedDict";
constexpr const char* kDefaultDict = "collections defaultdict";
constexpr const char* kSize = "torch Size";
constexpr const char* kArrayClass = "numpy ndarray";
constexpr const char* kType = "numpy dtype";
// NumPy 2 renamed numpy.core.
constexpr std::array kReconstruct{"numpy.core.multiarray _reconstruct", "numpy._core.multiarray _reconstruct"};
constexpr std::array kFromBuffer{"numpy.core.numeric _frombuffer", "numpy._core.numeric _frombuffer"};
constexpr std::array kScalar{"numpy.core.multiarray scalar", "numpy._core.multiarray scalar"};
/// How Python 3 writes bytes where the protocol has none.
constexpr std::array kBytes{"_codecs encode", "__builtin__ bytes", "builtins bytes", "__builtin__ bytearray",
                            "builtins bytearray"};

template <typename Names>
bool isOneOf(const Names& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

void demand(bool holds, const char* fault) {
    if (!holds) throw PickleFault{fault};
}

/// The bytes whose Latin-1 text this is, in UTF-8.
std::string latin1Bytes(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c < 0x80) {
            bytes += text[i];
            continue;
        }
        const bool pair = (c == 0xc2 || c == 0xc3) && i + 1 < text.size() && (text[i + 1] & 0xc0) == 0x80;
        if (!pair) throw PickleFault{"has bytes whose text is not Latin-1"};
        bytes += static_cast<char>((c & 3) << 6 | (text[++i] & 0x3f));
    }
    return bytes;
}

}  // namespace

bool PickleObjects::knows(const std::string& name) {
    for (const char* storage : kStorages)
        if (name == std::string("torch ") + storage) return true;
    constexpr std::array kAlone{kTensorOfType, kOrderedDict, kDefaultDict, kSize, kArrayClass, kType};
    return isOneOf(kAlone, name) || isOneOf(kTensors, name) || isOneOf(kParameters, name) ||
           isOneOf(kReconstruct, name) || isOneOf(kFromBuffer, name) || isOneOf(kScalar, name) || isOneOf(kBytes, name);
}

std::variant<int, PickleValue> PickleObjects::call(int function, int arguments) {
    const bool named = value(function).kind == Kind::Global, arranged = value(arguments).kind == Kind::Tuple;
    if (!m_limits.foreign && (!named || !arranged)) throw PickleFault{"calls something that is no name"};
    PickleValue opaque{.kind = Kind::Opaque, .text = named ? value(function).text : "", .items = {}};
    if (!named || !arranged) return opaque;
    const std::string& name = value(function).text;
    const std::vector<int>& items = value(arguments).items;
    if (auto tensor = tensorCall(name, items)) return *tensor;
    if (!m_limits.foreign) return otherCall(name, items);
    if (!knows(name)) return opaque;
    try {
        return otherCall(name, items);
    } catch (const PickleFault&) {  // beside tensors, what is no tensor may have any form
        return opaque;
    }
}

std::optional<std::variant<int, PickleValue>> PickleObjects::tensorCall(const std::string& name,
                                                                        const std::vector<int>& items) {
    if (isOneOf(kParameters, name)) {
        demand(is(items, 0, Kind::Tensor), "has a parameter without a tensor");
        return items.front();
    }
    if (name == kTensorOfType) {  // (function, class, arguments, attributes)
        const bool plain = is(items, 0, Kind::Global) && is(items, 2, Kind::Tuple) && value(items[0]).text != name;
        auto made = plain ? tensorCall(value(items[0]).text, value(items[2]).items) : std::nullopt;
        return made ? *made : PickleValue{.kind = Kind::Opaque, .text = name, .items = {}};
    }
    if (!isOneOf(kTensors, name)) return std::nullopt;
    demand(is(items, 0, Kind::Storage) && is(items, 1, Kind::Integer) && is(items, 2, Kind::Tuple) &&
               is(items, 3, Kind::Tuple),
           "has a tensor of an unknown form");
    return PickleValue{.kind = Kind::Tensor, .text = {}, .items = {items.begin(), items.begin() + 4}};
}

std::variant<int, PickleValue> PickleObjects::otherCall(const std::string& name, const std::vector<int>& items) {
    if (name == kOrderedDict || name == kDefaultDict) {
        demand(items.size() <= (name == kDefaultDict ? 1U : 0U), "fills an OrderedDict in an unknown form");
        return PickleValue{.kind = Kind::Dict, .text = {}, .items = {}};
    }
    if (name == kSize) {
        demand(items.size() == 1, "has a torch.Size of an unknown form");
        return items.front();
    }
    if (name == kType) {
        demand(isRaw(items, 0), "has an element type of an unknown form");
        return PickleValue{.kind = Kind::Type, .text = "|" + value(items[0]).text, .items = {}};
    }
    if (isOneOf(kReconstruct, name)) {
        demand(is(items, 0, Kind::Global) && value(items[0]).text == kArrayClass, "has an array of an unknown form");
        return PickleValue{.kind = Kind::Array, .text = {}, .items = {}};
    }
    if (isOneOf(kFromBuffer, name)) {
        demand(items.size() == 4 && is(items, 3, Kind::Text), "has an array of an unknown form");
        return array(items[1], items[2], items[0], value(items[3]).text == "F");
    }
    if (isOneOf(kScalar, name)) return scalar(items);
    if (isOneOf(kBytes, name)) return bytesOf(items);
    throw PickleFault{"calls '" + name + "'"};
}

void PickleObjects::build(int object, int state) {
    PickleValue& target = m_values[static_cast<std::size_t>(object)];
    if (target.kind == Kind::Opaque) {  // attributes, or (attributes, slots)
        const PickleValue& from = value(state);
        const int first = from.kind == Kind::Tuple && !from.items.empty() ? from.items.front() : state;
        if (value(first).kind == Kind::Dict) target.items = {first};
        return;
    }
    try {
        fill(target, value(state));
    } catch (const PickleFault&) {
        if (!m_limits.foreign) throw;
        target = {.kind = Kind::Opaque, .text = {}, .items = {}};
    }
}

/// Of an OrderedDict there is only metadata, which nobody needs.
void PickleObjects::fill(PickleValue& target, const PickleValue& from) const {
    if (target.kind == Kind::Type) {  // (version, byte order, …)
        demand(from.kind == Kind::Tuple && isRaw(from.items, 1) && value(from.items[1]).text.size() == 1,
               "has an element type of an unknown form");
        target.text[0] = value(from.items[1]).text[0];
    } else if (target.kind == Kind::Array) {  // (version, shape, type, Fortran's order, bytes)
        demand(from.kind == Kind::Tuple && from.items.size() == 5 && target.items.empty(),
               "has an array of an unknown form");
        target = array(from.items[2], from.items[1], from.items[4], value(from.items[3]).integer != 0);
    }
}

PickleValue PickleObjects::array(int type, int shape, int data, bool fortran) const {
    const std::vector<int> items{type, shape, data};
    if (is(items, 2, Kind::List)) throw PickleFault{"has an array of Python objects, which are not read"};
    if (!is(items, 0, Kind::Type) || !is(items, 1, Kind::Tuple) || !isRaw(items, 2))
        throw PickleFault{"has an array of an unknown form"};
    return {.kind = Kind::Array, .integer = fortran ? 1 : 0, .text = {}, .items = items};
}

/// encode(text, "latin1"), bytes(), bytearray(bytes), bytearray(text, "latin-1")
PickleValue PickleObjects::bytesOf(const std::vector<int>& arguments) {
    PickleValue made{.kind = Kind::Bytes, .text = {}, .items = {}};
    if (arguments.empty()) return made;
    const std::string& from = value(arguments[0]).text;
    // A text that is recalled again and again would become bytes each time.
    m_made += from.size();
    if (m_made > m_limits.bytes) throw PickleFault{"makes more bytes than are read"};
    const bool latin1 = is(arguments, 0, Kind::Text) && arguments.size() == 2 && is(arguments, 1, Kind::Text) &&
                        value(arguments[1]).text.starts_with("latin");
    if (latin1) made.text = latin1Bytes(from);
    else if (is(arguments, 0, Kind::Bytes) && arguments.size() == 1) made.text = from;
    else throw PickleFault{"has bytes of an unknown form"};
    return made;
}

/// A number that NumPy wrote as one.
PickleValue PickleObjects::scalar(const std::vector<int>& arguments) const {
    if (!is(arguments, 0, Kind::Type) || !isRaw(arguments, 1)) throw PickleFault{"has a number of an unknown form"};
    const std::string &type = value(arguments[0]).text, &bytes = value(arguments[1]).text;
    const bool number = type.size() == 3 && type[0] != '>' && type[2] - '0' == static_cast<int>(bytes.size());
    if (!number || bytes.size() > 8) throw PickleFault{"has a number of the type '" + type + "'"};
    std::uint64_t bits = 0;
    std::memcpy(&bits, bytes.data(), bytes.size());
    if (type[1] == 'f' && bytes.size() == 8)
        return {.kind = Kind::Real, .real = std::bit_cast<double>(bits), .text = {}, .items = {}};
    if (type[1] != 'u' && type[1] != 'i' && type[1] != 'b')
        throw PickleFault{"has a number of the type '" + type + "'"};
    const int unused = 64 - 8 * static_cast<int>(bytes.size());
    const auto whole = type[1] == 'i' ? static_cast<std::int64_t>(bits << unused) >> unused  // the sign
                                      : static_cast<std::int64_t>(bits);
    return {.kind = Kind::Integer, .integer = whole, .text = {}, .items = {}};
}

}  // namespace bitdesk
