// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/model_file.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/json.h"
#include "core/base/to_index.h"
#include "core/model/float_model.h"
#include "core/model/safetensors.h"
#include "core/network/catalogue.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;

/// The first version has four full tables a norm and no real weights.
constexpr const char* kFirstFormat = "1";
constexpr const char* kFormat = "2";
constexpr const char* kPreparation = "bitdesk.preparation";

/// `shape`, behind one more extent where a layer keeps something for each width.
std::vector<std::int64_t> perCopy(int copies, std::vector<std::int64_t> shape) {
    if (copies > 1) shape.insert(shape.begin(), copies);
    return shape;
}

std::vector<std::int64_t> weightShape(const Layer& layer) {
    if (layer.isLinear) return {layer.output.channels, layer.input.channels};
    return {layer.output.channels, layer.kernelHeight, layer.kernelWidth, layer.inputChannelsPerGroup()};
}

std::vector<std::int64_t> codeShape(const MetaModel& model, const Layer& layer) {
    return perCopy(model.codeCopies(layer), weightShape(layer));
}

/// The tensor of a layer's real weights, or of a norm's real tables.
std::string floatName(const std::string& node) { return node + ".float"; }

/// Files of the first version stay what programs of that time read.
bool needsNewFormat(const MetaModel& model) {
    if (model.floats != nullptr) return true;
    for (const auto& [node, norm] : model.norms) {
        const auto full = transitionCount(model.network, *model.network.nodes()[toIndex(node)].as<NormAttributes>(),
                                          static_cast<int>(model.bits.size()));
        for (const auto& [kind, table] : norm.tables())
            if (table->from != full.from || table->to != full.to) return true;
    }
    return false;
}

bool areWidths(const Json& value) {
    const auto isWidth = [](const Json& v) { return v.is_number_unsigned() && v.get<std::uint64_t>() <= 8; };
    return value.is_array() && !value.empty() && value.size() <= 7 && std::ranges::all_of(value, isWidth);
}

bool areTexts(const Json& values) {
    return std::ranges::all_of(values, [](const Json& v) { return v.is_string(); });
}
bool areNames(const Json& value) { return value.is_array() && areTexts(value); }
bool areFacts(const Json& value) { return value.is_object() && areTexts(value); }

/// Takes a model's tensors out of a parsed file one by one; what is left at the end is unknown.
class Reader {
public:
    Reader(Safetensors content, std::string where) : m_content(std::move(content)), m_where(std::move(where)) {}

    MetaModel read() {
        const std::string& format = text("bitdesk.format");
        if (format != kFormat && format != kFirstFormat)
            throw Error(ErrorKind::BadInput, m_where,
                        "has model format '" + format + "', this program reads " + kFirstFormat + " and " + kFormat,
                        "Use a newer Bitdesk");
        m_first = format == kFirstFormat;
        MetaModel model(networkFromJson(text("bitdesk.network"), m_where));
        model.quantizer = text("bitdesk.quantizer");
        checkQuantizer(model.quantizer);
        model.bits = metadata<std::vector<int>>("bitdesk.bits", areWidths, "list of 1 to 7 bit-widths");
        model.classNames = metadata<std::vector<std::string>>("bitdesk.classes", areNames, "list of names");
        model.normalization = readNormalization();
        if (m_content.metadata.contains(kPreparation)) model.preparation = readPreparation();
        if (m_content.metadata.contains("bitdesk.provenance"))
            model.provenance =
                metadata<std::map<std::string, std::string>>("bitdesk.provenance", areFacts, "object of texts");
        for (const Layer& layer : model.network.layers()) model.layers.push_back(readLayer(model, layer));
        readNorms(model);
        if (!m_first) readFloats(model);
        for (const auto& [name, tensor] : m_content.tensors)
            throw Error(ErrorKind::BadInput, m_where + ": tensor '" + name + "'", "belongs to nothing in the network");
        return model;
    }

private:
    const std::string& text(const std::string& key) const {
        const auto found = m_content.metadata.find(key);
        if (found == m_content.metadata.end())
            throw Error(ErrorKind::BadInput, m_where, "lacks the metadata '" + key + "', so it is no Bitdesk model",
                        "A Bitdesk model is written by bitdesk train");
        return found->second;
    }

    Json json(const std::string& key, int maxDepth) const {
        return parseStrictJson(text(key), maxDepth, m_where, "metadata '" + key + "'");
    }

    [[noreturn]] void failMetadata(const std::string& key, const std::string& reason) const {
        throw Error(ErrorKind::BadInput, m_where, "metadata '" + key + "' " + reason);
    }

    template <typename T>
    T metadata(const std::string& key, bool (*fits)(const Json&), const char* what) const {
        const Json value = json(key, 1);
        if (!fits(value)) failMetadata(key, std::string("is no ") + what);
        return value.get<T>();
    }

    Normalization readNormalization() const {
        const std::string key = "bitdesk.normalization";
        const Json object = json(key, 2);
        if (!object.is_object() || object.size() != 2) failMetadata(key, "is not {\"mean\": […], \"std\": […]}");
        const auto list = [&](const char* name) {
            const auto found = object.find(name);
            if (found == object.end() || !found->is_array() ||
                !std::ranges::all_of(*found, [](const Json& v) { return v.is_number(); }))
                failMetadata(key, "has no list of numbers '" + std::string(name) + "'");
            return found->get<std::vector<float>>();
        };
        return {list("mean"), list("std")};
    }

    ImagePreparation readPreparation() const {
        constexpr int kMostSide = 16384;
        const Json object = json(kPreparation, 1);
        const auto isSide = [](const Json& v) {
            return v.is_number_unsigned() && v.get<std::uint64_t>() <= std::uint64_t{kMostSide};
        };
        if (!object.is_object() || object.size() != 2 || !object.contains("resize") || !isSide(object["resize"]) ||
            !object.contains("interpolation") ||
            (object["interpolation"] != "bilinear" && object["interpolation"] != "bicubic"))
            failMetadata(kPreparation,
                         "is not {\"resize\": 0 … 16384, \"interpolation\": \"bilinear\" or \"bicubic\"}");
        return {object["resize"].get<int>(), object["interpolation"] == "bicubic"};
    }

    void checkQuantizer(const std::string& name) const {
        try {
            findWeightQuantizer(name);
        } catch (const Error& error) {
            throw Error(ErrorKind::BadInput, m_where, "its quantizer " + error.reason(), error.hint());
        }
    }

    Tensor take(const std::string& name, const char* dtype, const std::vector<std::vector<std::int64_t>>& shapes) {
        const auto found = m_content.tensors.find(name);
        const std::string where = m_where + ": tensor '" + name + "'";
        if (found == m_content.tensors.end()) throw Error(ErrorKind::BadInput, where, "is missing");
        Tensor tensor = std::move(found->second);
        m_content.tensors.erase(found);
        if (tensor.dtype != dtype)
            throw Error(ErrorKind::BadInput, where, "has type " + tensor.dtype + " where " + dtype + " is needed");
        if (std::ranges::find(shapes, tensor.shape) == shapes.end())
            throw Error(ErrorKind::BadInput, where,
                        "has shape " + shapeText(tensor.shape) + " where " + shapeText(shapes.front()) + " is needed");
        return tensor;
    }

    std::vector<float> floats(const std::string& name, const std::vector<std::vector<std::int64_t>>& shapes) {
        return valuesOf(take(name, "F32", shapes));
    }

    static std::vector<float> valuesOf(const Tensor& tensor) {
        std::vector<float> values(tensor.data.size() / sizeof(float));
        if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
        return values;
    }

    LayerParameters readLayer(const MetaModel& model, const Layer& layer) {
        LayerParameters parameters;
        const Tensor codes = take(layer.name + ".codes", "I8", {codeShape(model, layer)});
        parameters.codes.resize(codes.data.size());
        std::memcpy(parameters.codes.data(), codes.data.data(), codes.data.size());
        const int copies = model.codeCopies(layer);
        parameters.weightScale =
            floats(layer.name + ".weight_scale", {perCopy(copies, {layer.output.channels}), perCopy(copies, {1})});
        const auto widths = layer.quantizable() ? static_cast<std::int64_t>(model.bits.size()) : 1;
        parameters.actScale = floats(layer.name + ".act_scale", {{widths}});
        if (layer.hasBias) parameters.bias = floats(layer.name + ".bias", {{layer.output.channels}});
        return parameters;
    }

    void readNorms(MetaModel& model) {
        const Network& network = model.network;
        for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n) {
            const auto* norm = network.nodes()[toIndex(n)].as<NormAttributes>();
            if (norm == nullptr) continue;
            const auto count = transitionCount(network, *norm, static_cast<int>(model.bits.size()));
            NormParameters norms;
            for (const auto& [kind, table] : norms.tables())
                *table = readTable(network.nodes()[toIndex(n)].name + "." + kind, count, network.shape(n).channels);
            model.norms.emplace(n, std::move(norms));
        }
    }

    NormTable readTable(const std::string& name, const TransitionCount& full, std::int64_t channels) {
        std::vector<std::vector<std::int64_t>> shapes{{full.from, full.to, channels}};
        if (!m_first) shapes.insert(shapes.end(), {{1, full.to, channels}, {full.from, 1, channels}, {1, 1, channels}});
        Tensor tensor = take(name, "F32", shapes);
        return {.from = static_cast<int>(tensor.shape[0]),
                .to = static_cast<int>(tensor.shape[1]),
                .values = valuesOf(tensor)};
    }

    /// Real weights are of all layers and norms, or of none.
    void readFloats(MetaModel& model) {
        const Network& network = model.network;
        if (network.layers().empty() || !m_content.tensors.contains(floatName(network.layers().front().name))) return;
        auto real = std::make_shared<FloatModel>(network);
        for (const Layer& layer : network.layers()) {
            FloatModel::Layer& values = real->layers.emplace_back();
            values.weight = floats(floatName(layer.name), {weightShape(layer)});
            if (layer.hasBias) values.bias = floats(floatName(layer.name) + "_bias", {{layer.output.channels}});
        }
        for (const auto& [node, norm] : model.norms) {
            const std::int64_t channels = network.shape(node).channels;
            const auto all = floats(floatName(network.nodes()[toIndex(node)].name), {{4, channels}});
            FloatModel::Norm& tables = real->norms[node];
            std::size_t row = 0;
            for (auto* table : {&tables.gamma, &tables.beta, &tables.mean, &tables.var}) {
                const auto values = std::span(all).subspan(row++ * toIndex(channels), toIndex(channels));
                table->assign(values.begin(), values.end());
            }
        }
        real->normalization = model.normalization;
        real->classNames = model.classNames;
        model.floats = std::move(real);
    }

    Safetensors m_content;
    std::string m_where;
    bool m_first = false;  // whether the file has the first version of the format
};

/// Class names and provenance may come from folders and command lines, which need not be UTF-8.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void addFloats(const FloatModel& model, Safetensors& content) {
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const FloatModel::Layer& values = model.layers[i];
        content.tensors.emplace(floatName(layer.name), Tensor::f32(weightShape(layer), values.weight));
        if (layer.hasBias)
            content.tensors.emplace(floatName(layer.name) + "_bias", Tensor::f32({layer.output.channels}, values.bias));
    }
    for (const auto& [node, norm] : model.norms) {
        std::vector<float> all;
        for (const auto* table : {&norm.gamma, &norm.beta, &norm.mean, &norm.var})
            all.insert(all.end(), table->begin(), table->end());
        content.tensors.emplace(floatName(model.network.nodes()[toIndex(node)].name),
                                Tensor::f32({4, model.network.shape(node).channels}, all));
    }
}

Safetensors toSafetensors(const MetaModel& model) {
    Safetensors content;
    content.metadata = {
        {"bitdesk.format", needsNewFormat(model) ? kFormat : kFirstFormat},
        {"bitdesk.network", networkToJson(model.network)},
        {"bitdesk.quantizer", model.quantizer},
        {"bitdesk.bits", dump(model.bits)},
        {"bitdesk.classes", dump(model.classNames)},
        {"bitdesk.normalization", dump({{"mean", model.normalization.mean}, {"std", model.normalization.std}})},
        {"bitdesk.provenance", dump(model.provenance)}};
    if (model.preparation != ImagePreparation())
        content.metadata.emplace(kPreparation,
                                 dump({{"resize", model.preparation.resize},
                                       {"interpolation", model.preparation.bicubic ? "bicubic" : "bilinear"}}));
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const LayerParameters& parameters = model.layers[i];
        const auto vector = [](const std::vector<float>& values) {
            return Tensor::f32({static_cast<std::int64_t>(values.size())}, values);
        };
        content.tensors.emplace(layer.name + ".codes", Tensor::i8(codeShape(model, layer), parameters.codes));
        const int copies = model.codeCopies(layer);
        const auto perFilter = static_cast<std::int64_t>(parameters.weightScale.size()) / copies;
        content.tensors.emplace(layer.name + ".weight_scale",
                                Tensor::f32(perCopy(copies, {perFilter}), parameters.weightScale));
        content.tensors.emplace(layer.name + ".act_scale", vector(parameters.actScale));
        if (layer.hasBias) content.tensors.emplace(layer.name + ".bias", vector(parameters.bias));
    }
    for (const auto& [node, norm] : model.norms) {
        const std::string& name = model.network.nodes()[toIndex(node)].name;
        for (const auto& [kind, table] : norm.tables())
            content.tensors.emplace(
                name + "." + kind,
                Tensor::f32({table->from, table->to, static_cast<std::int64_t>(table->channels())}, table->values));
    }
    if (model.floats != nullptr) addFloats(*model.floats, content);
    return content;
}

}  // namespace

MetaModel readModel(const std::filesystem::path& path) {
    constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 31;
    const std::string where = path.string();
    const std::string bytes = readFile(path, kMaxBytes);
    MetaModel model = Reader(parseSafetensors(std::as_bytes(std::span(bytes)), where), where).read();
    checkModel(model, where);
    model.name = path.stem().string();
    model.hash = sha256(bytes);
    return model;
}

std::string serializeModel(const MetaModel& model) { return serializeSafetensors(toSafetensors(model)); }

std::string writeModel(const MetaModel& model, const std::filesystem::path& path) {
    checkModel(model, path.string());
    const std::string bytes = serializeModel(model);
    writeFileAtomically(path, bytes);
    return sha256(bytes);
}

namespace {
constexpr std::string_view kRandom = "random:";
}

std::filesystem::path modelSource(const std::string& spec) {
    if (!spec.starts_with(kRandom)) return spec;
    const std::string network = spec.substr(kRandom.size());
    return namesNetworkFile(network) ? network : "";
}

MetaModel openModel(const std::string& spec, std::uint64_t seed) {
    if (spec.empty()) throw Error(ErrorKind::BadInput, "MODEL", "names no file");
    if (!spec.starts_with(kRandom)) return readModel(spec);
    return randomModel(openNetwork(spec.substr(kRandom.size())), usualBits(), seed);
}

}  // namespace bitdesk
