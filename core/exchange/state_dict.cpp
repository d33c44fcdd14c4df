// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/state_dict.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "core/base/error.h"
#include "core/base/setting_name.h"
#include "core/exchange/torch_file.h"

namespace bitdesk {
namespace {

using Kind = PickleValue::Kind;

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // of a tensor
/// Of all tensors, views counted as often as they are named.
constexpr std::int64_t kMostTensorBytes = std::int64_t{1} << 31;
constexpr int kDeepestDict = 3, kDeepestModule = 64;
constexpr std::size_t kMostNames = 100'000;

struct NamedTensor {
    std::string name;
    const PickleValue* tensor;
};

/// A dict of tensors, or a whole model, and the keys that lead to it.
struct Candidate {
    std::string path;
    const PickleValue* value;
    int depth;
};

/// Where the elements of a tensor lie in its storage, all of them checked to be within.
struct View {
    const StorageType* type;
    std::span<const std::byte> bytes;
    std::vector<std::int64_t> size, stride;
    std::int64_t offset, elements;
};

std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kMost = 6;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i > 0 ? ", " : "") + printable(names[i]);
    return text + (names.size() > kMost ? ", …" : "");
}

class StateDictReader {
public:
    explicit StateDictReader(const std::filesystem::path& path) : m_torch(path), m_pickle(m_torch.pickle()) {
        m_file.where = m_torch.where();
    }

    StateDict read(const std::string& key) {
        const PickleValue* named = key.empty() ? nullptr : at(key);
        const Candidate chosen = named == nullptr ? usual() : Candidate{key, named, 0};
        if (isModule(*chosen.value)) {
            addModule(*chosen.value, "", 0);
            m_file.notes.push_back("A whole model was pickled (" + className(chosen.value->text) +
                                   "): its parameters and buffers are read, nothing of its code.");
        } else {
            addDict(*chosen.value);
            tellForeign();
        }
        copyAll();
        return {std::move(m_file), named != nullptr};
    }

private:
    [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const {
        throw Error(ErrorKind::BadInput, m_file.where, reason, hint);
    }

    // ---- which of them ----
    static std::string className(std::string global) {
        std::ranges::replace(global, ' ', '.');
        return printable(global);
    }
    /// Each entry of a dict whose key is a text.
    template <typename Visit>
    void forEach(const PickleValue& dict, const Visit& visit) const {
        if (dict.kind != Kind::Dict) return;
        count(dict);
        for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2)
            if (m_pickle.at(dict.items[i]).kind == Kind::Text)
                visit(m_pickle.at(dict.items[i]).text, m_pickle.at(dict.items[i + 1]));
    }
    /// A dict may be in many, and each time be looked at anew.
    void count(const PickleValue& dict) const {
        constexpr std::size_t kMostLooks = std::size_t{1} << 26;
        m_looks += dict.items.size();
        if (m_looks > kMostLooks) fail("has a dict in too many others");
    }
    bool holdsTensors(const PickleValue& value, std::size_t leastRank = 0) const {
        bool found = false;
        forEach(value, [&](const std::string&, const PickleValue& entry) {
            found = found || (entry.kind == Kind::Tensor && m_pickle.at(entry.items[2]).items.size() >= leastRank);
        });
        return found;
    }
    /// Of a class that is not known: its attributes are those of torch.nn.Module.
    bool isModule(const PickleValue& value) const {
        if (value.kind != Kind::Opaque || value.items.empty()) return false;
        const PickleValue& attributes = m_pickle.at(value.items.front());
        count(attributes);
        return m_pickle.find(attributes, "_parameters") != nullptr && m_pickle.find(attributes, "_modules") != nullptr;
    }

    void collect(const PickleValue& dict, const std::string& prefix, int depth, std::vector<Candidate>& found) const {
        forEach(dict, [&](const std::string& key, const PickleValue& value) {
            if (found.size() >= kMostNames) fail("has too many dicts of tensors");
            if (holdsTensors(value) || isModule(value)) found.push_back({prefix + key, &value, depth});
            else if (depth < kDeepestDict) collect(value, prefix + key + ".", depth + 1, found);
        });
    }

    /// The root comes last: a checkpoint may have a tensor beside its state dict, as the best accuracy.
    Candidate usual() {
        const PickleValue& root = m_pickle.at(m_pickle.root);
        if (isModule(root)) return {"", &root, 0};
        std::vector<Candidate> found;
        collect(root, "", 1, found);
        if (std::ranges::any_of(found, [](const Candidate& c) { return c.depth == 1; }))
            std::erase_if(found, [](const Candidate& c) { return c.depth > 1; });
        if (found.empty() && holdsTensors(root)) return {"", &root, 0};
        if (found.empty()) failWithout();
        constexpr std::array kKeys{"state_dict", "model_state_dict", "model", "net", "params"};
        const auto isPlain = [&](const Candidate& c) { return std::ranges::find(kKeys, c.path) != kKeys.end(); };
        const auto plain = std::ranges::find_if(found, isPlain);
        if (std::ranges::count_if(found, isPlain) == 1) return chosen(*plain, found);
        if (found.size() == 1 && !holdsTensors(root, 2)) return chosen(found.front(), found);
        if (holdsTensors(root, 2)) found.push_back({"(the whole file)", &root, 0});
        failAmbiguous(found);
    }

    Candidate chosen(const Candidate& candidate, const std::vector<Candidate>& all) {
        std::vector<std::string> others;
        for (const Candidate& other : all)
            if (other.path != candidate.path) others.push_back(other.path);
        if (!others.empty())
            m_file.notes.push_back("The weights are those of '" + printable(candidate.path) + "'; the file holds " +
                                   listed(others) + ", too (" + settingName("weights-key") + ").");
        return candidate;
    }

    /// Null where no dict of tensors is under that key.
    const PickleValue* at(const std::string& key) const {
        const PickleValue* value = &m_pickle.at(m_pickle.root);
        std::string rest = key;
        for (int depth = 0; depth < kDeepestDict && value != nullptr && !rest.empty(); ++depth) {
            const PickleValue* next = nullptr;
            std::string after;
            forEach(*value, [&](const std::string& name, const PickleValue& entry) {
                if (next != nullptr && after.empty()) return;
                if (rest == name) after.clear();
                else if (rest.starts_with(name + ".")) after = rest.substr(name.size() + 1);
                else return;
                next = &entry;
            });
            value = next;
            rest = after;
        }
        const bool whole = value != nullptr && rest.empty() && (holdsTensors(*value) || isModule(*value));
        return whole ? value : nullptr;
    }

    std::string rootKeys() const {
        std::vector<std::string> keys;
        forEach(m_pickle.at(m_pickle.root), [&](const std::string& key, const PickleValue&) { keys.push_back(key); });
        return keys.empty() ? "" : "; its keys are " + listed(keys);
    }
    [[noreturn]] void failWithout() const {
        const std::string foreign = m_pickle.foreign.empty()
                                        ? ""
                                        : "; it refers to " + listed(m_pickle.foreign) + ", and nothing of it was run";
        fail("holds no state dict" + rootKeys() + foreign, "Save one: torch.save(model.state_dict(), FILE)");
    }
    [[noreturn]] void failAmbiguous(const std::vector<Candidate>& found) const {
        std::vector<std::string> paths;
        paths.reserve(found.size());
        for (const Candidate& candidate : found) paths.push_back(candidate.path);
        fail("holds several dicts of tensors, of which none goes before the others: " + listed(paths),
             "Choose one with " + settingName("weights-key"));
    }

    // ---- what is in it ----
    void add(const std::string& name, const PickleValue& tensor) {
        if (!m_seen.insert(name).second) fail("has the tensor '" + name + "' twice");
        if (m_found.size() >= kMostNames) fail("has more than 100000 tensors");
        m_found.push_back({name, &tensor});
    }
    void addDict(const PickleValue& dict) {
        std::vector<std::string> unread;
        forEach(dict, [&](const std::string& name, const PickleValue& value) {
            if (value.kind == Kind::Tensor) add(name, value);
            else if (value.kind == Kind::Opaque) unread.push_back(name);
        });
        for (const std::string& name : unread)
            if (name.ends_with("weight"))
                fail("holds weights that are no plain tensors, as those of a converted network: '" + name + "'",
                     "Save the state dict before torch.ao.quantization.convert");
        if (!unread.empty())
            m_file.notes.push_back(
                "Values of the state dict that are no plain tensors were not read: " + listed(unread) + ".");
    }
    void addModule(const PickleValue& module, const std::string& prefix, int depth) {
        if (depth > kDeepestModule) fail("has modules within modules, more than 64 deep");
        if (++m_modules > kMostNames) fail("has more than 100000 modules");
        const PickleValue& attributes = m_pickle.at(module.items.front());
        for (const char* part : {"_parameters", "_buffers"})
            if (const PickleValue* tensors = m_pickle.find(attributes, part))
                forEach(*tensors, [&](const std::string& name, const PickleValue& value) {
                    if (value.kind == Kind::Tensor) add(prefix + name, value);
                });
        forEach(*m_pickle.find(attributes, "_modules"), [&](const std::string& name, const PickleValue& value) {
            if (prefix.size() + name.size() > kMostNames) fail("has a name without an end");
            if (isModule(value)) addModule(value, prefix + name + ".", depth + 1);
        });
    }
    /// PyTorch's and NumPy's own, as the class of an optimizer, say nothing; nor do Python's containers.
    void tellForeign() {
        constexpr std::array kModules{"torch.", "numpy.", "collections."};
        constexpr std::array kPlain{"list",   "set", "frozenset", "dict", "tuple",
                                    "object", "int", "float",     "str",  "complex"};
        std::vector<std::string> names;
        for (const std::string& name : m_pickle.foreign) {
            const bool ofModules = std::ranges::any_of(kModules, [&](const char* m) { return name.starts_with(m); });
            const bool plain = std::ranges::any_of(kPlain, [&](const std::string& type) {
                return name == "builtins." + type || name == "__builtin__." + type;
            });
            if (!ofModules && !plain) names.push_back(name);
        }
        if (!names.empty())
            m_file.notes.push_back(
                "Objects of these names were passed over unread, nothing of them was run: " + listed(names) + ".");
    }

    // ---- their elements ----
    [[noreturn]] void failTensor(const std::string& name, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_file.where + ": tensor '" + name + "'", reason);
    }

    std::vector<std::int64_t> integers(const std::string& name, int index) const {
        constexpr std::size_t kMostDimensions = 8;
        if (m_pickle.at(index).items.size() > kMostDimensions) failTensor(name, "has more than eight dimensions");
        std::vector<std::int64_t> all;
        for (const int item : m_pickle.at(index).items) {
            const PickleValue& value = m_pickle.at(item);
            if (value.kind != Kind::Integer || value.integer < 0 || value.integer > kMostTensorBytes)
                failTensor(name, "has a size, stride or offset that is no number in range");
            all.push_back(value.integer);
        }
        return all;
    }

    std::span<const std::byte> storage(const std::string& name, const PickleValue& value, std::int64_t elementBytes) {
        const auto bytes = m_torch.storage(value.text);
        if (!bytes) failTensor(name, "its data '" + printable(value.text) + "' is not in the file");
        if (value.integer < 0 || value.integer > kMostTensorBytes ||
            value.integer * elementBytes > static_cast<std::int64_t>(bytes->size()))
            failTensor(name, "its data '" + printable(value.text) + "' is shorter than it says");
        return *bytes;
    }

    View view(const NamedTensor& tensor) {
        const std::string& name = tensor.name;
        const std::vector<int>& items = tensor.tensor->items;
        const PickleValue& stored = m_pickle.at(items[0]);
        const std::string& typeName = m_pickle.at(stored.items[0]).text;
        const StorageType* type = findStorageType(typeName);
        if (type == nullptr) failTensor(name, "has the unknown type '" + printable(typeName) + "'");
        const auto size = integers(name, items[2]), stride = integers(name, items[3]);
        const std::int64_t offset = m_pickle.at(items[1]).integer;
        if (size.size() != stride.size() || offset < 0 || offset > kMostTensorBytes)
            failTensor(name, "has a shape that does not fit its strides");
        std::int64_t elements = 1, last = offset;
        for (const std::int64_t extent : size) {
            if (extent > 0 && elements > kMostElements / extent) failTensor(name, "has more than 2^28 elements");
            elements *= extent;
        }
        for (std::size_t d = 0; d < size.size() && elements > 0; ++d) last += (size[d] - 1) * stride[d];  // below 2^62
        const auto bytes = storage(name, stored, type->bytes);
        if (elements > 0 && last >= stored.integer) failTensor(name, "reaches beyond its data");
        m_total += elements * type->bytes;
        if (m_total > kMostTensorBytes) fail("its tensors have more than 2 GiB");
        return {type, bytes, size, stride, offset, elements};
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
            std::memcpy(tensor.data.data() + done, view.bytes.data() + static_cast<std::size_t>(source) * bytes, bytes);
            for (std::size_t d = size.size(); d-- > 0;) {
                source += stride[d];
                if (++place[d] < size[d]) break;
                source -= stride[d] * size[d];
                place[d] = 0;
            }
        }
        return tensor;
    }

    /// All are checked before the first is copied: a view may be larger than what it looks at.
    void copyAll() {
        std::vector<View> views;
        views.reserve(m_found.size());
        for (const NamedTensor& tensor : m_found) views.push_back(view(tensor));
        for (std::size_t i = 0; i < views.size(); ++i) {
            m_file.names.push_back(m_found[i].name);
            m_file.tensors.emplace(m_found[i].name, copied(views[i]));
        }
    }

    TorchFile m_torch;
    const Pickle& m_pickle;
    TensorFile m_file;
    std::vector<NamedTensor> m_found;
    std::set<std::string> m_seen;
    std::size_t m_modules = 0;
    mutable std::size_t m_looks = 0;
    std::int64_t m_total = 0;
};

}  // namespace

StateDict readStateDict(const std::filesystem::path& path, const std::string& key) {
    return StateDictReader(path).read(key);
}

}  // namespace bitdesk
