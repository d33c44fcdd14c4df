// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/data/data_format.h"

namespace bitdesk {

/// NumPy's .npz with pairs of images (unsigned bytes [N, H, W], [N, H, W, C] or [N, C, H, W]; C 1 or 3) and labels
/// (integers [N] or [N, 1]): x_train and y_train, train_images and train_labels, and so on; one pair is the test split.
const DataFormat& npzFormat();

}  // namespace bitdesk
