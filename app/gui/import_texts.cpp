// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/import_texts.h"

#include <QRegularExpression>
#include <QStringList>
#include <algorithm>

#include "core/base/error.h"
#include "widgets/format.h"

namespace bitdesk {
namespace {

[[noreturn]] void fail(const char* field, const QString& text, const char* hint) {
    throw Error(ErrorKind::Usage, field, "'" + text.toStdString() + "' cannot be read", hint);
}

QStringList parts(const QString& text) {
    static const QRegularExpression kBetween(u"[\\s,;×x]+"_s);
    return text.split(kBetween, Qt::SkipEmptyParts);
}

std::vector<float> numbersIn(const QString& text, const char* field) {
    std::vector<float> numbers;
    for (const QString& part : parts(text)) {
        bool good = false;
        numbers.push_back(part.toFloat(&good));
        if (!good) fail(field, text, "Give a number a channel: 0.485, 0.456, 0.406");
    }
    return numbers;
}

}  // namespace

std::vector<int> widthsIn(const QString& text) {
    constexpr int kFewest = 2, kMost = 8;
    std::vector<int> widths;
    for (const QString& part : parts(text)) {
        bool good = false;
        widths.push_back(part.toInt(&good));
        if (!good || widths.back() < kFewest || widths.back() > kMost)
            fail("Bit-widths", text, "Give widths from 2 to 8: 2,3,4");
    }
    std::ranges::sort(widths);
    if (widths.empty() || std::ranges::adjacent_find(widths) != widths.end())
        fail("Bit-widths", text, "Give widths from 2 to 8, each once: 2,3,4");
    return widths;
}

std::optional<Shape> shapeIn(const QString& text) {
    constexpr int kExtents = 3, kMost = 1 << 20;
    const QStringList extents = parts(text);
    if (extents.isEmpty()) return std::nullopt;
    std::vector<int> values;
    for (const QString& extent : extents) values.push_back(extent.toInt());
    if (values.size() != kExtents || std::ranges::any_of(values, [](int value) { return value < 1 || value > kMost; }))
        fail("Input", text, "Give height, width and channels: 224,224,3");
    return Shape{values[0], values[1], values[2]};
}

std::optional<Normalization> normalizationIn(const QString& mean, const QString& deviation) {
    Normalization normalization{.mean = numbersIn(mean, "Mean"), .std = numbersIn(deviation, "Standard deviation")};
    if (normalization.mean.size() != normalization.std.size())
        throw Error(ErrorKind::Usage, "Mean", "and standard deviation have different numbers of channels");
    if (normalization.mean.empty()) return std::nullopt;
    return normalization;
}

QString numbersText(const std::vector<float>& numbers) {
    constexpr int kDigits = 6;
    QStringList texts;
    for (const float number : numbers) texts << QString::number(static_cast<double>(number), 'g', kDigits);
    return texts.join(u", "_s);
}

std::optional<double> epsilonIn(const QString& text) {
    if (text.isEmpty()) return std::nullopt;
    const double epsilon = text.toDouble();
    if (!(epsilon >= 1e-12) || !(epsilon < 1)) fail("Epsilon", text, "Give a number above 0 and below 1: 0.001");
    return epsilon;
}

}  // namespace bitdesk
