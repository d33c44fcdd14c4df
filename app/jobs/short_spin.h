// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace bitdesk::jobs {

/// LibTorch's threads wait for each other spinning, for so long that on a busy machine two of them are many times
/// slower than one. Their library reads its setting before main() begins, so this sets a short spin and starts the
/// program again, once, in the same process (a quarter of a second); call it in main() before anything is begun. Does
/// nothing where the user has chosen (OMP_WAIT_POLICY or GOMP_SPINCOUNT) or a restart is not possible.
void useShortSpin(char** argv);

}  // namespace bitdesk::jobs
