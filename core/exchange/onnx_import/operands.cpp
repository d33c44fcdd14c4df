// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/operands.h"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/node_names.h"
#include "core/exchange/onnx_import/unsupported.h"
#include "core/model/safetensors.h"

namespace bitdesk {

void Operands::tell(const std::string& note) const {
    if (std::ranges::find(m_notes, note) == m_notes.end()) m_notes.push_back(note);
}

bool Operands::allConstant() const {
    return std::ranges::all_of(
        m_inputs, [](const Value* value) { return value == nullptr || std::holds_alternative<Constant>(*value); });
}

const Constant& Operands::constant(std::size_t input) const {
    if (!given(input)) throw Unsupported("an input that is missing");
    const auto* found = std::get_if<Constant>(m_inputs[input]);
    if (found == nullptr) throw Unsupported("an input that depends on the image, where a constant is needed");
    return *found;
}

const TensorView& Operands::paddedView(std::size_t input) const {
    if (!given(input)) throw Unsupported("an input that is missing");
    const auto* found = std::get_if<TensorView>(m_inputs[input]);
    if (found == nullptr) throw Unsupported("a constant where a map is needed");
    return *found;
}

const TensorView& Operands::view(std::size_t input) const {
    const TensorView& view = paddedView(input);
    if (view.padding.any()) throw Unsupported("a padded input: only convolutions and pools read one");
    return view;
}

Dims Operands::dims(std::size_t input) const {
    return isConstant(input) ? constant(input).dims() : paddedView(input).dims();
}

const onnx::AttributeProto* Operands::find(const std::string& attribute, int type) const {
    const auto* found = findAttribute(m_node.proto, attribute);
    if (found != nullptr && found->has_type() && found->type() != type)
        throw Unsupported("the attribute '" + attribute + "' of another type");
    return found;
}

std::int64_t Operands::integer(const std::string& attribute, std::int64_t otherwise) const {
    const auto* found = find(attribute, onnx::AttributeProto::INT);
    return found == nullptr ? otherwise : found->i();
}

float Operands::real(const std::string& attribute, float otherwise) const {
    const auto* found = find(attribute, onnx::AttributeProto::FLOAT);
    return found == nullptr ? otherwise : found->f();
}

std::string Operands::text(const std::string& attribute, const std::string& otherwise) const {
    const auto* found = find(attribute, onnx::AttributeProto::STRING);
    return found == nullptr ? otherwise : found->s();
}

std::vector<std::int64_t> Operands::integers(const std::string& attribute) const {
    const auto* found = find(attribute, onnx::AttributeProto::INTS);
    if (found == nullptr) return {};
    return {found->ints().begin(), found->ints().end()};
}

std::optional<std::vector<std::int64_t>> Operands::list(const std::string& attribute, std::size_t input) const {
    if (has(attribute)) return integers(attribute);
    if (given(input)) return constant(input).wholeNumbers();
    return std::nullopt;
}

std::optional<float> Operands::number(const std::string& attribute, std::size_t input) const {
    if (has(attribute)) return real(attribute, 0);
    if (!given(input)) return std::nullopt;
    if (constant(input).size() != 1) throw Unsupported("several numbers where one is needed");
    return constant(input).number(0);
}

std::string Operands::name(std::size_t weights) const {
    const std::string tensor = weights < m_node.inputs.size() ? m_node.inputs[weights] : std::string();
    return readableName(m_node.name, m_node.op, tensor);
}

TensorView Operands::add(const TensorView& from, const Attributes& attributes) const {
    return {.node = m_draft.add({.name = name(), .attributes = attributes, .inputs = {from.node}}), .axes = from.axes};
}

TensorView Operands::addAffine(const TensorView& from, std::vector<float> gamma, std::vector<float> beta,
                               std::size_t tensor) const {
    NormAttributes norm;
    norm.epsilon = kExactEpsilon;
    DraftNode node{.name = name(tensor), .attributes = norm, .inputs = {from.node}};
    node.norm = affineNorm(std::move(gamma), std::move(beta));
    return {.node = m_draft.add(std::move(node)), .axes = from.axes};
}

const OperationEntry* findOperation(const std::string& op) {
    static const std::array kFamilies{layerOperations(),      normOperations(),     activationOperations(),
                                      arithmeticOperations(), poolOperations(),     layoutOperations(),
                                      channelOperations(),    constantOperations(), quantizationOperations()};
    for (const auto& family : kFamilies) {
        const auto found = std::ranges::find_if(family, [&](const OperationEntry& entry) { return op == entry.op; });
        if (found != family.end()) return &*found;
    }
    return nullptr;
}

namespace {

constexpr std::size_t kLeastRank = 3, kMostMapRank = 4;

std::int64_t sizeOf(const Shape& shape, MapSide side) { return side == MapSide::Height ? shape.height : shape.width; }

/// Which side each axis behind the channels is.
std::vector<MapSide> sidesOf(const TensorView& view, const Shape& shape) {
    std::vector<MapSide> sides;
    std::set<MapSide> free{MapSide::Height, MapSide::Width};
    for (std::size_t d = 2; d < view.axes.size(); ++d) {
        const TensorAxis& axis = view.axes[d];
        sides.push_back(axis.empty() ? MapSide::Batch : axis.front().role);
        if (axis.empty()) continue;
        if (free.erase(sides.back()) == 0 || !isWhole(axis, sides.back(), sizeOf(shape, sides.back())))
            throw Unsupported("an input whose axes were reshaped to something else than channels, height and width");
    }
    // An axis of one position may be either side. The last is the width, so that a row is one pixel high.
    for (std::size_t i = sides.size(); i-- > 0;) {
        if (sides[i] != MapSide::Batch) continue;
        sides[i] = *free.rbegin();
        free.erase(sides[i]);
    }
    for (const MapSide side : free)
        if (sizeOf(shape, side) != 1) throw Unsupported("an input that lacks a side of its map");
    return sides;
}

}  // namespace

MapView asMap(const Operands& operands, const TensorView& view) {
    if (view.axes.size() < kLeastRank || view.axes.size() > kMostMapRank || !isOf(view.axes[0], MapSide::Batch))
        throw Unsupported("an input of shape " + shapeText(view.dims()));
    const Shape& shape = operands.shape(view);
    MapView map{view, sidesOf(view, shape)};
    if (!isOf(view.axes[1], MapSide::Channel) || extentOf(view.axes[1]) != shape.channels)
        throw Unsupported("an input whose second axis is not its channels");
    const auto groups = shuffleGroups(view.axes[1]);
    if (!groups) throw Unsupported("an input whose channels were permuted");
    if (*groups > 1) {
        map.view.node = operands.draft().add({.name = operands.name() + ".shuffle",
                                              .attributes = ChannelShuffleAttributes{*groups},
                                              .inputs = {view.node}});
        map.view.axes[1] = wholeAxis(MapSide::Channel, shape.channels);
    }
    return map;
}

TensorView asRows(const Operands& operands, const TensorView& view) {
    if (view.axes.empty()) throw Unsupported("an input without axes");
    const Shape& shape = operands.shape(view);
    const TensorAxis& last = view.axes.back();
    if (isOf(last, MapSide::Channel) && extentOf(last) == shape.channels) return view;
    TensorView flat = view;
    flat.axes = flattenedAxes(view.axes, shape);
    if (!isOf(flat.axes.back(), MapSide::Channel) || extentOf(flat.axes.back()) != shape.elements())
        throw Unsupported("an input whose last axis is neither its channels nor all of an image");
    flat.node = operands.draft().add(
        {.name = operands.name() + ".flatten", .attributes = FlattenAttributes{}, .inputs = {view.node}});
    return flat;
}

}  // namespace bitdesk
