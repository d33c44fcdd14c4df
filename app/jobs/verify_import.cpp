// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/verify_import.h"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/to_index.h"
#include "core/data/named_arrays.h"
#include "core/execute/torch/torch_executor.h"
#include "core/posttrain/import_check.h"

namespace bitdesk::jobs {
namespace {

std::string extentsText(const std::vector<std::int64_t>& extents) {
    std::string text = "[";
    for (const std::int64_t extent : extents) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
    return text + "]";
}

StoredArray findArray(const ArrayStore& store, const std::string& name, const std::string& where) {
    if (!store.has(name))
        throw Error(
            ErrorKind::BadInput, where, "has no array '" + name + "'",
            "A reference has x, uint8 [N, H, W, C] or normalized floats [N, C, H, W], and logits, [N, classes]");
    return store.read(name);
}

void checkExtents(const NpyArray& array, const std::vector<std::int64_t>& wanted, const std::string& where) {
    if (array.extents != wanted)
        throw Error(ErrorKind::BadInput, where,
                    "has shape " + extentsText(array.extents) + " where " + extentsText(wanted) + " is needed");
}

std::vector<float> realsOf(const NpyArray& array, const std::string& where) {
    std::vector<float> values(toIndex(array.count()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(array.real(static_cast<std::int64_t>(i)));
    if (!std::ranges::all_of(values, [](float v) { return std::isfinite(v); }))
        throw Error(ErrorKind::BadInput, where, "holds NaN or infinity");
    return values;
}

/// Bytes [N, H, W, C] to normalized [N, C, H, W].
std::vector<float> normalized(const std::vector<std::uint8_t>& pixels, const FloatModel& model) {
    const auto channels = toIndex(model.network.inputShape().channels);
    const std::size_t area = toIndex(model.network.inputShape().elements()) / channels;
    std::vector<float> values(pixels.size());
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        const std::size_t channel = i % channels, pixel = i / channels;
        const std::size_t image = pixel / area;
        values[(image * channels + channel) * area + pixel % area] =
            (static_cast<float>(pixels[i]) / 255.0F - model.normalization.mean[channel]) /
            model.normalization.std[channel];
    }
    return values;
}

std::int64_t best(std::span<const float> logits) { return std::ranges::max_element(logits) - logits.begin(); }

std::int64_t countSameClass(std::span<const float> a, std::span<const float> b, int classes) {
    std::int64_t same = 0;
    for (std::size_t i = 0; i < a.size(); i += toIndex(classes))
        same += best(a.subspan(i, toIndex(classes))) == best(b.subspan(i, toIndex(classes))) ? 1 : 0;
    return same;
}

}  // namespace

Reference readReference(const std::filesystem::path& file, const FloatModel& model) {
    const ArrayStore store(file);
    Reference reference{.where = file.string()};
    const StoredArray storedImages = findArray(store, "x", reference.where);
    const StoredArray storedLogits = findArray(store, "logits", reference.where);
    const NpyArray &x = storedImages.array, &logits = storedLogits.array;
    const std::string place = store.where("x"), answers = store.where("logits");
    const Shape& shape = model.network.inputShape();
    reference.count = x.extents.empty() ? 0 : x.extents.front();
    if (reference.count < 1) throw Error(ErrorKind::BadInput, place, "holds no image");
    if (x.kind == 'u' && x.itemBytes == 1) {
        checkExtents(x, {reference.count, shape.height, shape.width, shape.channels}, place);
        const auto* first = reinterpret_cast<const std::uint8_t*>(x.data.data());
        reference.pixels.assign(first, first + x.count());
        reference.images = normalized(reference.pixels, model);
    } else if (x.kind == 'f') {
        checkExtents(x, {reference.count, shape.channels, shape.height, shape.width}, place);
        reference.images = realsOf(x, place);
    } else {
        throw Error(ErrorKind::BadInput, place, "is of " + x.typeName() + ", neither uint8 nor floats");
    }
    checkExtents(logits, {reference.count, model.network.classes()}, answers);
    reference.logits = realsOf(logits, answers);
    return reference;
}

std::string Verification::text() const {
    const auto share = [&](std::int64_t same) {
        return fmt::format("{:.2f} %", 100 * static_cast<double>(same) / static_cast<double>(images));
    };
    std::string text = fmt::format(
        "Reference, {} images: the float network's logits are up to {:.3g} away ({:.3g} are allowed), its class "
        "is the same on {}",
        images, largestDifference, tolerance, share(sameClass));
    if (sameClassAtTop >= 0) text += fmt::format(", the model's at its highest width on {}", share(sameClassAtTop));
    return text + ".";
}

Verification verifyFloats(const FloatModel& model, const Reference& reference) {
    constexpr double kShare = 1e-3;
    const auto logits = floatLogits(model, reference.images, reference.count);
    Verification found{.images = reference.count};
    double largest = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const double difference = std::abs(double{logits[i]} - double{reference.logits[i]});
        // NaN must not hide.
        found.largestDifference = std::isnan(difference) ? INFINITY : std::max(found.largestDifference, difference);
        largest = std::max(largest, std::abs(double{reference.logits[i]}));
    }
    found.tolerance = kShare * largest;
    found.sameClass = countSameClass(logits, reference.logits, model.network.classes());
    return found;
}

void verifyTopWidth(const MetaModel& model, const Reference& reference, int threads, Verification& verification) {
    if (reference.pixels.empty()) return;
    constexpr std::int64_t kBatch = 16;
    const auto executor = makeReferenceExecutor(model, "cpu", threads);
    const ExecutionPlan plan = lower(model, uniformBits(model.network, model.topBits()));
    std::vector<float> logits(reference.logits.size());
    const std::size_t image = toIndex(model.network.inputShape().elements()),
                      classes = toIndex(model.network.classes());
    for (std::int64_t first = 0; first < reference.count; first += kBatch) {
        const std::int64_t some = std::min(kBatch, reference.count - first);
        executor->run(plan, std::span(reference.pixels).subspan(toIndex(first) * image, toIndex(some) * image),
                      static_cast<int>(some),
                      std::span(logits).subspan(toIndex(first) * classes, toIndex(some) * classes));
    }
    verification.sameClassAtTop = countSameClass(logits, reference.logits, model.network.classes());
}

}  // namespace bitdesk::jobs
