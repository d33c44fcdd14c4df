// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>

#include "core/exchange/onnx_import/constant.h"

namespace bitdesk {

/// Add, Sub, Mul, Div, Pow, Min, Max, Mod, Equal, Less, Greater of two constants, by ONNX's rules: whole numbers stay
/// whole, and a division of them is cut. Throws Unsupported for other operations.
Constant combined(const std::string& op, const Constant& a, const Constant& b);

/// Neg, Abs, Floor, Ceil, Sqrt, Exp, Reciprocal, Not of a constant. Throws Unsupported for other operations.
Constant changed(const std::string& op, const Constant& a);

}  // namespace bitdesk
