// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/bit_configuration.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"

namespace bitdesk {
namespace {

std::string list(std::span<const int> values) {
    std::string text;
    for (const int value : values) text += (text.empty() ? "" : ", ") + std::to_string(value);
    return text;
}

void checkWidth(int width, const std::string& layer, std::span<const int> allowed, const std::string& where) {
    if (std::ranges::find(allowed, width) == allowed.end())
        throw Error(ErrorKind::BadInput, where,
                    "layer '" + layer + "' cannot run at " + std::to_string(width) + " bits",
                    "The model has " + list(allowed));
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
    return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

std::vector<int> parseList(std::string_view text, const std::string& where) {
    text = trimmed(text);
    // As CSV and JSON write a mix.
    if (text.size() > 1 && text.starts_with('"') && text.ends_with('"'))
        text = trimmed(text.substr(1, text.size() - 2));
    if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
    std::vector<int> values;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view item = trimmed(text.substr(0, comma));
        int value = 0;
        const auto parsed = std::from_chars(item.data(), item.data() + item.size(), value);
        if (item.empty() || parsed.ec != std::errc{} || parsed.ptr != item.data() + item.size())
            throw Error(ErrorKind::BadInput, where, "'" + std::string(item.substr(0, 40)) + "' is no bit-width",
                        "Write 4, or 4,4,3,… with one number a quantizable layer, or @file.json");
        values.push_back(value);
        if (comma == std::string_view::npos) return values;
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

bool BitConfiguration::isUniform() const {
    return !bits.empty() && std::ranges::all_of(bits, [this](int width) { return width == bits.front(); });
}

BitConfiguration uniformBits(const Network& network, int bits) {
    return {std::vector<int>(network.quantizable().size(), bits)};
}

void checkBits(const BitConfiguration& bits, const Network& network, std::span<const int> allowed,
               const std::string& where) {
    if (bits.size() != network.quantizable().size())
        throw Error(ErrorKind::BadInput, where,
                    std::to_string(bits.size()) + " bit-widths are given, but network '" + network.name() + "' has " +
                        std::to_string(network.quantizable().size()) + " quantizable layers");
    for (std::size_t i = 0; i < bits.size(); ++i)
        checkWidth(bits[i], network.quantizableLayer(static_cast<int>(i)).name, allowed, where);
}

BitConfiguration parseBits(std::string_view text, const Network& network, std::span<const int> allowed,
                           const std::string& where) {
    if (text.starts_with('@')) {
        constexpr std::uint64_t kMaxBytes = 1 << 20;
        const std::string path(text.substr(1));
        if (path.empty()) throw Error(ErrorKind::BadInput, where, "'@' names no file", "Write @mix.json");
        return bitsFromJson(readFile(path, kMaxBytes), network, allowed, path);
    }
    BitConfiguration bits{parseList(text, where)};
    if (bits.size() == 1) bits.bits.assign(network.quantizable().size(), bits[0]);
    checkBits(bits, network, allowed, where);
    return bits;
}

std::string toText(const BitConfiguration& bits) {
    std::string text;
    for (const int width : bits.bits) text += (text.empty() ? "" : ",") + std::to_string(width);
    return text;
}

std::string toJson(const BitConfiguration& bits, const Network& network) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < bits.size(); ++i) json[network.quantizableLayer(static_cast<int>(i)).name] = bits[i];
    return json.dump(2) + "\n";
}

BitConfiguration bitsFromJson(std::string_view json, const Network& network, std::span<const int> allowed,
                              const std::string& where) {
    const auto parsed = parseStrictJson(json, 1, where, "the mix");
    if (!parsed.is_object())
        throw Error(ErrorKind::BadInput, where, "is no JSON object",
                    "A mix is one JSON object, layer name → bits, e.g. {\"stage1.block1.conv1\": 3, …}");
    BitConfiguration bits{std::vector<int>(network.quantizable().size(), 0)};
    for (const auto& [name, value] : parsed.items()) {
        const Layer* layer = network.findLayer(name);
        if (layer == nullptr || !layer->quantizable())
            throw Error(ErrorKind::BadInput, where,
                        "'" + name + "' is " + (layer != nullptr ? "a fixed" : "no") + " layer of network '" +
                            network.name() + "'",
                        "bitdesk info MODEL lists the quantizable ones");
        if (!value.is_number_integer() || value.get<double>() < 0 || value.get<double>() > 64)
            throw Error(ErrorKind::BadInput, where, "the bits of layer '" + name + "' are no whole number of bits");
        checkWidth(value.get<int>(), name, allowed, where);
        bits.bits[static_cast<std::size_t>(layer->quantizableIndex)] = value.get<int>();
    }
    for (std::size_t i = 0; i < bits.size(); ++i)
        if (bits[i] == 0)
            throw Error(ErrorKind::BadInput, where,
                        "lacks layer '" + network.quantizableLayer(static_cast<int>(i)).name + "'");
    return bits;
}

}  // namespace bitdesk
