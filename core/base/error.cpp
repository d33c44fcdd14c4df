// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/error.h"

namespace bitdesk {
namespace {

std::string sentence(const std::string& where, const std::string& reason, const std::string& hint) {
    std::string text = where.empty() ? reason : where + ": " + reason;
    if (!hint.empty()) text += ". " + hint;
    if (text.empty() || (text.back() != '.' && text.back() != '?')) text += '.';
    return text;
}

}  // namespace

Error::Error(ErrorKind kind, const std::string& where, const std::string& reason, const std::string& hint)
    : std::runtime_error(sentence(where, reason, hint)), m_kind(kind), m_where(where), m_reason(reason),
      m_hint(hint) {}

}  // namespace bitdesk
