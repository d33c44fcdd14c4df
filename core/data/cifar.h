// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/data/data_format.h"

namespace bitdesk {

/// CIFAR-10 and CIFAR-100 (whose fine labels are read), in the binary version (data_batch_1.bin …, test_batch.bin;
/// train.bin, test.bin) and the Python version (data_batch_1 …, test_batch; train, test), in a folder, or in the
/// .tar.gz that they are handed out in. What a file holds tells which of the two CIFARs it is.
const DataFormat& cifarFormat();

}  // namespace bitdesk
