// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/kernels/catalogue.h"

#include <array>
#include <cstdlib>
#include <string>

#include "core/base/error.h"

namespace bitdesk::packed {
namespace {

struct Named {
    Isa isa;
    const char* name;
};
constexpr std::array kNames{Named{Isa::Portable, "portable"}, Named{Isa::Avx2, "avx2"},
                            Named{Isa::Avx512Vnni, "avx512"}};

const IsaTable& table(Isa isa) {
#ifdef BITDESK_X86_KERNELS
    if (isa == Isa::Avx512Vnni) return kAvx512Table;
    if (isa == Isa::Avx2) return kAvx2Table;
#endif
    return kPortableTable;
}

std::vector<ConvKernel> allOf(Isa isa) {
    const auto own = table(isa).convolutions;
    std::vector<ConvKernel> all(own.begin(), own.end());
#ifdef BITDESK_X86_KERNELS
    const auto shared = kAvx2Shared.convolutions;
    if (isa != Isa::Portable) all.insert(all.end(), shared.begin(), shared.end());
#endif
    return all;
}

}  // namespace

PackedForm::~PackedForm() = default;

std::size_t PackedForm::bytes() const { return weights.size(); }

const char* isaName(Isa isa) { return kNames[static_cast<std::size_t>(isa)].name; }

Isa isaNamed(std::string_view name, const std::string& where) {
    std::string known;
    for (const Named& named : kNames) {
        if (name == named.name) return named.isa;
        known += (known.empty() ? "" : ", ") + std::string(named.name);
    }
    throw Error(ErrorKind::Usage, where, "instruction set '" + std::string(name) + "' is not known", "Known: " + known);
}

bool hasIsa(Isa isa) {
    if (isa == Isa::Portable) return true;
#ifdef BITDESK_X86_KERNELS
    const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
    if (isa == Isa::Avx2) return avx2;
    return avx2 && __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
           __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512vnni") != 0;
#else
    return false;
#endif
}

Isa bestIsa() {
    Isa best = Isa::Portable;
    for (const Named& named : kNames)
        if (hasIsa(named.isa)) best = named.isa;
    const char* wanted = std::getenv("BITDESK_ISA");
    if (wanted == nullptr || *wanted == '\0') return best;
    const Isa lowered = isaNamed(wanted, "BITDESK_ISA");
    return lowered < best ? lowered : best;
}

std::span<const ConvKernel> convKernels(Isa isa) {
    static const std::array kAll{allOf(Isa::Portable), allOf(Isa::Avx2), allOf(Isa::Avx512Vnni)};
    return kAll[static_cast<std::size_t>(isa)];
}

const ValueKernels& valueKernels(Isa isa) { return *table(isa).values; }

std::unique_ptr<PackedConv> packFor(const ConvKernel& kernel, const ConvProblem& problem,
                                    std::span<const std::int8_t> codes) {
    if (!kernel.applies(problem)) return nullptr;
    auto form = kernel.pack(problem, codes);
    if (form == nullptr) return nullptr;
    return std::make_unique<PackedConv>(PackedConv{problem, &kernel, std::move(form)});
}

}  // namespace bitdesk::packed
