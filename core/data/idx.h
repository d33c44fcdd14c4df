// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/data/data_format.h"

namespace bitdesk {

/// IDX files of unsigned bytes (LeCun's format of MNIST), plain or gzip: a pair of images and labels for training and
/// one for test, named as those of MNIST and its relatives are (findIdxFiles). A test pair alone will do for the test
/// split. There are as many classes as the labels of all parts, and EMNIST's mapping, tell of.
const DataFormat& idxFormat();

}  // namespace bitdesk
