// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/json.h"

namespace bitdesk {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors is little-endian and is copied as it is");

using Json = nlohmann::json;

constexpr std::uint64_t kMaxHeader = 100'000'000;  // the limit of the reference implementation
constexpr std::uint64_t kPrefix = 8;
constexpr std::size_t kMaxRank = 16;
constexpr int kDeepest = 3;  // header → tensor → list; anything deeper is not safetensors

std::size_t elementSize(const std::string& dtype) {
    static const std::map<std::string, std::size_t, std::less<>> kSizes{
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
        {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}};
    const auto found = kSizes.find(dtype);
    return found == kSizes.end() ? 0 : found->second;
}

template <typename T>
Tensor makeTensor(const char* dtype, std::vector<std::int64_t> shape, std::span<const T> values) {
    Tensor tensor{.dtype = dtype, .shape = std::move(shape), .data = {}};
    tensor.data.resize(values.size_bytes());
    if (!values.empty()) std::memcpy(tensor.data.data(), values.data(), values.size_bytes());
    return tensor;
}

/// One file's header, read entry by entry.
class Parser {
public:
    Parser(std::span<const std::byte> bytes, const std::string& where) : m_bytes(bytes), m_where(where) {}

    Safetensors parse() {
        const Json header = parseHeader();
        Safetensors content;
        for (const auto& [name, entry] : header.items()) {
            if (name == "__metadata__") readMetadata(entry, content);
            else content.tensors.emplace(name, readTensor(name, entry));
        }
        checkCoverage();
        return content;
    }

private:
    struct Extent {
        std::uint64_t begin, end;
        std::string name;
    };

    [[noreturn]] void fail(const std::string& reason) const { throw Error(ErrorKind::BadInput, m_where, reason); }
    [[noreturn]] void fail(const std::string& tensor, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_where + ": tensor '" + tensor + "'", reason);
    }

    Json parseHeader() {
        if (m_bytes.size() < kPrefix)
            fail("is too short for a safetensors file (" + std::to_string(m_bytes.size()) + " bytes)");
        std::uint64_t length = 0;
        std::memcpy(&length, m_bytes.data(), kPrefix);
        if (length > kMaxHeader)
            fail("its header is too large for a safetensors file: " + std::to_string(length) + " bytes");
        if (length > m_bytes.size() - kPrefix)
            fail("is cut short, or no safetensors file: its header has " + std::to_string(length) +
                 " bytes, the whole file " + std::to_string(m_bytes.size()));
        const std::string_view text(reinterpret_cast<const char*>(m_bytes.data()) + kPrefix, length);
        m_data = m_bytes.subspan(kPrefix + length);
        if (!text.starts_with('{')) fail("its header does not begin with '{', so it is no safetensors file");
        return parseStrictJson(text, kDeepest, m_where, "its header");
    }

    void readMetadata(const Json& entry, Safetensors& content) const {
        if (!entry.is_object()) fail("__metadata__ is no JSON object");
        for (const auto& [key, value] : entry.items()) {
            if (!value.is_string()) fail("__metadata__ entry '" + key + "' is no text");
            content.metadata.emplace(key, value.get<std::string>());
        }
    }

    std::vector<std::uint64_t> integers(const std::string& name, const Json& entry, const char* key) const {
        const auto found = entry.find(key);
        if (found == entry.end() || !found->is_array() || found->size() > kMaxRank)
            fail(name, "'" + std::string(key) + "' is no list of integers");
        std::vector<std::uint64_t> values;
        for (const Json& value : *found) {
            if (!value.is_number_unsigned())
                fail(name, "'" + std::string(key) + "' holds something else than whole numbers ≥ 0");
            values.push_back(value.get<std::uint64_t>());
        }
        return values;
    }

    Tensor readTensor(const std::string& name, const Json& entry) {
        if (!entry.is_object() || entry.size() != 3) fail(name, "its entry is not {dtype, shape, data_offsets}");
        const auto dtype = entry.find("dtype");
        if (dtype == entry.end() || !dtype->is_string() || elementSize(dtype->get<std::string>()) == 0)
            fail(name, "has no known dtype");
        Tensor tensor;
        tensor.dtype = dtype->get<std::string>();
        std::uint64_t size = elementSize(tensor.dtype);
        for (const std::uint64_t extent : integers(name, entry, "shape")) {
            constexpr std::uint64_t kLimit = std::uint64_t{1} << 40;
            if (extent > kLimit || (extent > 0 && size > kLimit / extent)) fail(name, "its shape is too large");
            size *= extent;
            tensor.shape.push_back(static_cast<std::int64_t>(extent));
        }
        const auto offsets = integers(name, entry, "data_offsets");
        if (offsets.size() != 2 || offsets[0] > offsets[1]) fail(name, "its data_offsets are no pair begin ≤ end");
        if (offsets[1] > m_data.size())
            fail(name, "ends at byte " + std::to_string(offsets[1]) + " of the data, which has " +
                           std::to_string(m_data.size()) + ": the file is cut short");
        if (offsets[1] - offsets[0] != size)
            fail(name, "has " + std::to_string(offsets[1] - offsets[0]) + " bytes where its shape and dtype need " +
                           std::to_string(size));
        const auto data = m_data.subspan(offsets[0], size);
        tensor.data.assign(data.begin(), data.end());
        m_extents.push_back({offsets[0], offsets[1], name});
        return tensor;
    }

    /// The tensors lie side by side and fill the file: no overlap, no hole, no tail.
    void checkCoverage() {
        std::ranges::sort(m_extents, {}, [](const Extent& e) { return std::pair(e.begin, e.end); });
        std::uint64_t end = 0;
        for (const Extent& extent : m_extents) {
            if (extent.begin < end) fail(extent.name, "overlaps the tensor before it");
            if (extent.begin > end) fail(extent.name, "leaves a hole of unused bytes before it");
            end = extent.end;
        }
        if (end != m_data.size()) fail("has " + std::to_string(m_data.size() - end) + " bytes behind its last tensor");
    }

    std::span<const std::byte> m_bytes, m_data;
    const std::string& m_where;
    std::vector<Extent> m_extents;
};

}  // namespace

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
    return "[" + text + "]";
}

Tensor Tensor::f32(std::vector<std::int64_t> shape, std::span<const float> values) {
    return makeTensor("F32", std::move(shape), values);
}
Tensor Tensor::i8(std::vector<std::int64_t> shape, std::span<const std::int8_t> values) {
    return makeTensor("I8", std::move(shape), values);
}

Safetensors parseSafetensors(std::span<const std::byte> bytes, const std::string& where) {
    return Parser(bytes, where).parse();
}

std::string serializeSafetensors(const Safetensors& content) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!content.metadata.empty()) header["__metadata__"] = content.metadata;
    // Wide types first, as the reference implementation writes them, so that every tensor is aligned to its type.
    std::vector<const std::pair<const std::string, Tensor>*> order;
    for (const auto& entry : content.tensors) order.push_back(&entry);
    std::ranges::stable_sort(order, std::greater<>{},
                             [](const auto* entry) { return elementSize(entry->second.dtype); });
    std::uint64_t offset = 0;
    for (const auto* entry : order) {
        const std::uint64_t end = offset + entry->second.data.size();
        header[entry->first] = {
            {"dtype", entry->second.dtype}, {"shape", entry->second.shape}, {"data_offsets", {offset, end}}};
        offset = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + kPrefix - 1) / kPrefix * kPrefix, ' ');
    const std::uint64_t length = text.size();
    std::string bytes(reinterpret_cast<const char*>(&length), kPrefix);
    bytes += text;
    for (const auto* entry : order)
        bytes.append(reinterpret_cast<const char*>(entry->second.data.data()), entry->second.data.size());
    return bytes;
}

}  // namespace bitdesk
