// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/trial_run.h"

#include "core/base/index.h"
#include "core/base/random.h"
#include "core/execute/packed/bands.h"
#include "core/execute/packed/layer_problem.h"

namespace bitdesk::runtime {
TrialRun::TrialRun(const PackedConv& packed, bool writesValues)
    : m_packed(packed), m_bands(splitIntoBands(packed, 1, 1)) {
    const ConvProblem& p = packed.problem;
    Random random(1);
    m_input.resize(at(p.height) * at(p.width) * at(p.channels) + kSlack);
    for (auto& code : m_input) code = static_cast<std::uint8_t>(random.below(at(p.activationHighest) + 1));
    m_output.resize(at(p.outHeight) * at(p.outWidth) * at(p.outChannels));
    // A block more: those of a group may begin anywhere.
    m_scale.assign((at(p.outChannels) + kBlock - 1) / kBlock * kBlock + kBlock, 0.01F);
    m_offset.assign(m_scale.size(), 0.5F);
    m_target = {m_output.data(), 1.0F, 0.0F, static_cast<float>(p.activationHighest)};
    m_epilogue.channels = p.outChannels;
    m_epilogue.scale = m_scale.data();
    m_epilogue.offset = m_offset.data();
    m_epilogue.relu = true;
    m_epilogue.codes = &m_target;
    m_epilogue.codeTargets = 1;
    m_scratch.resize(scratchBytes(packed, m_bands));
    if (writesValues) {
        m_values.assign(m_output.size(), 0.0F);
        m_epilogue.residual = m_epilogue.values = m_values.data();
        return;
    }
    m_fold = foldCodes(m_scale, m_offset, {.highest = p.activationHighest}, largestSum(p));
    m_epilogue.codeScale = m_fold.scaleData();
    m_epilogue.codeOffset = m_fold.offsetData();
}

void TrialRun::run() {
    for (const Band& band : m_bands) m_packed.kernel->run(m_packed, band, m_input.data(), m_epilogue, m_scratch.data());
}

}  // namespace bitdesk::runtime
