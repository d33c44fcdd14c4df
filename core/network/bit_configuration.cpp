// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/bit_configuration.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"

namespace bitdesk {
namespace {

void checkWidth(int width, const std::string& layer, std::span<const int> allowed, const std::string& where) {
    if (std::ranges::find(allowed, width) == allowed.end())
        throw Error(ErrorKind::BadInput, where,
                    "layer '" + layer + "' cannot run at " + std::to_string(width) + " bits",
                    fmt::format("The model has {}", fmt::join(allowed, ", ")));
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

/// What is asked for, each configuration once.
class Collection {
public:
    Collection(const Network& network, std::span<const int> allowed, std::string where)
        : m_network(network), m_allowed(allowed), m_where(std::move(where)) {}

    void add(BitConfiguration bits) {
        if (static_cast<std::int64_t>(m_ordered.size()) >= kMostConfigurations) refuse("more than a million");
        if (m_known.insert(bits.bits).second) m_ordered.push_back(std::move(bits));
    }

    void addUniform() {
        for (const int width : m_allowed) add(uniformBits(m_network, width));
    }

    void addAll() {
        if (!(count() <= static_cast<double>(kMostConfigurations)))
            refuse("all are " + std::to_string(m_allowed.size()) + "^" + std::to_string(layers()));
        std::vector<std::size_t> digits(layers(), 0);
        while (true) {
            BitConfiguration bits;
            for (const std::size_t digit : digits) bits.bits.push_back(m_allowed[digit]);
            add(std::move(bits));
            auto place = digits.rbegin();
            while (place != digits.rend() && *place + 1 == m_allowed.size()) *place++ = 0;
            if (place == digits.rend()) return;
            ++*place;
        }
    }

    void addRandom(std::int64_t wanted, std::uint64_t seed) {
        if (static_cast<double>(wanted) > count())
            throw Error(ErrorKind::Usage, m_where,
                        "random:" + std::to_string(wanted) + " asks for more mixes than there are",
                        "There are " + std::to_string(static_cast<std::int64_t>(count())) + "; all takes them all");
        Random random(seed);
        std::set<std::vector<int>> drawn;
        while (static_cast<std::int64_t>(drawn.size()) < wanted) {
            BitConfiguration bits = drawMix(m_network, m_allowed, random);
            if (drawn.insert(bits.bits).second) add(std::move(bits));
        }
    }

    void addFile(const std::filesystem::path& path) {
        constexpr std::uint64_t kMost = 64 << 20;
        std::string text = readFile(path, kMost);
        const std::string name = path.string(), mark = "\xEF\xBB\xBF";  // by which spreadsheets know UTF-8
        if (text.starts_with(mark)) text.erase(0, mark.size());
        const auto first = text.find_first_not_of(" \t\r\n");
        if (first == std::string::npos) throw Error(ErrorKind::BadInput, name, "holds no configuration");
        // "[4,3]" on a line of its own is a mix as CSV has it; a list of mixes begins with another bracket or a quote.
        const auto second = text.find_first_not_of(" \t\r\n", first + 1);
        const bool mixes =
            text[first] == '[' && second != std::string::npos && text[second] >= '0' && text[second] <= '9';
        if (!mixes && (text[first] == '[' || text[first] == '{')) addJson(text, name);
        else addLines(text, name);
    }

    std::vector<BitConfiguration> take() { return std::move(m_ordered); }

private:
    std::size_t layers() const { return m_network.quantizable().size(); }
    /// All that there are; a double holds far more than may be asked for.
    double count() const { return std::pow(static_cast<double>(m_allowed.size()), static_cast<double>(layers())); }

    [[noreturn]] void refuse(const std::string& what) const {
        throw Error(ErrorKind::Usage, m_where, what + " configurations, too many for one sweep",
                    "Take random:N with N up to " + std::to_string(kMostConfigurations));
    }

    void addLines(const std::string& text, const std::string& name) {
        std::size_t line = 0;
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            std::string_view content = std::string_view(text).substr(begin, end - begin);
            content = content.substr(0, content.find('#'));
            ++line;
            begin = end + 1;
            content = content.substr(0, content.find_last_not_of(" \t\r") + 1);
            if (content.empty() || (line == 1 && content == "bits")) continue;  // a column of CSV has its name above it
            addText(std::string(content), name + ", line " + std::to_string(line));
        }
        if (m_ordered.empty()) throw Error(ErrorKind::BadInput, name, "holds no configuration");
    }

    void addText(const std::string& text, const std::string& where) {
        // A file must not make the program read others.
        if (text.find('@') != std::string::npos)
            throw Error(ErrorKind::BadInput, where, "'" + text.substr(0, 40) + "' is no mix",
                        "Write one mix a line: 4, or 4,4,3,…");
        add(parseBits(text, m_network, m_allowed, where));
    }

    void addJson(const std::string& text, const std::string& name) {
        const auto json = parseStrictJson(text, 3, name, "the list of configurations");
        if (json.is_object()) return add(bitsFromJson(text, m_network, m_allowed, name));
        for (std::size_t i = 0; i < json.size(); ++i) {
            const std::string where = name + ", entry " + std::to_string(i + 1);
            if (json[i].is_string()) addText(json[i].get<std::string>(), where);
            else if (json[i].is_object()) add(bitsFromJson(json[i].dump(), m_network, m_allowed, where));
            else addList(json[i], where);
        }
        if (json.empty()) throw Error(ErrorKind::BadInput, name, "holds no configuration");
    }

    void addList(const nlohmann::json& list, const std::string& where) {
        constexpr int kMostBits = 64;
        BitConfiguration bits;
        for (const auto& value : list.is_array() ? list : nlohmann::json::array({nullptr})) {
            if (!value.is_number_integer() || value < 0 || value > kMostBits)
                throw Error(ErrorKind::BadInput, where, "is no list of bit-widths", "Write [4, 4, 3, …]");
            bits.bits.push_back(value.get<int>());
        }
        checkBits(bits, m_network, m_allowed, where);
        add(std::move(bits));
    }

    const Network& m_network;
    std::span<const int> m_allowed;
    std::string m_where;
    std::vector<BitConfiguration> m_ordered;
    std::set<std::vector<int>> m_known;
};

std::int64_t randomCount(const std::string& word, const std::string& where) {
    constexpr std::size_t kPrefix = 7;  // "random:"
    std::int64_t count = 0;
    const char* const end = word.data() + word.size();
    const auto parsed = std::from_chars(word.data() + kPrefix, end, count);
    if (parsed.ec != std::errc{} || parsed.ptr != end || count < 1 || count > kMostConfigurations)
        throw Error(ErrorKind::Usage, where, "'" + word + "' asks for no number of mixes from 1 to 1000000",
                    "Write random:100");
    return count;
}

bool isMix(const std::string& word) {
    return !word.empty() && word.find_first_not_of("0123456789, ") == std::string::npos;
}

}  // namespace

bool BitConfiguration::isUniform() const {
    return !bits.empty() && std::ranges::all_of(bits, [this](int width) { return width == bits.front(); });
}

BitConfiguration uniformBits(const Network& network, int bits) {
    return {std::vector<int>(network.quantizable().size(), bits)};
}

BitConfiguration drawMix(const Network& network, std::span<const int> widths, Random& random) {
    BitConfiguration mix;
    for (std::size_t i = 0; i < network.quantizable().size(); ++i)
        mix.bits.push_back(widths[random.below(widths.size())]);
    return mix;
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

std::string toText(const BitConfiguration& bits) { return fmt::format("{}", fmt::join(bits.bits, ",")); }

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

std::vector<BitConfiguration> configurationsOf(std::span<const std::string> words, const Network& network,
                                               std::span<const int> allowed, std::uint64_t seed,
                                               const std::filesystem::path& folder, const std::string& where) {
    Collection found(network, allowed, where);
    for (const std::string& word : words) {
        if (word == "all") found.addAll();
        else if (word == "uniform") found.addUniform();
        else if (word.starts_with("random:")) found.addRandom(randomCount(word, where), seed);
        else if (isMix(word)) found.add(parseBits(word, network, allowed, where));
        else if (std::filesystem::path path = folder / (word.starts_with('@') ? word.substr(1) : word);
                 word.find_first_of("/.@") != std::string::npos || isThere(path))
            found.addFile(path);
        else
            throw Error(ErrorKind::Usage, where, "'" + word + "' names no configurations",
                        "Write all, uniform, random:N, a mix such as 4,4,3,…, or a file");
    }
    return found.take();
}

}  // namespace bitdesk
