// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "benchmarks/peers/kernel_abi.h"

#include <string>

#include "core/base/error.h"
#include "core/base/to_index.h"
#include "core/execute/packed/bands.h"
#include "core/execute/packed/folded_codes.h"
#include "core/execute/packed/packed_executor.h"
#include "core/execute/packed/packed_layers.h"
#include "core/model/model_file.h"
#include "core/quant/quantizer.h"

namespace {

using namespace bitdesk;
using namespace bitdesk::packed;

std::string& lastError() {
    static std::string text;
    return text;
}

Isa isaOf(const char* name) { return name == nullptr ? bestIsa() : isaNamed(name, "isa"); }

struct Conv {
    std::unique_ptr<PackedConv> packed;
    std::vector<Band> bands;
    AlignedBytes scratch;
    std::vector<float> scale, offset;
    float inverseScale = 1;
    FoldedCodes fold;

    void run(const std::uint8_t* image, const EpilogueTask& epilogue) {
        for (const Band& band : bands) packed->kernel->run(*packed, band, image, epilogue, scratch.data());
    }
};

std::unique_ptr<PackedConv> packNamed(const ConvProblem& problem, std::span<const std::int8_t> codes, Isa isa,
                                      const std::string& name) {
    for (const ConvKernel& kernel : convKernels(isa))
        if (name == kernel.name)
            if (auto packed = packFor(kernel, problem, codes)) return packed;
    throw Error(ErrorKind::Usage, "kernel " + name, "is not known or does not fit this layer");
}

struct Net {
    explicit Net(MetaModel loaded) : model(std::move(loaded)) {}
    MetaModel model;
    std::unique_ptr<Executor> executor;
    ExecutionPlan plan;
};

template <typename Work>
auto guarded(const Work& work, decltype(work()) failed) {
    try {
        return work();
    } catch (const std::exception& error) {
        lastError() = error.what();
        return failed;
    }
}

}  // namespace

const char* bitdesk_error(void) { return lastError().c_str(); }

void* bitdesk_conv_create(int channels, int out_channels, int side, int kernel_size, int stride, int bits,
                          const int8_t* codes, const char* isa, const char* kernel, void* above) {
    return guarded(
        [&]() -> void* {
            ConvProblem p;
            p.height = p.width = side;
            p.channels = channels;
            p.outChannels = out_channels;
            p.kernelHeight = p.kernelWidth = kernel_size;
            p.strideHeight = p.strideWidth = stride;
            p.paddingHeight = p.paddingWidth = kernel_size / 2;
            p.outHeight = p.outWidth = (side + 2 * p.paddingHeight - kernel_size) / stride + 1;
            p.activationHighest = activationHighest(bits, false);
            const std::span<const std::int8_t> all(codes, toIndex(out_channels) * toIndex(p.depth()));
            auto conv = std::make_unique<Conv>();
            KernelTimes times({});
            conv->packed =
                kernel == nullptr
                    ? packFastest(p, all,
                                  {.isa = isaOf(isa),
                                   .times = &times,
                                   .incumbent = above == nullptr ? nullptr : static_cast<Conv*>(above)->packed->kernel})
                    : packNamed(p, all, isaOf(isa), kernel);
            conv->bands = splitIntoBands(*conv->packed, 1, 1);
            conv->scratch.resize(scratchBytes(*conv->packed, conv->bands));
            return conv.release();
        },
        nullptr);
}

const char* bitdesk_conv_kernel(void* conv) { return static_cast<Conv*>(conv)->packed->kernel->name; }

void bitdesk_conv_bind(void* conv, const float* scale, const float* offset, float inverse_scale) {
    auto& c = *static_cast<Conv*>(conv);
    const ConvProblem& p = c.packed->problem;
    const std::size_t channels = toIndex(p.outChannels);
    c.scale.assign(scale, scale + channels);
    c.offset.assign(offset, offset + channels);
    c.inverseScale = inverse_scale;
    c.fold = foldCodes(c.scale, c.offset, {.inverseScale = inverse_scale, .highest = p.activationHighest},
                       largestSum(p, activationBits(p)));
    c.scale.resize(channels + kBlock);
    c.offset.resize(channels + kBlock);
}

void bitdesk_conv_run(void* conv, const uint8_t* input, uint8_t* output) {
    auto& c = *static_cast<Conv*>(conv);
    const CodeTarget target{output, c.inverseScale, 0.0F, static_cast<float>(c.packed->problem.activationHighest)};
    EpilogueTask epilogue;
    epilogue.channels = c.packed->problem.outChannels;
    epilogue.scale = c.scale.data();
    epilogue.offset = c.offset.data();
    epilogue.codes = &target;
    epilogue.codeTargets = 1;
    epilogue.codeScale = c.fold.scaleData();
    epilogue.codeOffset = c.fold.offsetData();
    c.run(input, epilogue);
}

void bitdesk_conv_sums(void* conv, const uint8_t* input, int32_t* sums) {
    auto& c = *static_cast<Conv*>(conv);
    EpilogueTask epilogue;
    epilogue.channels = c.packed->problem.outChannels;
    epilogue.accumulators = sums;
    c.run(input, epilogue);
}

void bitdesk_conv_destroy(void* conv) { delete static_cast<Conv*>(conv); }

void* bitdesk_network_create(const char* model, int threads, const char* isa) {
    return guarded(
        [&]() -> void* {
            auto net = std::make_unique<Net>(openModel(model, 1));
            PackedOptions options;
            options.threads = threads;
            options.isa = isaOf(isa);
            options.times = std::make_shared<KernelTimes>(KernelTimes::defaultFile());
            net->executor = makePackedExecutor(net->model, options);
            net->executor->prepareAll({});
            net->plan = lower(net->model, uniformBits(net->model.network, net->model.topBits()));
            return net.release();
        },
        nullptr);
}

int bitdesk_network_mix(void* network, const char* bits) {
    auto& net = *static_cast<Net*>(network);
    return guarded(
        [&] {
            net.plan = lower(net.model, parseBits(bits, net.model.network, net.model.bits));
            return 1;
        },
        0);
}

int bitdesk_network_run(void* network, const uint8_t* images, int batch, float* logits) {
    auto& net = *static_cast<Net*>(network);
    return guarded(
        [&] {
            const std::size_t pixels = toIndex(batch) * toIndex(net.model.network.inputShape().elements());
            net.executor->run(net.plan, {images, pixels}, batch, {logits, toIndex(batch) * toIndex(net.plan.classes)});
            return 1;
        },
        0);
}

void bitdesk_network_shape(void* network, int* height, int* width, int* channels, int* classes) {
    const Network& net = static_cast<Net*>(network)->model.network;
    *height = net.inputShape().height;
    *width = net.inputShape().width;
    *channels = net.inputShape().channels;
    *classes = net.classes();
}

void bitdesk_network_destroy(void* network) { delete static_cast<Net*>(network); }
