// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/quant/quantizer.h"

namespace bitdesk {

/// See weightQuantizers().
WeightQuantizer roundedQuantizer();
WeightQuantizer halfStepQuantizer();

}  // namespace bitdesk
