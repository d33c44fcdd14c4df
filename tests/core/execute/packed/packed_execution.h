// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/execute/packed/packed_executor.h"

#include "core/network/catalogue.h"
#include "tests/core/execute/plan/unusual_graphs.h"

namespace bitdesk::test {

using packed::Isa;

/// On one instruction set; skipped where the CPU lacks it.
class PackedExecution : public testing::TestWithParam<Isa> {
protected:
    void SetUp() override {
        if (!packed::hasIsa(GetParam())) GTEST_SKIP() << "this CPU lacks " << packed::isaName(GetParam());
    }

    std::unique_ptr<Executor> packed(const MetaModel& model, int threads) const {
        PackedOptions options;
        options.threads = threads;
        options.isa = GetParam();
        return makePackedExecutor(model, options);
    }

    /// Several mixes at several batch sizes against the interpreter.
    void compare(const std::string& name, const MetaModel& model, int mixes, const std::vector<int>& batches) const {
        Random random(11);
        const auto oracle = makeInterpreter(model);
        std::vector<std::unique_ptr<Executor>> executors;
        for (const int threads : {1, 2, 3}) executors.push_back(packed(model, threads));
        for (int mix = 0; mix < mixes; ++mix) {
            const ExecutionPlan plan = lower(model, test::randomBits(model, random));
            for (const int batch : batches) {
                const auto images = test::randomPixels(model, batch, static_cast<std::uint64_t>(mix));
                std::vector<float> expected(static_cast<std::size_t>(batch * plan.classes)), found(expected.size());
                oracle->run(plan, images, batch, expected);
                for (const auto& executor : executors) {
                    std::ranges::fill(found, -1.0F);
                    executor->run(plan, images, batch, found);
                    test::expectSameLogits(found, expected,
                                           name + ", " + toText(plan.bits) + ", batch " + std::to_string(batch));
                    if (HasFatalFailure()) return;
                }
            }
        }
    }
};

inline std::string isaOf(const testing::TestParamInfo<Isa>& instance) { return packed::isaName(instance.param); }

}  // namespace bitdesk::test
