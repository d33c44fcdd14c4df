// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/node_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace bitdesk {
namespace {

constexpr std::size_t kMostName = 150;

std::string withoutOddCharacters(const std::string& text) {
    std::string name = text.substr(0, kMostName);
    for (char& c : name)
        if (c <= ' ' || c > '~') c = '_';
    return name;
}

std::string lowerCase(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

/// The part of a tensor's name before ".weight" or ".bias"; empty where it has none.
std::string moduleOf(const std::string& tensor) {
    if (tensor.find("::") != std::string::npos) return {};  // "onnx::Conv_193": folded by the exporter
    for (const std::string_view end : {".weight", ".bias", ".weight_quantized"})
        if (tensor.ends_with(end) && tensor.size() > end.size()) return tensor.substr(0, tensor.size() - end.size());
    return {};
}

/// The segments of a path; PyTorch repeats the parent in each: "features/features.0" is "features.0".
std::vector<std::string> segmentsOf(const std::string& path) {
    std::vector<std::string> segments;
    std::string segment;
    const auto finish = [&] {
        if (segment.empty()) return;
        if (!segments.empty() && segment.starts_with(segments.back() + ".")) segments.back() = segment;
        else segments.push_back(segment);
        segment.clear();
    };
    for (const char c : path) {
        if (c == '/') finish();
        else segment += c;
    }
    finish();
    return segments;
}

}  // namespace

std::string readableName(const std::string& node, const std::string& op, const std::string& tensor) {
    if (const std::string module = moduleOf(tensor); !module.empty()) return withoutOddCharacters(module);
    std::vector<std::string> segments = segmentsOf(node);
    const std::string kind = lowerCase(op);
    if (segments.size() > 1 && lowerCase(segments.back()).starts_with(kind)) segments.pop_back();
    if (segments.size() > 1 && segments.front() == "StatefulPartitionedCall") segments.erase(segments.begin());
    std::string name;
    for (const std::string& segment : segments) name += (name.empty() ? "" : ".") + segment;
    if (name.starts_with("node_")) name.erase(0, std::string_view("node_").size());
    return name.empty() ? kind : withoutOddCharacters(name);
}

std::string networkName(const std::string& stem) {
    const std::string name = withoutOddCharacters(stem);
    return name.empty() ? "network" : name;
}

}  // namespace bitdesk
