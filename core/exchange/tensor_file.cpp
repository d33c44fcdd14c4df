// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/tensor_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <set>

#include "core/base/archives.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/half.h"
#include "core/base/pickle.h"
#include "core/base/what_is.h"

namespace bitdesk {
namespace {

using Kind = PickleValue::Kind;

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // of a tensor
/// Of all tensors, views counted as often as they are named.
constexpr std::int64_t kMostTensorBytes = std::int64_t{1} << 31;

struct StorageType {
    const char* name;
    const char* dtype;
    std::int64_t bytes;
};
constexpr std::array kTypes{
    StorageType{"torch FloatStorage", "F32", 4}, StorageType{"torch DoubleStorage", "F64", 8},
    StorageType{"torch HalfStorage", "F16", 2},  StorageType{"torch BFloat16Storage", "BF16", 2},
    StorageType{"torch LongStorage", "I64", 8},  StorageType{"torch IntStorage", "I32", 4},
    StorageType{"torch ShortStorage", "I16", 2}, StorageType{"torch CharStorage", "I8", 1},
    StorageType{"torch ByteStorage", "U8", 1},   StorageType{"torch BoolStorage", "BOOL", 1}};

/// Where the elements of a tensor lie in its storage, all of them checked to be within.
struct View {
    const StorageType* type;
    const std::vector<std::byte>* bytes;
    std::vector<std::int64_t> size, stride;
    std::int64_t offset, elements;
};

/// A state dict in torch.save's zip format. Throws Error (BadInput) naming file and tensor.
class TorchReader {
public:
    explicit TorchReader(const std::filesystem::path& path) : m_where(path.string()), m_archive(path) {}

    TensorFile read() {
        findRoot();
        const auto bytes = m_archive.read(m_root + "data.pkl");
        m_pickle = parsePickle(bytes, m_where);
        TensorFile file;
        file.where = m_where;
        const PickleValue& dict = stateDict();
        // All are checked before the first is copied: a view may be larger than what it looks at.
        std::vector<View> views;
        std::set<std::string> seen;
        for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
            const PickleValue &key = m_pickle.at(dict.items[i]), &value = m_pickle.at(dict.items[i + 1]);
            if (key.kind != Kind::Text || value.kind != Kind::Tensor) continue;
            if (!seen.insert(key.text).second) fail("has the tensor '" + key.text + "' twice");
            file.names.push_back(key.text);
            views.push_back(view(key.text, value));
        }
        for (std::size_t i = 0; i < views.size(); ++i) file.tensors.emplace(file.names[i], copied(views[i]));
        return file;
    }

private:
    [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const {
        throw Error(ErrorKind::BadInput, m_where, reason, hint);
    }

    /// All entries lie in one folder, which torch names after the file.
    void findRoot() {
        const std::string last = "/data.pkl";
        for (const std::string& name : m_archive.names())
            if (name.ends_with(last) && std::ranges::count(name, '/') == 1)
                m_root = name.substr(0, name.size() - last.size() + 1);
        if (m_root.empty()) fail("is a zip archive without data.pkl, so no file of torch.save");
        if (m_archive.has(m_root + "constants.pkl"))
            fail("is a TorchScript archive", "Save the tensors instead: torch.save(model.state_dict(), FILE)");
        if (!m_archive.has(m_root + "byteorder")) return;
        const auto order = m_archive.read(m_root + "byteorder");
        if (std::string_view(reinterpret_cast<const char*>(order.data()), order.size()) != "little")
            fail("was written by a big-endian machine");
    }

    bool holdsTensors(const PickleValue& value) const {
        if (value.kind != Kind::Dict) return false;
        for (std::size_t i = 1; i < value.items.size(); i += 2)
            if (m_pickle.at(value.items[i]).kind == Kind::Tensor) return true;
        return false;
    }

    /// The root, or of a checkpoint the dict of tensors that is called as one, or is the only one. The root comes last:
    /// a checkpoint may have a tensor beside its state dict, as the best accuracy.
    const PickleValue& stateDict() const {
        constexpr std::array kKeys{"state_dict", "model_state_dict", "model", "net"};
        const PickleValue& root = m_pickle.at(m_pickle.root);
        std::string keys;
        std::vector<const PickleValue*> found;
        for (std::size_t i = 0; root.kind == Kind::Dict && i + 1 < root.items.size(); i += 2) {
            const std::string& key = m_pickle.at(root.items[i]).text;
            const PickleValue& value = m_pickle.at(root.items[i + 1]);
            keys += (keys.empty() ? "" : ", ") + key;
            if (!holdsTensors(value)) continue;
            if (std::ranges::find(kKeys, key) != kKeys.end()) return value;
            found.push_back(&value);
        }
        if (found.size() == 1) return *found.front();
        if (holdsTensors(root)) return root;
        fail(std::string(found.empty() ? "holds no state dict"
                                       : "holds several dicts of tensors, none of them called state_dict") +
                 (keys.empty() ? "" : "; its keys are " + keys.substr(0, 200)),
             "Save one: torch.save(model.state_dict(), FILE)");
    }

    [[noreturn]] void failTensor(const std::string& name, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_where + ": tensor '" + name + "'", reason);
    }

    std::vector<std::int64_t> integers(const std::string& name, int index) const {
        std::vector<std::int64_t> all;
        for (const int item : m_pickle.at(index).items) {
            const PickleValue& value = m_pickle.at(item);
            if (value.kind != Kind::Integer || value.integer < 0 || value.integer > kMostTensorBytes)
                failTensor(name, "has a size, stride or offset that is no number in range");
            all.push_back(value.integer);
        }
        return all;
    }

    const std::vector<std::byte>& storage(const std::string& name, const PickleValue& value,
                                          std::int64_t elementBytes) {
        const auto found = m_storages.find(value.text);
        const std::string entry = m_root + "data/" + value.text;
        if (found == m_storages.end()) {
            if (!m_archive.has(entry)) failTensor(name, "its data '" + entry + "' is not in the file");
            m_storages.emplace(value.text, m_archive.read(entry));
        }
        const auto& bytes = m_storages.at(value.text);
        if (value.integer < 0 || value.integer > kMostTensorBytes ||
            value.integer * elementBytes > static_cast<std::int64_t>(bytes.size()))
            failTensor(name, "its data '" + entry + "' is shorter than it says");
        return bytes;
    }

    View view(const std::string& name, const PickleValue& value) {
        const PickleValue& stored = m_pickle.at(value.items[0]);
        const std::string& typeName = m_pickle.at(stored.items[0]).text;
        const auto type = std::ranges::find_if(kTypes, [&](const StorageType& t) { return typeName == t.name; });
        if (type == kTypes.end()) failTensor(name, "has the unknown type '" + typeName + "'");
        const auto size = integers(name, value.items[2]), stride = integers(name, value.items[3]);
        const std::int64_t offset = m_pickle.at(value.items[1]).integer;
        if (size.size() != stride.size() || size.size() > 8 || offset < 0 || offset > kMostTensorBytes)
            failTensor(name, "has a shape that does not fit its strides");
        std::int64_t elements = 1, last = offset;
        for (std::size_t d = 0; d < size.size(); ++d) {
            if (size[d] > 0 && elements > kMostElements / size[d]) failTensor(name, "has more than 2^28 elements");
            elements *= size[d];
        }
        for (std::size_t d = 0; d < size.size() && elements > 0; ++d) last += (size[d] - 1) * stride[d];  // below 2^62
        const auto& bytes = storage(name, stored, type->bytes);
        if (elements > 0 && last >= stored.integer) failTensor(name, "reaches beyond its data");
        m_total += elements * type->bytes;
        if (m_total > kMostTensorBytes) fail("its tensors have more than 2 GiB");
        return {&*type, &bytes, size, stride, offset, elements};
    }

    /// The elements in row-major order.
    static Tensor copied(const View& view) {
        Tensor tensor{.dtype = view.type->dtype, .shape = view.size, .data = {}};
        const auto bytes = static_cast<std::size_t>(view.type->bytes);
        tensor.data.resize(static_cast<std::size_t>(view.elements) * bytes);
        const auto &size = view.size, &stride = view.stride;
        std::vector<std::int64_t> place(size.size(), 0);
        std::int64_t source = view.offset;
        for (std::size_t done = 0; done < tensor.data.size(); done += bytes) {
            std::memcpy(tensor.data.data() + done, view.bytes->data() + static_cast<std::size_t>(source) * bytes,
                        bytes);
            for (std::size_t d = size.size(); d-- > 0;) {
                source += stride[d];
                if (++place[d] < size[d]) break;
                source -= stride[d] * size[d];
                place[d] = 0;
            }
        }
        return tensor;
    }

    std::string m_where, m_root;
    ZipArchive m_archive;
    Pickle m_pickle;
    std::map<std::string, std::vector<std::byte>> m_storages;
    std::int64_t m_total = 0;
};

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 31;

template <typename Stored, typename Convert>
std::vector<float> converted(const Tensor& tensor, Convert convert) {
    std::vector<float> values(tensor.data.size() / sizeof(Stored));
    for (std::size_t i = 0; i < values.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, tensor.data.data() + i * sizeof(Stored), sizeof(Stored));
        values[i] = convert(stored);
    }
    return values;
}
template <typename Stored>
std::vector<float> converted(const Tensor& tensor) {
    return converted<Stored>(tensor, [](Stored value) { return static_cast<float>(value); });
}

std::vector<float> numbers(const Tensor& tensor, const std::string& where) {
    const std::string& type = tensor.dtype;
    if (type == "F32") return converted<float>(tensor);
    if (type == "F64") return converted<double>(tensor);
    if (type == "F16") return converted<std::uint16_t>(tensor, halfToFloat);
    if (type == "BF16")
        return converted<std::uint16_t>(tensor,
                                        [](std::uint16_t v) { return std::bit_cast<float>(std::uint32_t{v} << 16); });
    if (type == "I8") return converted<std::int8_t>(tensor);
    if (type == "U8" || type == "BOOL") return converted<std::uint8_t>(tensor);
    if (type == "I16") return converted<std::int16_t>(tensor);
    if (type == "U16") return converted<std::uint16_t>(tensor);
    if (type == "I32") return converted<std::int32_t>(tensor);
    if (type == "U32") return converted<std::uint32_t>(tensor);
    if (type == "I64") return converted<std::int64_t>(tensor);
    if (type == "U64") return converted<std::uint64_t>(tensor);
    throw Error(ErrorKind::BadInput, where, "has the element type " + type + ", which is not read");
}

/// What is surely neither of the two kinds of file is told as what it is. An ending tells nothing: "model.pth.tar" is
/// what torch.save wrote, mostly.
void refuseOthers(const std::filesystem::path& path) {
    const WhatItIs what = whatIs(path);
    const auto fail = [&](const std::string& more, const std::string& hint) {
        throw Error(ErrorKind::BadInput, path.string(), "is " + what.text + more, hint);
    };
    const std::string save = "torch.save(model.state_dict(), FILE)";
    switch (what.kind) {
        case FileKind::TorchZip:
        case FileKind::Zip:
        case FileKind::Safetensors:
        case FileKind::Absent:
        case FileKind::Unknown: return;  // reading it says what is wrong
        case FileKind::Pickle:
            // Before PyTorch 1.6, and with _use_new_zipfile_serialization=False, torch.save wrote bare pickles.
            return fail(", which is not read", "Save it again with PyTorch 1.6 or newer: " + save);
        case FileKind::Folder: return fail("", "Name the file of tensors");
        case FileKind::WebPage:
        case FileKind::Empty: return fail("", "Download it again");
        case FileKind::LfsPointer: return fail("", "Fetch the file itself: git lfs pull");
        case FileKind::Tar:
        case FileKind::Packed:
            return fail(", no file of tensors", "Unpack it and name the file that " + save + " wrote");
        case FileKind::Network:
            return fail(", from which no tensors are read",
                        "Take the PyTorch network that it was made of: " + save + "; or a .safetensors file");
        default: return fail(", no file of tensors", "Read are what " + save + " writes and .safetensors files");
    }
}

TensorFile readSafetensorsFile(const std::filesystem::path& path) {
    TensorFile file;
    file.where = path.string();
    const std::string bytes = readFile(path, kMostBytes);
    file.tensors = parseSafetensors(std::as_bytes(std::span(bytes)), file.where).tensors;
    file.names.reserve(file.tensors.size());
    for (const auto& [name, tensor] : file.tensors) file.names.push_back(name);
    return file;
}

/// Takes off what a wrapper put before every name.
bool stripPrefix(TensorFile& file, const std::string& prefix) {
    for (const std::string& name : file.names)
        if (!name.starts_with(prefix) || file.tensors.contains(name.substr(prefix.size()))) return false;
    std::map<std::string, Tensor> renamed;
    for (std::string& name : file.names) {
        auto node = file.tensors.extract(name);
        name = name.substr(prefix.size());
        renamed.emplace(name, std::move(node.mapped()));
    }
    file.tensors = std::move(renamed);
    return true;
}

}  // namespace

const Tensor* TensorFile::find(const std::string& name) const {
    const auto found = tensors.find(name);
    return found == tensors.end() ? nullptr : &found->second;
}

TensorFile readTensorFile(const std::filesystem::path& path) {
    refuseOthers(path);
    TensorFile file = ZipArchive::detect(path) ? TorchReader(path).read() : readSafetensorsFile(path);
    if (file.names.empty()) throw Error(ErrorKind::BadInput, file.where, "holds no tensors");
    // DataParallel and DistributedDataParallel write the first, torch.compile the second; they nest.
    while (stripPrefix(file, "module.") || stripPrefix(file, "_orig_mod.")) {
    }
    return file;
}

std::vector<float> toFloats(const Tensor& tensor, const std::string& where) {
    std::vector<float> values = numbers(tensor, where);
    for (const float value : values)
        if (!std::isfinite(value))
            throw Error(ErrorKind::BadInput, where, "holds NaN, infinity or a number beyond float32");
    return values;
}

}  // namespace bitdesk
