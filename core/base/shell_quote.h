// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace bitdesk {

/// A word as a shell reads it back: itself where it is plain, else in single quotes.
std::string shellQuoted(const std::string& word);

}  // namespace bitdesk
