// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/base/error.h"

namespace bitdesk::test {

/// Runs `action`, which must throw Error of `kind` whose text holds all of `parts`; anything else is a failure.
template <typename Action>
void expectError(ErrorKind kind, std::initializer_list<std::string> parts, Action&& action) {
    try {
        action();
        ADD_FAILURE() << "nothing was thrown; expected an error with: " << *parts.begin();
    } catch (const Error& error) {
        const std::string text = error.what();
        EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(kind)) << text;
        for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " in: " << text;
    } catch (const std::exception& other) {
        ADD_FAILURE() << "not an Error: " << other.what();
    }
}

template <typename Action>
void expectBadInput(std::initializer_list<std::string> parts, Action&& action) {
    expectError(ErrorKind::BadInput, parts, std::forward<Action>(action));
}

}  // namespace bitdesk::test
