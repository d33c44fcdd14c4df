// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/data/data_format.h"

namespace bitdesk {

/// NumPy's .npz with pairs of images (readImages) and labels (readLabels) whose names say which part they are of
/// (pairArrays), or of two arrays that only their shapes tell apart; one pair alone is the test split.
const DataFormat& npzFormat();

/// The same in a folder of .npy files.
const DataFormat& npyFormat();

}  // namespace bitdesk
