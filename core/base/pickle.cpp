// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/pickle.h"

#include <fmt/format.h>
#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string_view>

#include "core/base/error.h"
#include "core/base/pickle_objects.h"

namespace bitdesk {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMostValues = 2'000'000;
constexpr std::size_t kMostMarks = 65'536;
constexpr std::size_t kMostForeign = 32;  // names that are told

/// The stack machine of pickle, protocols 0x02 to 0x05, as far as state dicts and arrays use it.
class Machine {
public:
    Machine(std::span<const std::byte> bytes, const PickleLimits& limits)
        : m_bytes(bytes), m_limits(limits), m_objects(m_values, limits) {}

    Pickle run() {
        if (m_bytes.size() > m_limits.bytes)
            fail("is larger than is read: " + std::to_string(m_bytes.size()) + " bytes");
        while (true) {
            const std::uint8_t code = byte();
            if (code == '.') break;
            if (!constant(code) && !container(code) && !memory(code) && !object(code) && !foreign(code))
                fail(fmt::format("has the opcode 0x{:02x} at byte {}, which is not read", code, m_position - 1));
        }
        if (m_stack.size() != 1 || !m_marks.empty()) fail("ends with something left over");
        return {std::move(m_values), m_stack.back(), m_position, std::move(m_foreign)};
    }

private:
    [[noreturn]] static void fail(const std::string& reason) { throw PickleFault{reason}; }

    // ---- bytes ----
    std::span<const std::byte> take(std::size_t size) {
        if (size > m_bytes.size() - m_position) fail("is cut short");
        const auto part = m_bytes.subspan(m_position, size);
        m_position += size;
        return part;
    }
    std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1).front()); }
    std::uint64_t littleEndian(std::size_t size) {
        std::uint64_t value = 0;
        std::memcpy(&value, take(size).data(), size);
        return value;
    }
    std::string text(std::uint64_t size) {
        if (size > m_limits.text) fail("has a text of " + std::to_string(size) + " bytes");
        const auto bytes = take(size);
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    std::string line() {
        std::string found;
        for (char c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) {
            found += c;
            if (found.size() > kMostMarks) fail("has a name without an end");
        }
        return found;
    }

    // ---- stack ----
    int push(PickleValue value) {
        if (m_values.size() >= kMostValues) fail("has more than two million values");
        m_values.push_back(std::move(value));
        m_stack.push_back(static_cast<int>(m_values.size()) - 1);
        return m_stack.back();
    }
    void push(Kind kind, std::int64_t integer = 0) {
        push(PickleValue{.kind = kind, .integer = integer, .text = {}, .items = {}});
    }
    void pushText(Kind kind, std::string value) {
        push(PickleValue{.kind = kind, .text = std::move(value), .items = {}});
    }
    std::size_t floor() const { return m_marks.empty() ? 0 : m_marks.back(); }
    int pop() {
        if (m_stack.size() <= floor()) fail("takes a value from an empty stack");
        const int top = m_stack.back();
        m_stack.pop_back();
        return top;
    }
    PickleValue& peek() {
        if (m_stack.size() <= floor()) fail("takes a value from an empty stack");
        return m_values[static_cast<std::size_t>(m_stack.back())];
    }
    std::vector<int> popToMark() {
        if (m_marks.empty()) fail("closes a list that was not begun");
        const auto begin = m_stack.begin() + static_cast<std::ptrdiff_t>(m_marks.back());
        std::vector<int> items(begin, m_stack.end());
        m_stack.erase(begin, m_stack.end());
        m_marks.pop_back();
        return items;
    }
    const PickleValue& value(int index) const { return m_values[static_cast<std::size_t>(index)]; }
    void append(PickleValue& container, const std::vector<int>& items) {
        m_items += items.size();
        if (m_items > kMostValues) fail("has containers of more than two million values");
        container.items.insert(container.items.end(), items.begin(), items.end());
    }
    /// What a foreign container holds is not kept.
    void addToTop(Kind kind, const std::vector<int>& items) {
        PickleValue& top = peek();
        if (top.kind == Kind::Opaque) return;
        if (top.kind != kind) fail("adds to something that is no container");
        append(top, items);
    }

    // ---- opcodes: each group returns whether it knew the code ----
    bool constant(std::uint8_t code) {
        switch (code) {
            case 0x80: byte(); return true;           // PROTO
            case 0x95: littleEndian(8); return true;  // FRAME
            case 'N': push(Kind::None); return true;
            case 0x88: push(Kind::Bool, 1); return true;
            case 0x89: push(Kind::Bool, 0); return true;
            case 'K': push(Kind::Integer, byte()); return true;
            case 'M': push(Kind::Integer, static_cast<std::int64_t>(littleEndian(2))); return true;
            case 'J': push(Kind::Integer, static_cast<std::int32_t>(littleEndian(4))); return true;
            case 0x8a: longInteger(); return true;
            case 'G': real(); return true;
            case 'X': pushText(Kind::Text, text(littleEndian(4))); return true;
            case 0x8c: pushText(Kind::Text, text(byte())); return true;
            case 0x8d: pushText(Kind::Text, text(littleEndian(8))); return true;
            case 'U': pushText(Kind::Text, text(byte())); return true;  // a str of Python 2
            case 'T': pushText(Kind::Text, text(littleEndian(4))); return true;
            case 'C': pushText(Kind::Bytes, text(byte())); return true;
            case 'B': pushText(Kind::Bytes, text(littleEndian(4))); return true;
            case 0x8e:
            case 0x96: pushText(Kind::Bytes, text(littleEndian(8))); return true;
            default: return false;
        }
    }

    void longInteger() {
        const std::size_t size = byte();
        if (size > 8 && m_limits.foreign) {  // as generators of random numbers have for a state
            take(size);
            push(Kind::Opaque);
            return;
        }
        if (size > 8) fail("has an integer of more than 64 bits");
        std::uint64_t bits = littleEndian(size);
        if (size > 0 && size < 8 && (bits >> (8 * size - 1)) != 0) bits |= ~std::uint64_t{0} << (8 * size);
        push(Kind::Integer, static_cast<std::int64_t>(bits));
    }

    void real() {
        std::uint64_t bits = 0;
        for (int i = 0; i < 8; ++i) bits = (bits << 8) | byte();
        push(PickleValue{.kind = Kind::Real, .real = std::bit_cast<double>(bits), .text = {}, .items = {}});
    }

    bool container(std::uint8_t code) {
        switch (code) {
            case '(':
                m_marks.push_back(m_stack.size());
                if (m_marks.size() > kMostMarks) fail("is nested too deeply");
                return true;
            case ')': push(Kind::Tuple); return true;
            case ']': push(Kind::List); return true;
            case '}': push(Kind::Dict); return true;
            case 't': tuple(popToMark()); return true;
            case 0x85:
            case 0x86:
            case 0x87: {
                std::vector<int> items(code - 0x84U);
                for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
                tuple(items);
                return true;
            }
            case 'a': {
                const int item = pop();
                addToTop(Kind::List, {item});
                return true;
            }
            case 'e': {
                const auto items = popToMark();
                addToTop(Kind::List, items);
                return true;
            }
            case 's': {
                const int item = pop(), key = pop();
                addToTop(Kind::Dict, {key, item});
                return true;
            }
            case 'u': {
                const auto items = popToMark();
                if (items.size() % 2 != 0) fail("has a dict with a key and no value");
                addToTop(Kind::Dict, items);
                return true;
            }
            default: return false;
        }
    }

    void tuple(const std::vector<int>& items) {
        push(Kind::Tuple);
        append(m_values.back(), items);
    }

    bool memory(std::uint8_t code) {
        switch (code) {
            case 'q': remember(byte()); return true;
            case 'r': remember(littleEndian(4)); return true;
            case 0x94: remember(m_memo.size()); return true;
            case 'h': recall(byte()); return true;
            case 'j': recall(littleEndian(4)); return true;
            default: return false;
        }
    }
    void remember(std::uint64_t key) {
        if (m_stack.size() <= floor()) fail("takes a value from an empty stack");
        m_memo[key] = m_stack.back();
        if (m_memo.size() > kMostValues) fail("has more than two million values");
    }
    void recall(std::uint64_t key) {
        const auto found = m_memo.find(key);
        if (found == m_memo.end()) fail("refers to a value that it has not");
        m_stack.push_back(found->second);
        if (m_stack.size() > kMostValues) fail("has more than two million values");
    }

    bool object(std::uint8_t code) {
        switch (code) {
            case 'c': {
                const std::string module = line();
                global(module, line());
                return true;
            }
            case 0x93: {
                const int name = pop(), module = pop();
                if (value(name).kind != Kind::Text || value(module).kind != Kind::Text)
                    fail("names an object by no text");
                global(value(module).text, value(name).text);
                return true;
            }
            case 'Q': persistent(pop()); return true;
            case 'R': {
                const int arguments = pop();
                call(pop(), arguments);
                return true;
            }
            case 'b': {
                const int state = pop(), target = pop();
                m_objects.build(target, state);
                m_stack.push_back(target);
                return true;
            }
            default: return false;
        }
    }

    /// Opcodes of objects of other classes.
    bool foreign(std::uint8_t code) {
        if (!m_limits.foreign) return false;
        switch (code) {
            case 0x92: pop(); [[fallthrough]];  // NEWOBJ_EX: keyword arguments, then as NEWOBJ
            case 0x81: {
                pop();
                const int type = pop();
                pushText(Kind::Opaque, value(type).kind == Kind::Global ? value(type).text : "");
                return true;
            }
            case 0x8f: push(Kind::Opaque); return true;  // a set
            case 0x90: addToTop(Kind::Opaque, popToMark()); return true;
            case 0x91:
                popToMark();
                push(Kind::Opaque);
                return true;
            case '0': pop(); return true;
            case '1': popToMark(); return true;
            default: return false;
        }
    }

    void global(const std::string& module, const std::string& name) {
        const bool known = PickleObjects::knows(module + " " + name);
        if (!known && m_limits.foreign) noteForeign(module + "." + name);
        if (!known && !m_limits.foreign)
            fail("refers to '" + module + "." + name + "', which this program does not know; nothing of it was run");
        pushText(Kind::Global, module + " " + name);
    }

    void noteForeign(const std::string& name) {
        if (m_foreign.size() < kMostForeign && std::ranges::find(m_foreign, name) == m_foreign.end())
            m_foreign.push_back(name);
    }

    /// ("storage", type, key, device, count), before PyTorch 1.6 with the view of another storage that it is, or None;
    /// ("module", class, file, source) there stands for the class.
    void persistent(int index) {
        const auto& items = value(index).items;
        const bool tuple = value(index).kind == Kind::Tuple && !items.empty();
        if (tuple && m_limits.foreign && items.size() == 4 && value(items[0]).text == "module") {
            m_stack.push_back(items[1]);
            return;
        }
        if (tuple && items.size() == 6 && value(items[5]).kind != Kind::None)
            fail("has a storage that is a view of another, as PyTorch wrote it before 0.4");
        if (!tuple || items.size() < 5 || items.size() > 6 || value(items[0]).text != "storage" ||
            value(items[1]).kind != Kind::Global || value(items[2]).kind != Kind::Text ||
            value(items[4]).kind != Kind::Integer)
            fail("has a storage of an unknown form");
        push(PickleValue{.kind = Kind::Storage,
                         .integer = value(items[4]).integer,
                         .text = value(items[2]).text,
                         .items = {items[1]}});
    }

    void call(int function, int arguments) {
        auto result = m_objects.call(function, arguments);
        if (const int* known = std::get_if<int>(&result)) m_stack.push_back(*known);
        else push(std::move(std::get<PickleValue>(result)));
    }

    std::span<const std::byte> m_bytes;
    const PickleLimits& m_limits;
    std::size_t m_position = 0, m_items = 0;
    std::vector<PickleValue> m_values;
    PickleObjects m_objects;
    std::vector<int> m_stack;
    std::vector<std::size_t> m_marks;
    std::map<std::uint64_t, int> m_memo;
    std::vector<std::string> m_foreign;
};

}  // namespace

const PickleValue* Pickle::find(const PickleValue& dict, const std::string& key) const {
    if (dict.kind != Kind::Dict) return nullptr;
    for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
        const PickleValue& name = at(dict.items[i]);
        if ((name.kind == Kind::Text || name.kind == Kind::Bytes) && name.text == key) return &at(dict.items[i + 1]);
    }
    return nullptr;
}

Pickle parsePickle(std::span<const std::byte> bytes, const std::string& where, const PickleLimits& limits) {
    try {
        return Machine(bytes, limits).run();
    } catch (const PickleFault& fault) {
        throw Error(ErrorKind::BadInput, where, "its pickle " + fault.reason, limits.hint);
    }
}

}  // namespace bitdesk
