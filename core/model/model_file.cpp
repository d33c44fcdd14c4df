// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/model_file.h"

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/model/safetensors.h"
#include "core/network/catalogue.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "1";

std::size_t at(std::int64_t index) { return static_cast<std::size_t>(index); }

std::vector<std::int64_t> codeShape(const Layer& layer) {
    if (layer.isLinear) return {layer.output.channels, layer.input.channels};
    return {layer.output.channels, layer.kernelHeight, layer.kernelWidth, layer.inputChannelsPerGroup()};
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
    std::string text;
    for (const std::int64_t extent : shape) text += (text.empty() ? "" : ", ") + std::to_string(extent);
    return "[" + text + "]";
}

/// Takes a model's tensors out of a parsed file one by one; what is left at the end is unknown.
class Reader {
public:
    Reader(Safetensors content, std::string where) : m_content(std::move(content)), m_where(std::move(where)) {}

    MetaModel read() {
        if (text("bitdesk.format") != kFormat)
            throw Error(ErrorKind::BadInput, m_where, "has model format '" + text("bitdesk.format") + "', this program reads " + kFormat,
                        "Use a newer Bitdesk");
        MetaModel model(networkFromJson(text("bitdesk.network"), m_where));
        model.quantizer = text("bitdesk.quantizer");
        checkQuantizer(model.quantizer);
        model.bits = parse<std::vector<int>>("bitdesk.bits");
        model.classNames = parse<std::vector<std::string>>("bitdesk.classes");
        readNormalization(model);
        if (m_content.metadata.contains("bitdesk.provenance"))
            model.provenance = parse<std::map<std::string, std::string>>("bitdesk.provenance");
        // Counts below depend on these.
        if (model.bits.empty() || model.bits.size() > 7)
            throw Error(ErrorKind::BadInput, m_where, "bitdesk.bits holds no list of 1 to 7 bit-widths");
        for (const Layer& layer : model.network.layers()) model.layers.push_back(readLayer(model, layer));
        readNorms(model);
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

    template <typename T>
    T parse(const std::string& key) const {
        constexpr int kDeepest = 3;
        int deepest = 0;
        const auto watch = [&](int depth, Json::parse_event_t, Json&) {
            deepest = std::max(deepest, depth);
            return depth <= kDeepest;
        };
        try {
            const Json json = Json::parse(text(key), watch);
            if (deepest > kDeepest) throw Error(ErrorKind::BadInput, m_where, "metadata '" + key + "' is nested too deeply");
            return json.get<T>();
        } catch (const Json::exception& error) {
            throw Error(ErrorKind::BadInput, m_where, "metadata '" + key + "' cannot be read: " + error.what());
        }
    }

    void checkQuantizer(const std::string& name) const {
        try {
            findWeightQuantizer(name);
        } catch (const Error& error) {
            throw Error(ErrorKind::BadInput, m_where, "its quantizer " + error.reason(), error.hint());
        }
    }

    void readNormalization(MetaModel& model) const {
        auto tables = parse<std::map<std::string, std::vector<float>>>("bitdesk.normalization");
        model.normalization = {std::move(tables["mean"]), std::move(tables["std"])};
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
            throw Error(ErrorKind::BadInput, where, "has shape " + shapeText(tensor.shape) + " where " +
                                                        shapeText(shapes.front()) + " is needed");
        return tensor;
    }

    std::vector<float> floats(const std::string& name, const std::vector<std::vector<std::int64_t>>& shapes) {
        const Tensor tensor = take(name, "F32", shapes);
        std::vector<float> values(tensor.data.size() / sizeof(float));
        if (!values.empty()) std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
        return values;
    }

    LayerParameters readLayer(const MetaModel& model, const Layer& layer) {
        LayerParameters parameters;
        const Tensor codes = take(layer.name + ".codes", "I8", {codeShape(layer)});
        parameters.codes.resize(codes.data.size());
        std::memcpy(parameters.codes.data(), codes.data.data(), codes.data.size());
        parameters.weightScale = floats(layer.name + ".weight_scale", {{layer.output.channels}, {1}});
        const auto widths = layer.quantizable() ? static_cast<std::int64_t>(model.bits.size()) : 1;
        parameters.actScale = floats(layer.name + ".act_scale", {{widths}});
        if (layer.hasBias) parameters.bias = floats(layer.name + ".bias", {{layer.output.channels}});
        return parameters;
    }

    void readNorms(MetaModel& model) {
        const Network& network = model.network;
        for (int n = 0; n < static_cast<int>(network.nodes().size()); ++n) {
            const auto* norm = network.nodes()[at(n)].as<NormAttributes>();
            if (norm == nullptr) continue;
            const auto count = transitionCount(network, *norm, static_cast<int>(model.bits.size()));
            NormParameters tables;
            tables.from = count.from;
            tables.to = count.to;
            tables.channels = network.shape(n).channels;
            const std::vector<std::vector<std::int64_t>> shape{{tables.from, tables.to, tables.channels}};
            const std::string& name = network.nodes()[at(n)].name;
            tables.gamma = floats(name + ".gamma", shape);
            tables.beta = floats(name + ".beta", shape);
            tables.mean = floats(name + ".mean", shape);
            tables.var = floats(name + ".var", shape);
            model.norms.emplace(n, std::move(tables));
        }
    }

    Safetensors m_content;
    std::string m_where;
};

std::string readBytes(const std::filesystem::path& path) {
    constexpr std::uintmax_t kMaxBytes = std::uintmax_t{1} << 31;
    std::error_code code;
    if (std::filesystem::is_directory(path, code)) throw Error(ErrorKind::BadInput, path.string(), "is a folder, not a model file");
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw Error(ErrorKind::BadInput, path.string(), "cannot be opened: " + std::string(std::strerror(errno)),
                    "Name a .safetensors file, or random:NETWORK");
    const auto size = std::filesystem::file_size(path, code);
    if (code || size > kMaxBytes) throw Error(ErrorKind::BadInput, path.string(), "is no regular file of at most 2 GiB");
    std::string bytes(size, '\0');
    file.read(bytes.data(), static_cast<std::streamsize>(size));
    bytes.resize(static_cast<std::size_t>(file.gcount()));
    return bytes;
}

Safetensors toSafetensors(const MetaModel& model) {
    Safetensors content;
    content.metadata = {{"bitdesk.format", kFormat},
                        {"bitdesk.network", networkToJson(model.network)},
                        {"bitdesk.quantizer", model.quantizer},
                        {"bitdesk.bits", Json(model.bits).dump()},
                        {"bitdesk.classes", Json(model.classNames).dump()},
                        {"bitdesk.normalization",
                         Json{{"mean", model.normalization.mean}, {"std", model.normalization.std}}.dump()},
                        {"bitdesk.provenance", Json(model.provenance).dump()}};
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.network.layers()[i];
        const LayerParameters& parameters = model.layers[i];
        const auto vector = [](const std::vector<float>& values) {
            return Tensor::f32({static_cast<std::int64_t>(values.size())}, values);
        };
        content.tensors.emplace(layer.name + ".codes", Tensor::i8(codeShape(layer), parameters.codes));
        content.tensors.emplace(layer.name + ".weight_scale", vector(parameters.weightScale));
        content.tensors.emplace(layer.name + ".act_scale", vector(parameters.actScale));
        if (layer.hasBias) content.tensors.emplace(layer.name + ".bias", vector(parameters.bias));
    }
    for (const auto& [node, norm] : model.norms) {
        const std::string& name = model.network.nodes()[at(node)].name;
        const std::vector<std::int64_t> shape{norm.from, norm.to, norm.channels};
        content.tensors.emplace(name + ".gamma", Tensor::f32(shape, norm.gamma));
        content.tensors.emplace(name + ".beta", Tensor::f32(shape, norm.beta));
        content.tensors.emplace(name + ".mean", Tensor::f32(shape, norm.mean));
        content.tensors.emplace(name + ".var", Tensor::f32(shape, norm.var));
    }
    return content;
}

}  // namespace

MetaModel readModel(const std::filesystem::path& path) {
    const std::string bytes = readBytes(path);
    MetaModel model = Reader(parseSafetensors(std::as_bytes(std::span(bytes)), path.string()), path.string()).read();
    checkModel(model, path.string());
    model.name = path.stem().string();
    model.hash = hashOfBytes(bytes);
    return model;
}

std::string serializeModel(const MetaModel& model) { return serializeSafetensors(toSafetensors(model)); }

std::string hashOfBytes(const std::string& bytes) { return sha256(bytes); }

std::string writeModel(const MetaModel& model, const std::filesystem::path& path) {
    const std::string bytes = serializeModel(model);
    writeFileAtomically(path, bytes);
    return hashOfBytes(bytes);
}

MetaModel openModel(const std::string& spec, std::uint64_t seed) {
    constexpr std::string_view kRandom = "random:";
    if (!spec.starts_with(kRandom)) return readModel(spec);
    const CatalogueNetwork& entry = findNetwork(std::string_view(spec).substr(kRandom.size()));
    return randomModel(entry.build(entry.defaultInput, entry.defaultClasses), {2, 3, 4}, seed);
}

}  // namespace bitdesk
