// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/pickle.h"

namespace bitdesk {

/// Why a pickle is refused: parsePickle makes an Error of it.
struct PickleFault {
    std::string reason;
};

/// What the calls of a pickle stand for. Nothing is ever called: each name that may be called is known here, with the
/// value that it makes of its arguments.
class PickleObjects {
public:
    /// `limits.bytes`: that all calls together may make.
    PickleObjects(std::vector<PickleValue>& values, const PickleLimits& limits) : m_values(values), m_limits(limits) {}

    /// Of a Global "module name".
    static bool knows(const std::string& name);
    /// A value that is there already, or a new one. Throws PickleFault.
    std::variant<int, PickleValue> call(int function, int arguments);
    /// Fills an object that was made empty. Throws PickleFault.
    void build(int object, int state);

private:
    using Kind = PickleValue::Kind;
    const PickleValue& value(int index) const { return m_values[static_cast<std::size_t>(index)]; }
    bool is(const std::vector<int>& items, std::size_t place, Kind kind) const {
        return place < items.size() && value(items[place]).kind == kind;
    }
    bool isRaw(const std::vector<int>& items, std::size_t place) const {
        return is(items, place, Kind::Bytes) || is(items, place, Kind::Text);
    }
    /// Null for a name that makes no tensor.
    std::optional<std::variant<int, PickleValue>> tensorCall(const std::string& name, const std::vector<int>& items);
    std::variant<int, PickleValue> otherCall(const std::string& name, const std::vector<int>& items);
    void fill(PickleValue& target, const PickleValue& from) const;
    PickleValue bytesOf(const std::vector<int>& arguments);
    PickleValue scalar(const std::vector<int>& arguments) const;
    PickleValue array(int type, int shape, int data, bool fortran) const;

    std::vector<PickleValue>& m_values;
    const PickleLimits& m_limits;
    std::size_t m_made = 0;
};

}  // namespace bitdesk
