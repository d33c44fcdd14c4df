// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/report/naming.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/present/words.h"

namespace bitdesk {

std::string letterOf(std::size_t subject) {
    constexpr std::size_t kLetters = 26;
    std::string text;
    for (std::size_t rest = subject + 1; rest > 0; rest = (rest - 1) / kLetters)
        text.insert(text.begin(), static_cast<char>('A' + (rest - 1) % kLetters));
    return text;
}

std::string nameOf(const ReportInput& input, std::size_t subject) {
    const ReportSubject& s = input.subjects[subject];
    return letterOf(subject) + " (" + (s.label.empty() ? shortMix(s.bits) : printable(s.label)) + ")";
}

std::string modelName(const ReportInput& input, std::size_t subject) {
    const ReportSubject& s = input.subjects[subject];
    const bool several = std::ranges::any_of(input.subjects, [&](const ReportSubject& other) {
        return other.modelName == s.modelName && other.modelHash != s.modelHash;
    });
    return printable(s.modelName) + (several ? " " + shortHash(s.modelHash) : "");
}

std::string pointsText(const PairedDifference& difference) {
    const auto points = [](double share) { return signedText(100 * share, 2); };
    return points(difference.delta) + " pp [" + points(difference.interval.low) + ", " +
           points(difference.interval.high) + "]";
}

std::string className(const ReportInput& input, int label) {
    const auto index = static_cast<std::size_t>(std::max(label, 0));
    return index < input.classNames.size() ? printable(input.classNames[index]) : "class " + std::to_string(label);
}

}  // namespace bitdesk
