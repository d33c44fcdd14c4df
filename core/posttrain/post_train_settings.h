// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "core/base/progress.h"

namespace bitdesk {

/// How far post-training quantization goes; each step includes those before.
enum class Refinement {
    None,   ///< scales of weights and activations
    Norms,  ///< and norms that match the float network's channels, each transition for itself
    Bias,   ///< and biases of layers that no norm follows
    Blocks  ///< and weights rounded so that each block gives what the float network's gives: minutes
};
/// By their names on the command line: "none", "norms", "bias", "blocks".
inline constexpr std::array<const char*, 4> kRefinementNames{"none", "norms", "bias", "blocks"};

struct PostTrainSettings {
    Refinement refinement = Refinement::Norms;
    int iterations = 300;  ///< of Refinement::Blocks, for each block and width
    std::uint64_t seed = 1;
    int threads = 0;  ///< 0: LibTorch's own choice
    /// Where Refinement::Blocks keeps what is done, so that a run that was ended goes on; empty: nowhere.
    std::filesystem::path checkpoint = {};
};

/// What each step of the work is told.
struct PostTrainWork {
    const PostTrainSettings& settings;
    const ProgressSink& progress;
    std::stop_token stop;

    /// Shows how far an activity is. Throws Cancelled.
    void tell(const std::string& activity, std::int64_t done, std::int64_t of) const;
};

}  // namespace bitdesk
