// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

class QWidget;

namespace bitdesk {

class Workbench;

// Each makes a view that follows the workbench by itself; the caller gives it a parent.
#define VIEW(make, title, toolTip) QWidget* make(Workbench& workbench);
#include "app/gui/views.def"
#undef VIEW

}  // namespace bitdesk
