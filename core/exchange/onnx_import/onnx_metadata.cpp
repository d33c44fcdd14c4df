// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/onnx_metadata.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "core/base/utf8.h"

namespace bitdesk {
namespace {

constexpr std::size_t kMostText = std::size_t{1} << 22;
constexpr std::size_t kMostValues = std::size_t{1} << 20;

/// A list or dict of texts and numbers, one level deep.
class ListReader {
public:
    explicit ListReader(const std::string& text) : m_text(text) {}

    std::optional<std::vector<std::string>> read() {
        const char opening = next();
        const bool isDict = opening == '{';
        if (!isDict && opening != '[' && opening != '(') return std::nullopt;
        const char closing = isDict ? '}' : opening == '[' ? ']' : ')';
        std::map<std::int64_t, std::string> byKey;
        for (std::int64_t position = 0; !ends(closing); ++position) {
            std::int64_t key = position;
            if (isDict && !readKey(key)) return std::nullopt;
            const auto value = readValue();
            if (!value || byKey.size() >= kMostValues || !byKey.emplace(key, *value).second) return std::nullopt;
            if (peek() == ',') next();
            else if (peek() != closing) return std::nullopt;
        }
        if (peek() != '\0') return std::nullopt;
        std::vector<std::string> values;
        for (auto& [key, value] : byKey) {
            if (isDict && key != std::ssize(values)) return std::nullopt;
            values.push_back(std::move(value));
        }
        return values;
    }

private:
    char peek() {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t')) ++m_at;
        return m_at < m_text.size() ? m_text[m_at] : '\0';
    }
    char next() {
        const char c = peek();
        if (c != '\0') ++m_at;
        return c;
    }
    bool ends(char closing) {
        if (peek() != closing) return false;
        next();
        return true;
    }
    bool readKey(std::int64_t& key) {
        const auto text = readValue();
        if (!text || next() != ':') return false;
        const auto parsed = std::from_chars(text->data(), text->data() + text->size(), key);
        return parsed.ec == std::errc{} && parsed.ptr == text->data() + text->size();
    }
    std::optional<std::string> readValue() {
        const char quote = peek();
        std::string value;
        if (quote != '\'' && quote != '"') {
            while (m_at < m_text.size() && std::string_view(" \t\n,:]})").find(m_text[m_at]) == std::string_view::npos)
                value += m_text[m_at++];
            return value.empty() ? std::nullopt : std::optional(value);
        }
        for (++m_at; m_at < m_text.size() && m_text[m_at] != quote; ++m_at) {
            if (m_text[m_at] == '\\' && m_at + 1 < m_text.size()) ++m_at;
            value += m_text[m_at];
        }
        if (m_at >= m_text.size()) return std::nullopt;
        ++m_at;
        return value;
    }

    const std::string& m_text;
    std::size_t m_at = 0;
};

std::optional<std::vector<float>> listedNumbers(const std::string& text) {
    const auto values = listedValues(text);
    if (!values) return std::nullopt;
    std::vector<float> numbers;
    for (const std::string& value : *values) {
        float number = 0;
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
        if (parsed.ec != std::errc{} || parsed.ptr != value.data() + value.size() || !std::isfinite(number))
            return std::nullopt;
        numbers.push_back(number);
    }
    return numbers;
}

std::optional<Normalization> normalizationOf(const std::map<std::string, std::string>& facts) {
    const auto mean = facts.find("mean"), deviation = facts.find("std");
    if (mean == facts.end() || deviation == facts.end()) return std::nullopt;
    auto means = listedNumbers(mean->second), deviations = listedNumbers(deviation->second);
    if (!means || !deviations || means->empty() || means->size() != deviations->size()) return std::nullopt;
    constexpr float kBytesPerUnit = 255;
    const bool ofBytes = std::ranges::any_of(*means, [](float value) { return value > 1; });
    for (auto* numbers : {&*means, &*deviations})
        for (float& number : *numbers)
            if (ofBytes) number /= kBytesPerUnit;
    if (std::ranges::any_of(*deviations, [](float value) { return !(value >= 1e-30F); })) return std::nullopt;
    return Normalization{*means, *deviations};
}

}  // namespace

std::optional<std::vector<std::string>> listedValues(const std::string& text) {
    if (text.size() > kMostText) return std::nullopt;
    return ListReader(text).read();
}

OnnxMetadata readMetadata(const onnx::ModelProto& model) {
    std::map<std::string, std::string> facts;
    for (const auto& entry : model.metadata_props()) facts.emplace(entry.key(), entry.value());
    OnnxMetadata metadata;
    for (const char* key : {"names", "classes", "labels", "class_names"}) {
        const auto found = facts.find(key);
        if (found == facts.end() || !metadata.classNames.empty()) continue;
        for (const std::string& name : listedValues(found->second).value_or(std::vector<std::string>()))
            metadata.classNames.push_back(validUtf8(name));
    }
    metadata.normalization = normalizationOf(facts);
    return metadata;
}

}  // namespace bitdesk
