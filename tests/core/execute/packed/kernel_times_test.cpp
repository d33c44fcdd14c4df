// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/kernel_times.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/core/base/temporary_folder.h"

namespace bitdesk::packed {
namespace {

const ConvKernel& anyKernel() { return convKernels(Isa::Portable).front(); }

TEST(KernelTimes, AreFoundByTheNextProgram) {
    const test::TemporaryFolder folder;
    const std::filesystem::path file = folder.path() / "a" / "times.json";
    const ConvProblem problem;
    KernelTimes first(file);
    first.set({problem, Isa::Portable, 0, false}, anyKernel(), 12.5);
    first.save();
    const KernelTimes second(file);
    EXPECT_EQ(second.find({problem, Isa::Portable, 0, false}, anyKernel()), 12.5);
    // Each of what a time depends on counts.
    EXPECT_EQ(second.find({problem, Isa::Portable, 4096, false}, anyKernel()), std::nullopt);
    EXPECT_EQ(second.find({problem, Isa::Portable, 0, true}, anyKernel()), std::nullopt);
    EXPECT_EQ(second.find({problem, Isa::Avx2, 0, false}, anyKernel()), std::nullopt);
}

/// It is a cache: whatever is wrong with it, kernels are timed again.
TEST(KernelTimes, ThatCannotBeReadOrWrittenAreForgotten) {
    const test::TemporaryFolder folder;
    const std::filesystem::path loop = folder.path() / "loop", damaged = folder.path() / "damaged.json";
    std::filesystem::create_symlink(loop, loop);
    std::ofstream(damaged) << "{\"problem\": {\"kernel\": ";
    const ConvProblem problem;
    for (const std::filesystem::path& file :
         {loop / "times.json", folder.path() / std::string(300, 'x') / "times.json", damaged, folder.path()}) {
        KernelTimes times(file);
        EXPECT_EQ(times.find({problem, Isa::Portable, 0, false}, anyKernel()), std::nullopt) << file;
        times.set({problem, Isa::Portable, 0, false}, anyKernel(), 1);
        EXPECT_NO_THROW(times.save()) << file;
        EXPECT_EQ(times.find({problem, Isa::Portable, 0, false}, anyKernel()), 1) << file;
    }
}

}  // namespace
}  // namespace bitdesk::packed
