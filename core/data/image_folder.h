// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/data/data_format.h"

namespace bitdesk {

/// PNG and JPEG files in folders named as their classes, these in train, val and test or not.
const DataFormat& imageFolderFormat();

}  // namespace bitdesk
