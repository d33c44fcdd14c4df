// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/quant/quantizer.h"

namespace bitdesk {

// The entries of weightQuantizers(), which tells what they are; each in the file of its name.
WeightQuantizer floorNestedQuantizer();
WeightQuantizer roundedQuantizer();   // per_width.cpp
WeightQuantizer halfStepQuantizer();  // per_width.cpp

}  // namespace bitdesk
