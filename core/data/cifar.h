// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/data/data_format.h"

namespace bitdesk {

/// The binary version of CIFAR-10 (data_batch_1.bin … data_batch_5.bin, test_batch.bin, batches.meta.txt) and CIFAR-100
/// (train.bin, test.bin, fine_label_names.txt), whose fine labels are read. Records of one or two labels and 3 072
/// bytes in planes of red, green and blue; which of the two it is follows from the files' sizes.
const DataFormat& cifarFormat();

}  // namespace bitdesk
