// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/execute/packed/folded_codes.h"
#include "core/execute/packed/kernels/conv_kernel.h"

namespace bitdesk::packed {

/// A packed layer with an input of random codes and an output to write to, for timing: one image on one core, codes in
/// to codes out; `writesValues`: with a residual and float values, too, as behind a sum. `packed` must outlive it.
class TrialRun {
public:
    explicit TrialRun(const PackedConv& packed, bool writesValues = false);
    TrialRun(const TrialRun&) = delete;
    TrialRun& operator=(const TrialRun&) = delete;
    void run();

private:
    const PackedConv& m_packed;
    std::vector<std::uint8_t> m_input, m_output;
    std::vector<float> m_scale, m_offset, m_values;
    FoldedCodes m_fold;
    CodeTarget m_target;
    EpilogueTask m_epilogue;
    std::vector<Band> m_bands;
    AlignedBytes m_scratch;
};

}  // namespace bitdesk::packed
