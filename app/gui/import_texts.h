// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>
#include <optional>
#include <vector>

#include "core/model/meta_model.h"
#include "core/network/network.h"

namespace bitdesk {

// What is typed into the fields of an import; each throws Error (Usage) naming the field and the text.

/// "2,3,4": ascending or not, each 2 … 8.
std::vector<int> widthsIn(const QString& text);
/// "224,224,3" or "224×224×3"; nothing where there is no text.
std::optional<Shape> shapeIn(const QString& text);
/// A number a channel in each; nothing where both are empty.
std::optional<Normalization> normalizationIn(const QString& mean, const QString& deviation);

/// "0.286, 0.353": what normalizationIn() reads.
QString numbersText(const std::vector<float>& numbers);
/// An ε above 0 and below 1; nothing where there is no text.
std::optional<double> epsilonIn(const QString& text);

}  // namespace bitdesk
