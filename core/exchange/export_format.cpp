// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/export_format.h"

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/base/setting_name.h"

namespace bitdesk {
namespace {

std::string names(const std::vector<const ExportFormat*>& formats) {
    std::string text;
    for (const ExportFormat* format : formats) text += (text.empty() ? "" : ", ") + std::string(format->name);
    return text;
}

/// Those with the longest ending that the file has: "a.qonnx.onnx" is QONNX.
std::vector<const ExportFormat*> byEnding(std::string file) {
    std::ranges::transform(file, file.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::vector<const ExportFormat*> found;
    for (const ExportFormat& format : exportFormats()) {
        const std::string_view ending = format.ending;
        if (!file.ends_with(ending)) continue;
        const std::size_t longest = found.empty() ? 0 : std::string_view(found.front()->ending).size();
        if (ending.size() > longest) found.clear();
        if (ending.size() >= longest) found.push_back(&format);
    }
    return found;
}

}  // namespace

const std::vector<ExportFormat>& exportFormats() {
    static const std::vector<ExportFormat> kFormats{
        {"onnx", ".onnx", "ONNX with QDQ nodes", NeedOfMeasurement::None, toOnnx},
        {"qonnx", ".qonnx.onnx", "QONNX, the bit-width of every tensor", NeedOfMeasurement::None, toQonnx},
        {"node-data", ".json", "Node data for Model Explorer", NeedOfMeasurement::Welcome, toNodeData},
        {"nvbench", ".json", "Latency as nvbench writes it", NeedOfMeasurement::Required, toNvbench},
        {"mix", ".json", "The mix, for " + settingName("bits") + " @FILE", NeedOfMeasurement::None, toMix}};
    return kFormats;
}

const ExportFormat& exportFormatOf(const std::string& file, const std::string& name) {
    std::vector<const ExportFormat*> all;
    for (const ExportFormat& format : exportFormats()) all.push_back(&format);
    if (!name.empty()) {
        const auto found = std::ranges::find_if(all, [&](const ExportFormat* format) { return name == format->name; });
        if (found == all.end())
            throw Error(ErrorKind::Usage, settingName("format"), "'" + name + "' is no format", "Known: " + names(all));
        return **found;
    }
    const auto found = byEnding(file);
    if (found.size() == 1) return *found.front();
    throw Error(ErrorKind::Usage, file,
                found.empty() ? "has no ending that tells a format of exports" : "may be one of several formats",
                "Say " + settingName("format") + ", one of " + names(found.empty() ? all : found));
}

ExportedMix toMix(const ExportInput& input) {
    checkBits(input.bits, input.model.network, input.model.bits);
    ExportedMix mix;
    mix.bytes = toJson(input.bits, input.model.network);
    return mix;
}

}  // namespace bitdesk
