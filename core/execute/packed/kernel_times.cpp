// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/kernel_times.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/random.h"
#include "core/base/to_index.h"
#include "core/execute/packed/bands.h"
#include "core/execute/packed/packed_layers.h"
#include "core/network/network.h"

namespace bitdesk::packed {
namespace {

constexpr int kKernelsVersion = 7;  // raised when kernels change, so that old times are measured again
constexpr std::uint64_t kMaxFileBytes = 16 << 20;

std::string cpuModel() {
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("model name")) return line.substr(std::min(line.find(':') + 2, line.size()));
    return "unknown";
}

std::string keyOf(const TimedProblem& timed) {
    const ConvProblem& p = timed.problem;
    static const std::string kModel = cpuModel();
    std::string key = kModel + " | " + isaName(timed.isa) + " | kernels " + std::to_string(kKernelsVersion) + " | " +
                      std::to_string(timed.bytesBetween) + " bytes between | " +
                      (timed.writesValues ? "values |" : "codes |");
    for (const int value : {p.height, p.width, p.channels, p.outChannels, p.kernelHeight, p.kernelWidth, p.strideHeight,
                            p.strideWidth, p.paddingHeight, p.paddingWidth, p.outHeight, p.outWidth, p.dilationHeight,
                            p.dilationWidth, p.groups, p.activationLowest, p.activationHighest})
        key += ' ' + std::to_string(value);
    return key;
}

}  // namespace

KernelTimes::KernelTimes(std::filesystem::path file) : m_file(std::move(file)), m_times(read(m_file)) {}

KernelTimes::Table KernelTimes::read(const std::filesystem::path& file) {
    Table table;
    try {
        if (file.empty() || !std::filesystem::exists(file)) return table;
        const auto json = parseStrictJson(readFile(file, kMaxFileBytes), 4, file.string(), "the file of kernel times");
        for (const auto& [problem, kernels] : json.items())
            for (const auto& [kernel, time] : kernels.items())
                if (const double value = time.get<double>(); value > 0) table[problem][kernel] = value;
    } catch (const std::exception&) {
        return {};  // a cache: measured again
    }
    return table;
}

std::optional<double> KernelTimes::find(const TimedProblem& problem, const ConvKernel& kernel) const {
    const std::scoped_lock lock(m_mutex);
    const auto times = m_times.find(keyOf(problem));
    if (times == m_times.end()) return std::nullopt;
    const auto time = times->second.find(kernel.name);
    if (time == times->second.end()) return std::nullopt;
    return time->second;
}

void KernelTimes::set(const TimedProblem& problem, const ConvKernel& kernel, double microseconds) {
    const std::scoped_lock lock(m_mutex);
    m_times[keyOf(problem)][kernel.name] = m_new[keyOf(problem)][kernel.name] = microseconds;
}

void KernelTimes::save() {
    const std::scoped_lock lock(m_mutex);
    if (m_new.empty() || m_file.empty()) return;
    Table all = read(m_file);
    for (const auto& [problem, kernels] : m_new)
        for (const auto& [kernel, time] : kernels) all[problem][kernel] = time;
    try {
        std::filesystem::create_directories(m_file.parent_path());
        writeFileAtomically(m_file, nlohmann::json(all).dump(1));
        m_new.clear();
    } catch (const std::exception&) {
        m_new.clear();  // a cache: the next program measures again
    }
}

std::filesystem::path KernelTimes::defaultFile() {
    // Relative paths do not count, says the XDG Base Directory Specification.
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache == '/')
        return std::filesystem::path(cache) / "bitdesk" / "kernel-times.json";
    if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
        return std::filesystem::path(home) / ".cache" / "bitdesk" / "kernel-times.json";
    return {};
}

TrialRun::TrialRun(const PackedConv& packed, bool writesValues)
    : m_packed(packed), m_bands(splitIntoBands(packed, 1, 1)) {
    const ConvProblem& p = packed.problem;
    Random random(1);
    m_input.resize(toIndex(p.height) * toIndex(p.width) * toIndex(p.channels) + kSlack);
    for (auto& code : m_input) code = static_cast<std::uint8_t>(random.below(toIndex(p.activationHighest) + 1));
    m_output.resize(toIndex(p.outHeight) * toIndex(p.outWidth) * toIndex(p.outChannels));
    // A block more: those of a group may begin anywhere.
    m_scale.assign((toIndex(p.outChannels) + kBlock - 1) / kBlock * kBlock + kBlock, 0.01F);
    m_offset.assign(m_scale.size(), 0.5F);
    m_target = {m_output.data(), 1.0F, 0.0F, static_cast<float>(p.activationHighest)};
    m_epilogue.channels = p.outChannels;
    m_epilogue.scale = m_scale.data();
    m_epilogue.offset = m_offset.data();
    m_epilogue.activation = relu().inFloat();
    m_epilogue.codes = &m_target;
    m_epilogue.codeTargets = 1;
    m_scratch.resize(scratchBytes(packed, m_bands));
    if (writesValues) {
        m_values.assign(m_output.size(), 0.0F);
        m_epilogue.residual = m_epilogue.values = m_values.data();
        return;
    }
    m_fold = foldCodes(m_scale, m_offset, {.highest = p.activationHighest}, largestSum(p, activationBits(p)));
    m_epilogue.codeScale = m_fold.scaleData();
    m_epilogue.codeOffset = m_fold.offsetData();
}

void TrialRun::run() {
    for (const Band& band : m_bands) m_packed.kernel->run(m_packed, band, m_input.data(), m_epilogue, m_scratch.data());
}

}  // namespace bitdesk::packed
