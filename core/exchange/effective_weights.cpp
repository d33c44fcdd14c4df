// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/effective_weights.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/error.h"
#include "core/base/to_index.h"

namespace bitdesk {
namespace {

const std::string kParametrizations = "parametrizations.";

/// How the elements of a tensor lie around one of its extents.
struct Rows {
    std::int64_t count, inner;  ///< of the extent; elements of the extents behind it

    Rows(const std::vector<std::int64_t>& shape, std::size_t extent) : count(shape[extent]), inner(1) {
        for (std::size_t d = extent + 1; d < shape.size(); ++d) inner *= shape[d];
    }
    std::int64_t row(std::int64_t element) const { return element / inner % count; }
    /// The place in its row when the other extents follow each other.
    std::int64_t column(std::int64_t element) const { return element / (inner * count) * inner + element % inner; }
};

class Resolver {
public:
    explicit Resolver(TensorFile& file) : m_file(file) {}

    void run() {
        const std::vector<std::string> names = m_file.names;
        for (const std::string& name : names)
            if (m_file.find(name) != nullptr) resolve(name);
        rename();
        for (const std::string& name : m_file.names) refuseRest(name);
        tell(m_pruned, "have a pruning mask, which is applied");
        tell(m_weightNormed, "are put together from weight norm's direction and length");
        tell(m_spectral, "are divided by spectral norm's σ");
    }

private:
    void tell(int count, const char* what) {
        if (count > 0) m_file.notes.push_back(fmt::format("{} weight tensor(s) {}.", count, what));
    }

    [[noreturn]] void fail(const std::string& name, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_file.where + ": tensor '" + name + "'", reason,
                    "Save the effective weights: torch.nn.utils.parametrize.remove_parametrizations(module, 'weight'), "
                    "prune.remove, remove_weight_norm or remove_spectral_norm before torch.save");
    }

    /// "a.weight" where this is "a.weight" + suffix and the file has no such tensor.
    std::optional<std::string> target(const std::string& name, std::string_view suffix) const {
        if (!name.ends_with(suffix)) return std::nullopt;
        std::string whole = name.substr(0, name.size() - suffix.size());
        return whole.empty() || m_file.find(whole) != nullptr ? std::nullopt : std::optional(std::move(whole));
    }
    /// "a.weight" of "a.parametrizations.weight".
    static std::optional<std::string> parametrized(const std::string& list) {
        const std::size_t at = list.rfind(kParametrizations);
        if (at == std::string::npos || (at > 0 && list[at - 1] != '.')) return std::nullopt;
        return list.substr(0, at) + list.substr(at + kParametrizations.size());
    }

    void resolve(const std::string& name) {
        if (const auto whole = target(name, "_orig")) {
            if (has(*whole + "_mask")) return prune(name, *whole + "_mask", *whole);
            if (has(*whole + "_u") && has(*whole + "_v")) return spectral(name, *whole + "_u", *whole + "_v", *whole);
        }
        if (const auto whole = target(name, "weight_g"); whole && has(*whole + "weight_v"))
            return weightNorm(name, *whole + "weight_v", *whole + "weight");
        if (name == "weight_g" && has("weight_v")) return weightNorm(name, "weight_v", "weight");
        if (const auto list = target(name, ".original0"); list && has(*list + ".original1"))
            if (const auto whole = parametrized(*list); whole && isAlone(*list, {".original0", ".original1"}))
                return weightNorm(name, *list + ".original1", *whole);
        if (const auto list = target(name, ".original"); list && has(*list + ".0._u") && has(*list + ".0._v"))
            if (const auto whole = parametrized(*list); whole && isAlone(*list, {".original", ".0._u", ".0._v"}))
                return spectral(name, *list + ".0._u", *list + ".0._v", *whole);
    }

    bool has(const std::string& name) const { return m_file.find(name) != nullptr; }
    /// Whether a list of parametrizations is made of these tensors: one more would be applied, too.
    bool isAlone(const std::string& list, std::initializer_list<const char*> parts) const {
        const std::string within = list + ".";
        for (auto at = m_file.tensors.lower_bound(within); at != m_file.tensors.end() && at->first.starts_with(within);
             ++at)
            if (std::ranges::none_of(parts, [&](const char* part) { return at->first == list + part; })) return false;
        return true;
    }

    void refuseRest(const std::string& name) const {
        if (name.starts_with(kParametrizations) || name.find("." + kParametrizations) != std::string::npos)
            fail(name, "is of a parametrization that is not known");
        if (name.ends_with("weight_orig") && target(name, "_orig"))
            fail(name, "is a weight before pruning or spectral norm, and the mask, or u and v, are missing");
        if (name.ends_with("weight_v") && !has(name.substr(0, name.size() - 2)) &&
            !has(name.substr(0, name.size() - 2) + "_orig"))
            fail(name, "is the direction of a weight, and its length 'weight_g' is missing");
    }

    std::vector<float> floats(const std::string& name) const {
        return toFloats(*m_file.find(name), m_file.where + ": tensor '" + name + "'");
    }
    const std::vector<std::int64_t>& shape(const std::string& name) const { return m_file.find(name)->shape; }

    void prune(const std::string& original, const std::string& mask, const std::string& whole) {
        if (shape(original) != shape(mask)) fail(mask, "has another shape than the weights that it masks");
        std::vector<float> values = floats(original);
        const std::vector<float> kept = floats(mask);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] *= kept[i];
        replace({original, mask}, whole, shape(original), values);
        ++m_pruned;
    }

    void weightNorm(const std::string& length, const std::string& direction, const std::string& whole) {
        std::vector<float> values = floats(direction);
        const std::vector<float> lengths = floats(length);
        const auto extent = extentOf(length, direction);
        const auto row = [&](std::size_t i) {
            return extent ? toIndex(Rows(shape(direction), *extent).row(static_cast<std::int64_t>(i))) : 0;
        };
        std::vector<double> squares(lengths.size());
        for (std::size_t i = 0; i < values.size(); ++i) squares[row(i)] += double{values[i]} * double{values[i]};
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = static_cast<float>(double{values[i]} * double{lengths[row(i)]} / std::sqrt(squares[row(i)]));
        replace({length, direction}, whole, shape(direction), values);
        ++m_weightNormed;
    }

    /// The extent that a length keeps; nothing where there is one length for all.
    std::optional<std::size_t> extentOf(const std::string& length, const std::string& direction) const {
        const auto &some = shape(length), &all = shape(direction);
        const auto isOne = [](std::int64_t extent) { return extent == 1; };
        if (std::ranges::all_of(some, isOne) && (some.empty() || some.size() == all.size())) return std::nullopt;
        for (std::size_t d = 0; d < all.size() && some.size() == all.size(); ++d)
            if (some[d] == all[d] && static_cast<std::size_t>(std::ranges::count_if(some, isOne)) == all.size() - 1 &&
                some[d] != 1)
                return d;
        fail(length, "has a shape that is no length of the directions in '" + direction + "'");
    }

    void spectral(const std::string& original, const std::string& left, const std::string& right,
                  const std::string& whole) {
        std::vector<float> values = floats(original);
        const std::vector<float> u = floats(left), v = floats(right);
        const auto& all = shape(original);
        std::size_t extent = 0;
        while (extent < all.size() &&
               (all[extent] != static_cast<std::int64_t>(u.size()) || u.size() * v.size() != values.size()))
            ++extent;
        if (extent == all.size()) fail(left, "does not fit the weights '" + original + "'");
        const Rows rows(all, extent);
        double sigma = 0;
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto at = static_cast<std::int64_t>(i);
            sigma += double{u[toIndex(rows.row(at))]} * double{values[i]} * double{v[toIndex(rows.column(at))]};
        }
        for (float& value : values) value = static_cast<float>(double{value} / sigma);
        replace({original, left, right}, whole, all, values);
        ++m_spectral;
    }

    /// The whole stands where the first of its parts stood.
    void replace(std::initializer_list<std::string> parts, const std::string& whole, std::vector<std::int64_t> shape,
                 const std::vector<float>& values) {
        if (has(whole)) fail(whole, "is in the file beside the parts that it is made of");
        m_file.tensors.emplace(whole, Tensor::f32(std::move(shape), values));
        m_wholes.emplace(*parts.begin(), whole);
        for (const std::string& part : parts) m_file.tensors.erase(part);
    }
    void rename() {
        for (std::string& name : m_file.names)
            if (const auto whole = m_wholes.find(name); whole != m_wholes.end()) name = whole->second;
        std::erase_if(m_file.names, [&](const std::string& name) { return !has(name); });
    }

    TensorFile& m_file;
    std::map<std::string, std::string> m_wholes;  // by the first of its parts
    int m_pruned = 0, m_weightNormed = 0, m_spectral = 0;
};

}  // namespace

void resolveEffectiveWeights(TensorFile& file) { Resolver(file).run(); }

}  // namespace bitdesk
