// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/setting_name.h"
#include "core/exchange/export_format.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::optional<double> layerMilliseconds(const Measurement* measurement, const std::string& layer) {
    if (measurement == nullptr) return std::nullopt;
    for (const LayerTime& time : measurement->layers)
        if (time.name == layer) return time.milliseconds.median;
    return std::nullopt;
}

/// All that is known of a layer, under the metrics' names.
OrderedJson figuresOf(const Layer& layer, const ExportInput& input) {
    const int bits = weightBits(layer, input.bits);
    OrderedJson figures{{"bits", bits},
                        {"macs", layer.macs},
                        {"bitops", layer.macs * bits * inputBits(layer, input.bits)},
                        {"weight-bytes", (layer.weightCount * bits + 7) / 8}};
    if (const auto time = layerMilliseconds(input.measurement, layer.name)) figures["time"] = *time;
    return figures;
}

}  // namespace

const std::vector<std::string>& nodeDataMetrics() {
    static const std::vector<std::string> kMetrics{"bits", "macs", "bitops", "weight-bytes", "time"};
    return kMetrics;
}

ExportedMix toNodeData(const ExportInput& input) {
    checkBits(input.bits, input.model.network, input.model.bits);
    const std::string metric = input.metric.empty() ? nodeDataMetrics().front() : input.metric;
    if (std::ranges::find(nodeDataMetrics(), metric) == nodeDataMetrics().end())
        throw Error(ErrorKind::Usage, settingName("metric"), "'" + metric + "' is no metric",
                    "Known: bits, macs, bitops, weight-bytes, time");
    OrderedJson results = OrderedJson::object();
    for (const Layer& layer : input.model.network.layers()) {
        const OrderedJson figures = figuresOf(layer, input);
        if (!figures.contains(metric)) continue;
        OrderedJson& result = results[layer.name];
        result["value"] = figures[metric];
        for (const auto& [name, value] : figures.items()) result[name] = value;
    }
    if (results.empty())
        throw Error(ErrorKind::BadInput, input.model.name, "there is no measurement of this mix's layers",
                    "Run bitdesk profile with this mix and " + settingName("db") + " first");
    const OrderedJson graph{
        {"results", std::move(results)},
        {"gradient", OrderedJson::array({{{"stop", 0}, {"bgColor", "#e8f1fa"}, {"textColor", "black"}},
                                         {{"stop", 1}, {"bgColor", "#d1495b"}, {"textColor", "white"}}})}};
    ExportedMix mix;
    mix.bytes = jsonText({{"main_graph", graph}});
    return mix;
}

}  // namespace bitdesk
