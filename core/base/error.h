// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace bitdesk {

/// What kind of failure an Error is.
enum class ErrorKind {
    Usage,     ///< the caller asked for something that does not exist (setting, verb, combination)
    BadInput,  ///< a file or a value from outside is wrong
    Resource,  ///< device, memory, disk or permission
    Internal,  ///< a broken promise of this program
};

/// A text from outside made fit for a terminal: line breaks and tabs become blanks, other control characters, and those
/// that turn the direction of writing, question marks.
std::string printable(std::string_view text);

/// The one exception type of core. `what()` reads "<where>: <reason>. <hint>" and is fit for a user's eyes.
class Error : public std::runtime_error {
public:
    /// `where` names the file, setting or tensor; `reason` says what is wrong; `hint` (may be empty) what to do.
    Error(ErrorKind kind, const std::string& where, const std::string& reason, const std::string& hint = {});

    ErrorKind kind() const noexcept { return m_kind; }
    const std::string& where() const noexcept { return m_where; }
    const std::string& reason() const noexcept { return m_reason; }
    const std::string& hint() const noexcept { return m_hint; }

private:
    ErrorKind m_kind;
    std::string m_where;
    std::string m_reason;
    std::string m_hint;
};

/// Thrown where work stops because its stop token was triggered; never shown as a failure.
class Cancelled : public std::runtime_error {
public:
    Cancelled() : std::runtime_error("cancelled") {}
};

}  // namespace bitdesk
