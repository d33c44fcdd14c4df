// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <concepts>
#include <optional>
#include <type_traits>

// How the values of the program are described, once each: beneath a struct stands
//
//     template <SelfOf<Struct> Self>
//     void fields(Self& s, const auto& visit) {
//         visit("key", s.member);           // one line for each member
//         visit.derived("sum", s.sum());    // what follows from others: told, never read
//     }
//
// JSON in and out, cells of CSV and columns of SQL are visitors of it (json_fields.h, csv_cells.h).
namespace bitdesk {

template <typename Self, typename Struct>
concept SelfOf = std::same_as<std::remove_const_t<Self>, Struct>;

/// A member for which JSON has null where it is `none`.
template <typename T>
struct OrNull {
    T& value;
    std::remove_const_t<T> none;
};
template <typename T>
OrNull<T> orNull(T& value, std::remove_const_t<T> none = {}) {
    return {value, std::move(none)};
}

/// The index of a fader, −1: of none. The store has it as it is, what is shown has null.
template <typename T>
struct IndexOrNone {
    T& value;
};
template <typename T>
IndexOrNone(T&) -> IndexOrNone<T>;

/// A visitor that does nothing.
struct NoVisit {
    void operator()(const char*, auto&&) const {}
    void derived(const char*, auto&&) const {}
};
template <typename T>
concept Described = requires(T& value) {
    fields(value, NoVisit());
};

}  // namespace bitdesk
