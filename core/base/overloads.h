// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <concepts>

namespace bitdesk {

/// What std::visit calls, made of one lambda an alternative: one that is missing does not compile.
template <typename... Lambdas>
struct Overloads : Lambdas... {
    using Lambdas::operator()...;
};
template <typename... Lambdas>
Overloads(Lambdas...) -> Overloads<Lambdas...>;

/// For a lambda that serves several alternatives: [](const OneOf<A, B> auto&) { … }.
template <typename T, typename... Alternatives>
concept OneOf = (std::same_as<T, Alternatives> || ...);

}  // namespace bitdesk
