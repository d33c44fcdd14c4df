// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace bitdesk::test {

/// An environment variable set (or, with nullptr, removed) for one scope.
class Variable {
public:
    Variable(const char* name, const char* value) : m_name(name) {
        if (const char* old = std::getenv(name)) m_old = old;
        set(value);
    }
    ~Variable() { set(m_old ? m_old->c_str() : nullptr); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    void set(const char* value) const {
        if (value != nullptr) ::setenv(m_name, value, 1);
        else ::unsetenv(m_name);
    }
    const char* m_name;
    std::optional<std::string> m_old;
};

}  // namespace bitdesk::test
