// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/layer_rates.h"

#include <fnmatch.h>
#include <algorithm>
#include <charconv>

#include "core/base/error.h"
#include "core/base/setting_name.h"

namespace bitdesk {
namespace {

bool fits(const std::string& pattern, const std::string& name) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
}

/// "stage1.*=0.1"
std::pair<std::string, double> parseRate(const std::string& text) {
    const auto sign = std::min(text.rfind('='), text.size());
    const char *begin = text.data() + std::min(sign + 1, text.size()), *end = text.data() + text.size();
    double factor = -1;
    const auto parsed = std::from_chars(begin, end, factor);
    if (parsed.ec != std::errc{} || parsed.ptr != end || !(factor >= 0 && factor <= 1000))
        throw Error(ErrorKind::Usage, settingName("layer-rates"),
                    "'" + text + "' is no pattern of layers and a factor from 0 to 1000", "Write it as stage1.*=0.1");
    return {text.substr(0, sign), factor};
}

}  // namespace

LayerRates::LayerRates(const TrainRequest& request, const Network& network) {
    for (const Layer& layer : network.layers()) m_factors.emplace_back(layer.name, 1.0);
    const auto set = [&](const std::string& pattern, double factor, const char* setting) {
        bool any = false;
        for (auto& [layer, own] : m_factors) {
            if (!fits(pattern, layer)) continue;
            own = factor;
            any = true;
        }
        if (!any)
            throw Error(ErrorKind::Usage, settingName(setting), "'" + pattern + "' fits no layer of the network",
                        "bitdesk info MODEL lists them");
    };
    for (const std::string& text : request.layerRates) {
        const auto [pattern, factor] = parseRate(text);
        set(pattern, factor, "layer-rates");
    }
    for (const std::string& pattern : request.freeze) set(pattern, 0, "freeze");
    if (std::ranges::all_of(m_factors, [](const auto& entry) { return entry.second == 0; }))
        throw Error(ErrorKind::Usage, settingName("freeze"), "leaves no layer to train");
}

double LayerRates::factorOf(const std::string& layer) const {
    const auto found = std::ranges::find(m_factors, layer, &std::pair<std::string, double>::first);
    return found == m_factors.end() ? 1.0 : found->second;
}

}  // namespace bitdesk
