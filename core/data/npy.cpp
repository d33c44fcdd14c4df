// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/npy.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/base/half.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

using namespace std::string_view_literals;

/// The header: a Python dictionary of three entries, "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 28), }".
class HeaderReader {
public:
    HeaderReader(std::string_view text, const std::string& where) : m_text(text), m_where(where) {}

    [[noreturn]] void fail(const std::string& reason) const { throw Error(ErrorKind::BadInput, m_where, reason); }
    [[noreturn]] void failDamaged() const { fail("is no array that NumPy wrote: its header cannot be read"); }

    bool take(std::string_view word) {
        while (!m_text.empty() && (m_text.front() == ' ' || m_text.front() == '\n')) m_text.remove_prefix(1);
        if (!m_text.starts_with(word)) return false;
        m_text.remove_prefix(word.size());
        return true;
    }
    void expect(std::string_view word) {
        if (!take(word)) failDamaged();
    }
    std::string quoted() {
        const char quote = take("'") ? '\'' : '"';
        if (quote == '"') expect("\"");
        const auto end = m_text.find(quote);
        if (end == std::string_view::npos) failDamaged();
        std::string text(m_text.substr(0, end));
        m_text.remove_prefix(end + 1);
        return text;
    }
    std::int64_t number() {
        take("");
        std::int64_t value = 0;
        const auto parsed = std::from_chars(m_text.data(), m_text.data() + m_text.size(), value);
        if (parsed.ec != std::errc{} || value < 0) failDamaged();
        m_text.remove_prefix(static_cast<std::size_t>(parsed.ptr - m_text.data()));
        return value;
    }

private:
    std::string_view m_text;
    const std::string& m_where;
};

void setType(NpyArray& array, const std::string& type, const HeaderReader& reader) {
    const auto unknown = [&] {
        reader.fail("holds elements of the type '" + printable(type) + "'; numbers are read, and texts as labels");
    };
    if (type == "|O" || type == "O")
        reader.fail(
            "holds Python objects ('|O'), which are a program and never run; save numbers or texts: .astype(np.int64), "
            ".astype(str), of images np.stack(…).astype(np.uint8)");
    constexpr int kLongestText = 4096;
    if (type.size() < 3 || "<>|="sv.find(type[0]) == std::string_view::npos) unknown();
    int size = 0;
    const auto parsed = std::from_chars(type.data() + 2, type.data() + type.size(), size);
    if (parsed.ec != std::errc{} || parsed.ptr != type.data() + type.size()) unknown();
    array.bigEndian = type[0] == '>';
    array.kind = type[1];
    array.itemBytes = array.kind == 'U' ? 4 * std::min(size, kLongestText + 1) : size;
    const bool number = size == 1 || size == 2 || size == 4 || size == 8;
    const bool known = array.holdsText()   ? size > 0 && size <= kLongestText
                       : array.kind == 'f' ? number && size > 1
                       : array.kind == 'b' ? size == 1
                                           : number && (array.kind == 'u' || array.kind == 'i');
    if (!known) unknown();
}

std::vector<std::int64_t> readExtents(HeaderReader& reader) {
    constexpr std::size_t kMostDimensions = 32;
    std::vector<std::int64_t> extents;
    reader.expect("(");
    while (!reader.take(")")) {
        if (extents.size() == kMostDimensions) reader.fail("has more than 32 dimensions");
        extents.push_back(reader.number());
        if (!reader.take(",")) {
            reader.expect(")");
            break;
        }
    }
    return extents;
}

void readHeader(NpyArray& array, HeaderReader& reader) {
    bool type = false, order = false, shape = false;
    reader.expect("{");
    while (!reader.take("}")) {
        const std::string key = reader.quoted();
        reader.expect(":");
        if (key == "descr" && !type) {
            if (reader.take("[")) reader.fail("holds records; numbers are read, and texts as labels");
            setType(array, reader.quoted(), reader);
            type = true;
        } else if (key == "fortran_order" && !order) {
            if (reader.take("True"))
                reader.fail("is in Fortran's order (columns first); save np.ascontiguousarray(…) of it");
            reader.expect("False");
            order = true;
        } else if (key == "shape" && !shape) {
            array.extents = readExtents(reader);
            shape = true;
        } else {
            reader.failDamaged();
        }
        if (!reader.take(",")) {
            reader.expect("}");
            break;
        }
    }
    if (!type || !order || !shape) reader.failDamaged();
}

}  // namespace

std::int64_t NpyArray::count() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : extents) product *= extent;
    return product;
}

std::string NpyArray::typeName() const {
    if (kind == 'b') return "bool";
    if (holdsText()) return "text";
    return (kind == 'f' ? "float" : kind == 'u' ? "uint" : "int") + std::to_string(8 * itemBytes);
}

std::uint64_t NpyArray::bits(std::int64_t index) const {
    std::uint64_t value = 0;
    const auto bytes = data.subspan(static_cast<std::size_t>(index * itemBytes), static_cast<std::size_t>(itemBytes));
    for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::to_integer<std::uint64_t>(bytes[bigEndian ? bytes.size() - 1 - i : i]) << (8 * i);
    return value;
}

std::int64_t NpyArray::at(std::int64_t index) const {
    const std::uint64_t value = bits(index);
    if (kind != 'i' || itemBytes == 8) return static_cast<std::int64_t>(value);
    const int unused = 64 - 8 * itemBytes;
    return static_cast<std::int64_t>(value << unused) >> unused;  // the sign
}

double NpyArray::real(std::int64_t index) const {
    if (kind != 'f') return static_cast<double>(at(index));
    const std::uint64_t value = bits(index);
    if (itemBytes == 2) return halfToFloat(static_cast<std::uint16_t>(value));
    if (itemBytes == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(value));
    return std::bit_cast<double>(value);
}

std::string NpyArray::text(std::int64_t index) const {
    const auto item = data.subspan(static_cast<std::size_t>(index * itemBytes), static_cast<std::size_t>(itemBytes));
    std::string found;
    if (kind == 'S') {
        found.assign(reinterpret_cast<const char*>(item.data()), item.size());
    } else {
        for (std::size_t i = 0; i + 4 <= item.size(); i += 4) {
            std::uint32_t code = 0;
            for (std::size_t b = 0; b < 4; ++b)
                code |= std::to_integer<std::uint32_t>(item[i + (bigEndian ? 3 - b : b)]) << (8 * b);
            if (code < 0x110000) appendUtf8(found, code);
            else found += '\xff';  // no character: becomes U+FFFD
        }
    }
    found.resize(found.find_last_not_of('\0') + 1);  // NumPy pads with zeros
    return validUtf8(found);
}

NpyArray parseNpy(std::span<const std::byte> bytes, const std::string& where) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto fail = [&](const std::string& reason) { throw Error(ErrorKind::BadInput, where, reason); };
    if (!text.starts_with("\x93NUMPY"sv) || text.size() < 10) fail("is no array that NumPy wrote");
    const int version = static_cast<unsigned char>(text[6]);
    if (version < 1 || version > 3) fail("is an array of a version that is not read");
    const std::size_t lengthBytes = version == 1 ? 2 : 4;
    if (text.size() < 8 + lengthBytes) fail("is cut short");
    std::size_t length = 0;
    for (std::size_t i = 0; i < lengthBytes; ++i)
        length |= static_cast<std::size_t>(static_cast<unsigned char>(text[8 + i])) << (8 * i);
    const std::size_t begin = 8 + lengthBytes;
    if (length > text.size() - begin) fail("is cut short: it ends inside its header");
    NpyArray array;
    HeaderReader reader(text.substr(begin, length), where);
    readHeader(array, reader);
    array.data = bytes.subspan(begin + length);
    std::int64_t left = static_cast<std::int64_t>(array.data.size()) / array.itemBytes;
    for (const std::int64_t extent : array.extents) {
        if (extent > 0 && left / extent == 0) fail("claims more elements than it has bytes");
        if (extent == 0) fail("is empty");
        left /= extent;
    }
    if (array.count() * array.itemBytes != static_cast<std::int64_t>(array.data.size()))
        fail("has more bytes than its header says");
    return array;
}

std::string npyOfFloats(std::span<const float> values, const std::vector<std::int64_t>& extents) {
    constexpr std::size_t kAlignment = 64, kPrefix = 10;  // magic number, version and the header's size
    std::string shape;
    for (const std::int64_t extent : extents) shape += std::to_string(extent) + ", ";
    std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }";
    header.append(kAlignment - (kPrefix + header.size() + 1) % kAlignment, ' ');
    header += '\n';
    std::string bytes("\x93NUMPY\x01\0", 8);
    bytes += static_cast<char>(header.size() & 0xFF);
    bytes += static_cast<char>(header.size() >> 8);
    bytes += header;
    bytes.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    return bytes;
}

}  // namespace bitdesk
