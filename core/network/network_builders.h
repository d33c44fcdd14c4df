// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/network/network.h"

namespace bitdesk {

/// The networks of the catalogue, for images of any shape that their strides leave something of.

Network buildResnet14(const Shape& input, int classes);
Network buildResnet20(const Shape& input, int classes);
Network buildResnet18(const Shape& input, int classes);
Network buildResnet50(const Shape& input, int classes);
Network buildMobileNetV2(const Shape& input, int classes);
Network buildVgg7(const Shape& input, int classes);
Network buildMlp(const Shape& input, int classes);

}  // namespace bitdesk
