// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>

#include "core/data/array_store.h"
#include "core/data/in_memory_data_set.h"

namespace bitdesk {

/// Reads images [N, H, W], [N, H, W, C] or [N, C, H, W] (C 1 or 3) of unsigned bytes, or of other numbers that are all
/// whole, 0 to 255, and some above 1, which is noted. Throws Error (BadInput) naming the array and the line of Python
/// that makes images of it: what reaches from 0 to 1 or was normalized might have been brought there in several ways.
void readImages(RawImages& raw, const ArrayStore& store, const std::string& name);

}  // namespace bitdesk
