// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <fmt/ranges.h>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/quoting.h"
#include "core/results/results.h"

// Cells of CSV, by the fields of a value.
namespace bitdesk {

namespace detail {
struct CellsOf {
    const std::vector<std::string_view>& keys;
    std::vector<std::string>& cells;

    void operator()(const char* key, const auto& field) const {
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (keys[i] == key) cells[i] = cell(field);
    }
    void derived(const char* key, const auto& field) const { (*this)(key, field); }

    static std::string cell(const std::string& text) { return csvCell(text); }
    static std::string cell(const BitConfiguration& bits) { return csvList(bits.bits); }
    static std::string cell(double number) { return fmt::format("{:.6f}", number); }
    static std::string cell(const Interval& i) { return fmt::format("{:.6f},{:.6f}", i.low, i.high); }
    static std::string cell(const std::optional<std::int64_t>& number) {
        return number ? fmt::to_string(*number) : std::string();
    }
    template <typename Field>
    static std::string cell(const Field& other) {
        if constexpr (std::is_arithmetic_v<Field>) return fmt::to_string(other);
        else return {};
    }
};
}  // namespace detail

/// The cells of these fields, parted by commas: what is not known is empty, an interval takes two, and numbers with a
/// fraction have six decimals.
template <typename T>
std::string csvCells(const T& value, const std::vector<std::string_view>& keys) {
    std::vector<std::string> cells(keys.size());
    fields(value, detail::CellsOf{keys, cells});
    return fmt::format("{}", fmt::join(cells, ","));
}

}  // namespace bitdesk
