// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/network/activations.h"
#include "core/network/network.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

// ---- writing ----

void write(OrderedJson&, const AddAttributes&) {}
void write(OrderedJson&, const FlattenAttributes&) {}
void write(OrderedJson&, const MultiplyAttributes&) {}
void write(OrderedJson&, const ConcatAttributes&) {}
void write(OrderedJson& json, const InputAttributes& a) {
    json["shape"] = {a.shape.height, a.shape.width, a.shape.channels};
}
void write(OrderedJson& json, const WindowAttributes& a) {
    json["kernel"] = {a.kernelHeight, a.kernelWidth};
    json["stride"] = {a.strideHeight, a.strideWidth};
    if (a.isPaddedAlike()) json["padding"] = {a.paddingTop, a.paddingLeft};
    else json["padding"] = {a.paddingTop, a.paddingLeft, a.paddingBottom, a.paddingRight};
    if (a.dilationHeight != 1 || a.dilationWidth != 1) json["dilation"] = {a.dilationHeight, a.dilationWidth};
}
void write(OrderedJson& json, const Conv2dAttributes& a) {
    json["out_channels"] = a.outChannels;
    write(json, static_cast<const WindowAttributes&>(a));
    json["groups"] = a.groups;
    if (a.fixedBits) json["bits"] = *a.fixedBits;
    json["bias"] = a.hasBias;
}
void write(OrderedJson& json, const LinearAttributes& a) {
    json["out_features"] = a.outFeatures;
    if (a.fixedBits) json["bits"] = *a.fixedBits;
    json["bias"] = a.hasBias;
}
void write(OrderedJson& json, const ActivationAttributes& a) {
    const auto parameters = entryOf(a.kind).parameters;
    for (std::size_t i = 0; i < parameters.size(); ++i)
        if (parameters[i].required || a.number(i) != parameters[i].fallback) json[parameters[i].key] = a.number(i);
}
void write(OrderedJson& json, const NormAttributes& a) {
    json["transition"] = {a.from, a.to};
    json["epsilon"] = a.epsilon;
}
void write(OrderedJson& json, const SliceAttributes& a) {
    json["first"] = a.first;
    json["count"] = a.count;
}
void write(OrderedJson& json, const ChannelShuffleAttributes& a) { json["groups"] = a.groups; }
void write(OrderedJson& json, const LayerNormAttributes& a) { json["epsilon"] = a.epsilon; }
void write(OrderedJson& json, const UpsampleAttributes& a) { json["scale"] = {a.height, a.width}; }
void write(OrderedJson& json, const PoolAttributes& a) {
    if (a.global) {
        json["global"] = true;
        return;
    }
    if (a.outHeight > 0) {
        json["output"] = {a.outHeight, a.outWidth};
        return;
    }
    write(json, static_cast<const WindowAttributes&>(a));
    if (a.ceilMode) json["ceil_mode"] = true;
    if (!a.countPadding) json["count_padding"] = false;
}
void write(OrderedJson& json, const QuantizeAttributes& a) {
    json["layer"] = a.layer;
    json["signed"] = a.isSigned;
}

OrderedJson toJson(const Node& node) {
    OrderedJson json{{"name", node.name}, {"op", operationName(node)}, {"inputs", node.inputs}};
    std::visit([&](const auto& attributes) { write(json, attributes); }, node.attributes);
    return json;
}

// ---- reading ----

/// One node's JSON object. Errors say where: "FILE: nodes[3].kernel, node 'stem'".
class NodeReader : public JsonReader {
public:
    NodeReader(const Json& json, const std::string& path) : JsonReader(json, path, "", ""), m_path(path) {
        const auto name = json.find("name");
        m_name = name != json.end() && name->is_string() ? name->get<std::string>() : "?";
    }

    const Json& get(const char* key) {
        const Json* value = find(key);
        if (value == nullptr) fail("", "lacks '" + std::string(key) + "'");
        return *value;
    }
    std::string text(const char* key) {
        get(key);
        return JsonReader::text(key, "");
    }
    int integer(const Json& value, const char* key) const {
        constexpr double kLimit = 1 << 24;
        if (!value.is_number_integer() || std::abs(value.get<double>()) > kLimit) fail(key, "is no integer in range");
        return value.get<int>();
    }
    int integer(const char* key, std::optional<int> otherwise = {}) {
        const Json* value = otherwise ? find(key) : &get(key);
        return value == nullptr ? *otherwise : integer(*value, key);
    }
    double number(const char* key, double otherwise) {
        const Json* value = find(key);
        if (value != nullptr && !value->is_number()) fail(key, "is no number");
        return value == nullptr ? otherwise : value->get<double>();
    }
    /// [height, width] of a key; both `otherwise` where it is absent.
    void pair(const char* key, int otherwise, int& height, int& width) {
        const Json* value = find(key);
        height = width = otherwise;
        if (value == nullptr) return;
        if (!value->is_array() || value->size() != 2) fail(key, "is no pair [height, width]");
        height = integer((*value)[0], key);
        width = integer((*value)[1], key);
    }
    void window(WindowAttributes& a) {
        pair("kernel", 1, a.kernelHeight, a.kernelWidth);
        pair("stride", 1, a.strideHeight, a.strideWidth);
        pair("dilation", 1, a.dilationHeight, a.dilationWidth);
        const Json* value = find("padding");
        if (value == nullptr) return;
        if (!value->is_array() || (value->size() != 2 && value->size() != 4))
            fail("padding", "is neither [height, width] nor [top, left, bottom, right]");
        std::array<int, 4> sides{};
        for (std::size_t i = 0; i < 4; ++i) sides[i] = integer((*value)[i % value->size()], "padding");
        a.paddingTop = sides[0];
        a.paddingLeft = sides[1];
        a.paddingBottom = sides[2];
        a.paddingRight = sides[3];
    }
    std::optional<int> fixedBits() {
        const Json* value = find("bits");
        return value == nullptr ? std::nullopt : std::optional(integer(*value, "bits"));
    }
    void finish() const {
        if (const auto key = unknown()) fail("", "key '" + *key + "' is not known");
    }

private:
    Error refusal(const std::string& key, const std::string& reason) const override {
        if (key.empty()) return {ErrorKind::BadInput, m_path + ", node '" + m_name + "'", reason};
        return {ErrorKind::BadInput, m_path + "." + key + ", node '" + m_name + "'", "'" + key + "' " + reason};
    }

    std::string m_path, m_name;
};

Attributes readConv(NodeReader& reader) {
    Conv2dAttributes a;
    a.outChannels = reader.integer("out_channels");
    reader.window(a);
    a.groups = reader.integer("groups", 1);
    a.fixedBits = reader.fixedBits();
    a.hasBias = reader.boolean("bias", false);
    return a;
}

Attributes readNorm(NodeReader& reader) {
    NormAttributes a;
    const Json& transition = reader.get("transition");
    const bool isPair = transition.is_array() && transition.size() == 2;
    if (!isPair || !transition[0].is_string() || !transition[1].is_string())
        reader.fail("transition", "is no pair of layer names");
    a.from = transition[0].get<std::string>();
    a.to = transition[1].get<std::string>();
    a.epsilon = reader.number("epsilon", a.epsilon);
    return a;
}

template <typename Pool>
Attributes readPool(NodeReader& reader) {
    Pool a;
    a.global = reader.boolean("global", false);
    if (a.global) return a;
    if (reader.find("output") != nullptr) {
        reader.pair("output", 1, a.outHeight, a.outWidth);
        if (a.outHeight < 1 || a.outWidth < 1) reader.fail("output", "is below 1");
        return a;
    }
    reader.window(a);
    a.ceilMode = reader.boolean("ceil_mode", false);
    a.countPadding = reader.boolean("count_padding", true);
    return a;
}

Attributes readActivation(const ActivationEntry& entry, NodeReader& reader) {
    ActivationAttributes a{.kind = entry.kind};
    for (std::size_t i = 0; i < entry.parameters.size(); ++i) {
        const ActivationParameter& p = entry.parameters[i];
        if (p.required) reader.get(p.key);
        a.number(i) = reader.number(p.key, p.fallback);
    }
    return a;
}

Attributes readSlice(NodeReader& reader) {
    SliceAttributes a;
    a.first = reader.integer("first");
    a.count = reader.integer("count");
    return a;
}

Attributes readUpsample(NodeReader& reader) {
    UpsampleAttributes a;
    reader.get("scale");
    reader.pair("scale", 1, a.height, a.width);
    return a;
}

Attributes readInput(NodeReader& reader) {
    const Json& shape = reader.get("shape");
    if (!shape.is_array() || shape.size() != 3) reader.fail("shape", "is not [height, width, channels]");
    return InputAttributes{
        {reader.integer(shape[0], "shape"), reader.integer(shape[1], "shape"), reader.integer(shape[2], "shape")}};
}

Attributes readAttributes(const std::string& op, NodeReader& reader) {
    if (op == "input") return readInput(reader);
    if (op == "conv2d") return readConv(reader);
    if (op == "linear") {
        LinearAttributes a;
        a.outFeatures = reader.integer("out_features");
        a.fixedBits = reader.fixedBits();
        a.hasBias = reader.boolean("bias", false);
        return a;
    }
    if (op == "norm") return readNorm(reader);
    if (const ActivationEntry* found = findActivation(op)) return readActivation(*found, reader);
    if (op == "add") return AddAttributes{};
    if (op == "mul") return MultiplyAttributes{};
    if (op == "concat") return ConcatAttributes{};
    if (op == "slice") return readSlice(reader);
    if (op == "channel_shuffle") return ChannelShuffleAttributes{.groups = reader.integer("groups")};
    if (op == "layer_norm") {
        LayerNormAttributes a;
        a.epsilon = reader.number("epsilon", a.epsilon);
        return a;
    }
    if (op == "upsample") return readUpsample(reader);
    if (op == "max_pool") return readPool<MaxPoolAttributes>(reader);
    if (op == "avg_pool") return readPool<AvgPoolAttributes>(reader);
    if (op == "flatten") return FlattenAttributes{};
    if (op == "quantize") {
        QuantizeAttributes a;
        a.layer = reader.text("layer");
        a.isSigned = reader.boolean("signed", false);
        return a;
    }
    reader.fail("", "operation '" + op + "' is not known");
}

Node readNode(const Json& json, const std::string& where, std::size_t index) {
    const std::string path = where + ": nodes[" + std::to_string(index) + "]";
    if (!json.is_object()) throw Error(ErrorKind::BadInput, path, "a node is no JSON object");
    NodeReader reader(json, path);
    Node node;
    node.name = reader.text("name");
    const std::string op = reader.text("op");
    if (const Json* inputs = reader.find("inputs")) {
        if (!inputs->is_array()) reader.fail("inputs", "is no list");
        for (const Json& input : *inputs) {
            if (!input.is_string()) reader.fail("inputs", "holds something else than names");
            node.inputs.push_back(input.get<std::string>());
        }
    }
    node.attributes = readAttributes(op, reader);
    reader.finish();
    return node;
}

/// ": nodes[3]" for what Network says of one of its nodes, else nothing.
std::string pathOf(const Error& error, const std::string& network, const std::vector<Node>& nodes) {
    for (std::size_t n = 0; n < nodes.size(); ++n)
        if (error.where() == nodePlace(network, nodes[n])) return ": nodes[" + std::to_string(n) + "]";
    return {};
}

}  // namespace

std::string networkToJson(const Network& network) {
    OrderedJson nodes = OrderedJson::array();
    for (const Node& node : network.nodes()) nodes.push_back(toJson(node));
    return OrderedJson{{"name", network.name()}, {"nodes", std::move(nodes)}}.dump();
}

std::string networkTemplate(const Network& network) {
    std::string text = "{\"name\": " + OrderedJson(network.name()).dump() + ",\n \"nodes\": [\n";
    for (const Node& node : network.nodes())
        text += "  " + toJson(node).dump() + (&node == &network.nodes().back() ? "\n" : ",\n");
    return withEscapes(text + "]}\n");
}

Network networkFromJson(std::string_view text, const std::string& where) {
    constexpr int kDeepest = 4;  // graph → nodes → node → pair
    const Json json = parseStrictJson(text, kDeepest, where, "the network");
    const std::size_t keys = json.is_object() && json.contains("$schema") ? 3 : 2;  // for editors; not read
    if (!json.is_object() || !json.contains("name") || !json["name"].is_string() || !json.contains("nodes") ||
        !json["nodes"].is_array() || json.size() != keys)
        throw Error(ErrorKind::BadInput, where, "a network is a JSON object of 'name' and 'nodes'");
    std::vector<Node> nodes;
    nodes.reserve(json["nodes"].size());
    for (const Json& node : json["nodes"]) nodes.push_back(readNode(node, where, nodes.size()));
    const auto name = json["name"].get<std::string>();
    try {
        return {name, nodes};
    } catch (const Error& error) {
        throw Error(error.kind(), where + pathOf(error, name, nodes) + ": " + error.where(), error.reason(),
                    error.hint());
    }
}

}  // namespace bitdesk
