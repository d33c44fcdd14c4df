// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/cifar_batch.h"

#include <algorithm>
#include <array>
#include <span>
#include <sstream>

#include "core/base/error.h"
#include "core/base/pickle.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

[[noreturn]] void failBatch(const std::string& where, const std::string& reason, const std::string& hint = {}) {
    throw Error(ErrorKind::BadInput, where, reason, hint);
}

/// Planes of red, green and blue to pixels.
void addPlanes(CifarBatch& batch, const std::uint8_t* planes) {
    for (int p = 0; p < kCifarPlane; ++p)
        for (int c = 0; c < 3; ++c) batch.pixels.push_back(planes[c * kCifarPlane + p]);
}

void checkLabel(std::int64_t label, int classes, std::size_t record, const std::string& where) {
    if (label < 0 || label >= classes)
        failBatch(where, "has the label " + std::to_string(label) + " in record " + std::to_string(record) +
                             ", there are " + std::to_string(classes) + " classes");
}

Pickle parse(const std::string& bytes, const std::string& where) {
    constexpr std::size_t kMost = std::size_t{1} << 30;
    static constexpr PickleLimits kLimits{kMost, kMost, "Take the file as CIFAR's page has it"};
    return parsePickle(std::as_bytes(std::span(bytes)), where, kLimits);
}

class PickledBatch {
public:
    PickledBatch(const std::string& bytes, const std::string& where) : m_where(where), m_pickle(parse(bytes, where)) {}

    CifarBatch read() const {
        CifarBatch batch;
        const PickleValue& root = m_pickle.at(m_pickle.root);
        const PickleValue* labels = m_pickle.find(root, "fine_labels");
        if (labels != nullptr) batch.classes = 100;
        else labels = m_pickle.find(root, "labels");
        const PickleValue* data = m_pickle.find(root, "data");
        if (labels == nullptr || data == nullptr)
            failBatch(m_where, "is a pickle, but none of CIFAR: it has no 'data' with 'labels' or 'fine_labels'");
        setLabels(batch, *labels);
        setPixels(batch, *data);
        return batch;
    }

private:
    std::vector<std::int64_t> shapeOf(const PickleValue& array) const {
        std::vector<std::int64_t> shape;
        for (const int item : m_pickle.at(array.items[1]).items) shape.push_back(m_pickle.at(item).integer);
        return shape;
    }

    void setLabels(CifarBatch& batch, const PickleValue& labels) const {
        if (labels.kind == PickleValue::Kind::Array && labels.items.size() == 3) {
            addArray(batch, labels);
        } else {
            for (const int item : labels.items) {
                const PickleValue& label = m_pickle.at(item);
                if (label.kind != PickleValue::Kind::Integer)
                    failBatch(m_where, "has labels that are no whole numbers");
                add(batch, label.integer);
            }
        }
    }
    void add(CifarBatch& batch, std::int64_t label) const {
        checkLabel(label, batch.classes, batch.labels.size(), m_where);
        batch.labels.push_back(static_cast<int>(label));
    }
    /// Little-endian integers of any width.
    void addArray(CifarBatch& batch, const PickleValue& array) const {
        const std::string &type = m_pickle.at(array.items[0]).text, &bytes = m_pickle.at(array.items[2]).text;
        const bool known = type.size() == 3 && type[0] != '>' && (type[1] == 'i' || type[1] == 'u') &&
                           (type[2] == '1' || type[2] == '2' || type[2] == '4' || type[2] == '8');
        if (!known) failBatch(m_where, "has labels of the type '" + printable(type) + "'");
        const auto size = static_cast<std::size_t>(type[2] - '0');
        for (std::size_t at = 0; at + size <= bytes.size(); at += size) {
            std::uint64_t value = 0;
            for (std::size_t b = 0; b < size; ++b)
                value |= std::uint64_t{static_cast<unsigned char>(bytes[at + b])} << (8 * b);
            add(batch, static_cast<std::int64_t>(value));  // a negative one is beyond all classes
        }
    }

    void setPixels(CifarBatch& batch, const PickleValue& data) const {
        if (data.kind != PickleValue::Kind::Array || data.items.size() != 3)
            failBatch(m_where, "has 'data' that are no array of NumPy");
        const auto shape = shapeOf(data);
        const auto count = static_cast<std::int64_t>(batch.labels.size());
        const bool rows = shape == std::vector<std::int64_t>{count, kCifarPixels};
        const bool planes = shape == std::vector<std::int64_t>{count, 3, kCifarSide, kCifarSide};
        const bool pixels = shape == std::vector<std::int64_t>{count, kCifarSide, kCifarSide, 3};
        const std::string& type = m_pickle.at(data.items[0]).text;
        if (!type.ends_with("u1") || data.integer != 0 || !(rows || planes || pixels))
            failBatch(m_where,
                      "has 'data' that are no unsigned bytes [" + std::to_string(count) + ", 3072], a row a label");
        const std::string& bytes = m_pickle.at(data.items[2]).text;
        if (static_cast<std::int64_t>(bytes.size()) != count * kCifarPixels)
            failBatch(m_where, "has 'data' of " + std::to_string(bytes.size()) + " bytes, not 3072 a label");
        const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
        batch.pixels.reserve(bytes.size());
        if (pixels) batch.pixels.assign(begin, begin + bytes.size());
        else
            for (std::int64_t i = 0; i < count; ++i) addPlanes(batch, begin + i * kCifarPixels);
    }

    const std::string& m_where;
    Pickle m_pickle;
};

std::vector<std::string> pickledNames(const std::string& bytes, const std::string& where) {
    const Pickle pickle = parse(bytes, where);
    std::vector<std::string> names;
    for (const char* key : {"fine_label_names", "label_names"}) {
        const PickleValue* list = pickle.find(pickle.at(pickle.root), key);
        if (list == nullptr || list->kind != PickleValue::Kind::List) continue;
        for (const int item : list->items) names.push_back(printable(validUtf8(pickle.at(item).text)));
        break;
    }
    return names;
}

}  // namespace

CifarBatch parseCifarRecords(const std::string& bytes, const std::string& name, const std::string& where) {
    constexpr std::size_t kTen = 1 + kCifarPixels, kHundred = 2 + kCifarPixels;
    const bool ten = bytes.size() % kTen == 0, hundred = bytes.size() % kHundred == 0;
    if (bytes.empty() || (!ten && !hundred))
        failBatch(where, "is no CIFAR file, or cut short: its size is no multiple of 3073 or 3074 bytes");
    const bool one = ten && (!hundred || name.find("batch") != std::string::npos);
    CifarBatch batch{.classes = one ? 10 : 100, .pixels = {}, .labels = {}};
    const std::size_t labels = one ? 1 : 2;  // the one that counts is the last
    batch.pixels.reserve(bytes.size());
    for (std::size_t offset = 0; offset < bytes.size(); offset += labels + kCifarPixels) {
        const auto* record = reinterpret_cast<const std::uint8_t*>(bytes.data() + offset);
        const int label = record[labels - 1];
        checkLabel(label, batch.classes, batch.labels.size(), where);
        batch.labels.push_back(label);
        addPlanes(batch, record + labels);
    }
    return batch;
}

CifarBatch parseCifarPickle(const std::string& bytes, const std::string& where) {
    return PickledBatch(bytes, where).read();
}

std::vector<std::string> parseCifarNames(const std::string& bytes, int classes, const std::string& where) {
    std::vector<std::string> names;
    if (beginsAsPickle(bytes)) {
        names = pickledNames(bytes, where);
    } else {
        std::istringstream lines(bytes);
        for (std::string line; std::getline(lines, line);) {
            if (line.ends_with('\r')) line.pop_back();
            if (!line.empty()) names.push_back(printable(validUtf8(line)));
        }
    }
    if (static_cast<int>(names.size()) != classes)
        failBatch(where,
                  "names " + std::to_string(names.size()) + " classes, " + std::to_string(classes) + " are needed");
    return names;
}

bool beginsAsPickle(const std::string& begin) {
    return begin.size() > 2 && begin[0] == '\x80' && begin[1] >= 2 && begin[1] <= 5;
}

}  // namespace bitdesk
