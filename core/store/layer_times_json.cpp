// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/layer_times_json.h"

#include <nlohmann/json.hpp>

namespace bitdesk {

std::string layerTimesToJson(const std::vector<LayerTime>& layers) {
    nlohmann::json json = nlohmann::json::array();
    for (const LayerTime& layer : layers)
        json.push_back({{"name", layer.name},
                        {"requested_bits", layer.requestedBits},
                        {"executed_bits", layer.executedBits},
                        {"kernel", layer.kernel},
                        {"median", layer.milliseconds.median},
                        {"q1", layer.milliseconds.q1},
                        {"q3", layer.milliseconds.q3},
                        {"n", layer.milliseconds.n}});
    return json.dump();
}

std::vector<LayerTime> layerTimesFromJson(const std::string& text) {
    std::vector<LayerTime> layers;
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_array()) return layers;
    for (const auto& entry : json) try {
            if (!entry.is_object()) continue;
            LayerTime layer;
            layer.name = entry.value("name", "");
            layer.requestedBits = entry.value("requested_bits", 0);
            layer.executedBits = entry.value("executed_bits", 0);
            layer.kernel = entry.value("kernel", "");
            layer.milliseconds = {entry.value("median", 0.0), entry.value("q1", 0.0), entry.value("q3", 0.0),
                                  entry.value("n", std::int64_t{0})};
            layers.push_back(std::move(layer));
        } catch (const nlohmann::json::type_error&) {
            // another program's entry
        }
    return layers;
}

}  // namespace bitdesk
