// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/post_train_job.h"

#include <fmt/format.h>
#include <algorithm>

#include "app/jobs/verify_import.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/setting_name.h"
#include "core/evaluate/evaluator.h"
#include "core/posttrain/import_check.h"
#include "core/posttrain/post_train.h"

namespace bitdesk::jobs {
namespace {

/// The first images of the fixed random order.
CalibrationImages imagesOf(const DataSet& data, std::int64_t wanted) {
    auto order = permutation(data.size(), kOrderSeed);
    order.resize(static_cast<std::size_t>(std::min(wanted, data.size())));
    const auto count = static_cast<std::int64_t>(order.size());
    const std::int64_t bytes = data.imageBytes();
    return {.count = count, .read = [&data, order, bytes](std::int64_t first, std::span<std::uint8_t> pixels) {
                const auto some = pixels.size() / static_cast<std::size_t>(bytes);
                data.copyImages(std::span(order).subspan(static_cast<std::size_t>(first), some), pixels);
            }};
}

/// Nothing in a file says more clearly whether it was read rightly than what its author's program answers.
std::optional<Reference> verified(const ImportRequest& request, const FloatModel& floats, ImportResult& result) {
    if (request.verify.empty()) return std::nullopt;
    Reference reference = readReference(request.verify, floats);
    result.verification = verifyFloats(floats, reference);
    return reference;
}

void note(const ImportRequest& request, const CalibrationImages& images, const DataSet& data, ImportResult& result) {
    auto& provenance = result.model.provenance;
    provenance["calibration"] = fmt::format("{} images of {} ({}, {})", images.count, data.name(),
                                            splitName(data.split()), data.hash().substr(0, 16));
    provenance["refinement"] = kRefinementNames[static_cast<std::size_t>(request.refine)];
    result.notes.push_back(fmt::format("The scales of {} layers come from {} images of {}; refined: {}.",
                                       result.model.layers.size(), images.count, data.name(),
                                       provenance["refinement"]));
}

}  // namespace

std::filesystem::path refinementCheckpoint(const ImportRequest& request) {
    return request.out.string() + ".refine.ckpt";
}

void quantizeFloats(const ImportRequest& request, const std::vector<int>& bits, const DataSet* data,
                    const FloatModel& floats, ImportResult& result, const JobContext& context) {
    const auto& layers = floats.network.layers();
    for (const Layer& layer : layers) result.calibrated.push_back(layer.name);
    if (data == nullptr)
        throw Error(ErrorKind::BadInput, "images (" + settingName("data") + ")",
                    fmt::format("are missing: {} of {} layers have no activation scales, which images must set ({}{})",
                                layers.size(), layers.size(), layers.front().name, layers.size() > 1 ? ", …" : ""));
    const auto lease = context.lease(ComputePriority::Background);
    const int threads = request.threads > 0 ? request.threads : context.threads();
    const auto reference = verified(request, floats, result);
    if (result.verification && !result.verification->agrees()) return;
    const CalibrationImages images = imagesOf(*data, request.images);
    const ImportCheck check = checkImport(floats, images);
    PostTrainSettings settings{.refinement = request.refine, .iterations = request.iterations, .threads = threads};
    settings.checkpoint = refinementCheckpoint(request);
    result.model = quantized(floats, bits, images, settings, context.progress, context.stop);
    note(request, images, *data, result);
    for (std::string& text : check.notes()) result.notes.push_back(std::move(text));
    if (!reference) return;
    verifyTopWidth(result.model, *reference, threads, *result.verification);
    result.notes.push_back(result.verification->text());
}

}  // namespace bitdesk::jobs
