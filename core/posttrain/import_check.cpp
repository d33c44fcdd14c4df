// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/posttrain/import_check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <ATen/TensorOperators.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "core/base/to_index.h"
#include "core/execute/torch/device.h"
#include "core/posttrain/float_pass.h"
#include "core/posttrain/image_batches.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kImages = 64;
constexpr double kMostShift = 1, kMostStretch = 4;

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// Folded into its layer before, a norm has mean 0 and one variance: nothing that it was trained with.
bool hasStatistics(const FloatModel::Norm& norm) {
    return std::ranges::any_of(norm.mean, [](float mean) { return mean != 0; }) &&
           std::ranges::any_of(norm.var, [&](float variance) { return variance != norm.var.front(); });
}

/// The float network, with what reaches each norm held against the norm's statistics.
class CheckingPass final : public FloatPass {
public:
    explicit CheckingPass(const FloatModel& model) : FloatPass(model), m_model(model) {}
    const ImportCheck::NormDeviation& worst() const { return m_worst; }

private:
    at::Tensor norm(int node, const at::Tensor& input) override {
        const FloatModel::Norm& tables = m_model.norms.at(node);
        if (hasStatistics(tables)) compare(network().nodes()[toIndex(node)].name, tables, input);
        return FloatPass::norm(node, input);
    }

    void compare(const std::string& name, const FloatModel::Norm& tables, const at::Tensor& input) {
        constexpr double kLeast = 1e-12;
        const at::Tensor mean = input.mean({0, 2, 3}), square = input.square().mean({0, 2, 3});
        std::vector<double> shifts, stretches;
        for (std::size_t c = 0; c < tables.mean.size(); ++c) {
            const double found = double{mean.const_data_ptr<float>()[c]};
            const double variance = std::max(double{square.const_data_ptr<float>()[c]} - found * found, kLeast);
            const double trained = std::max(double{tables.var[c]}, kLeast);
            shifts.push_back(std::abs(found - double{tables.mean[c]}) / std::sqrt(trained));
            stretches.push_back(std::max(variance / trained, trained / variance));
        }
        const ImportCheck::NormDeviation found{name, median(std::move(shifts)), median(std::move(stretches))};
        const auto badness = [](const ImportCheck::NormDeviation& d) {
            return std::max(d.shift / kMostShift, std::log(d.stretch) / std::log(kMostStretch));
        };
        if (m_worst.norm.empty() || badness(found) > badness(m_worst)) m_worst = found;
    }

    const FloatModel& m_model;
    ImportCheck::NormDeviation m_worst;
};

}  // namespace

bool ImportCheck::deviates() const { return worst.shift > kMostShift || worst.stretch > kMostStretch; }

std::vector<std::string> ImportCheck::notes() const {
    std::vector<std::string> notes;
    if (!finite)
        notes.push_back(fmt::format(
            "Not to be believed: the float network's answers to {} images are not all finite numbers.", images));
    else if (oneClassForAll())
        notes.push_back(
            fmt::format("Not to be believed as it is: the float network calls all of {} images the same "
                        "class. Wrong weights or another normalization look like this.",
                        images));
    if (deviates())
        notes.push_back(fmt::format(
            "Look after this: what reaches norm '{}' has channels that are {:.1f} deviations from the means "
            "that it was trained with, and variances {:.1f} times off (medians over its channels, {} "
            "images). Wrong weights, another order, padding or epsilon, or images that are normalized "
            "otherwise look like this.",
            worst.norm, worst.shift, worst.stretch, images));
    if (!notes.empty()) return notes;
    std::string norms = worst.norm.empty() ? std::string()
                                           : fmt::format(
                                                 ", and its norms see what they were trained with (worst, '{}': "
                                                 "{:.2f} deviations, variances {:.2f} times)",
                                                 worst.norm, worst.shift, worst.stretch);
    notes.push_back(fmt::format("Checked on {} images: the float network names {} of {} classes{}.", images,
                                classesSeen, classes, norms));
    return notes;
}

ImportCheck checkImport(const FloatModel& model, const CalibrationImages& images) {
    const c10::InferenceMode guard;
    const CalibrationImages few{.count = std::min(images.count, kImages), .read = images.read};
    ImportCheck check{.images = few.count, .classes = model.network.classes()};
    return reportTorchErrors([&] {
        const ImageBatches batches(model, few);
        CheckingPass pass(model);
        std::set<std::int64_t> seen;
        for (int batch = 0; batch < batches.count(); ++batch) {
            const at::Tensor logits = pass.run(batches[batch]).flatten(1);
            check.finite = check.finite && logits.isfinite().all().item<bool>();
            const at::Tensor best = logits.argmax(1);
            seen.insert(best.const_data_ptr<std::int64_t>(), best.const_data_ptr<std::int64_t>() + best.numel());
        }
        check.classesSeen = static_cast<int>(seen.size());
        check.worst = pass.worst();
        return check;
    });
}

std::vector<float> floatLogits(const FloatModel& model, std::span<const float> images, std::int64_t count) {
    const c10::InferenceMode guard;
    constexpr std::int64_t kBatch = 16;
    const Shape& shape = model.network.inputShape();
    return reportTorchErrors([&] {
        FloatPass pass(model);
        std::vector<float> logits;
        for (std::int64_t first = 0; first < count; first += kBatch) {
            const std::int64_t some = std::min(kBatch, count - first);
            const auto part = images.subspan(toIndex(first * shape.elements()), toIndex(some * shape.elements()));
            // from_blob wants a mutable pointer; the tensor is only read.
            const at::Tensor x = at::from_blob(const_cast<float*>(part.data()),
                                               {some, shape.channels, shape.height, shape.width}, at::kFloat);
            const at::Tensor y = pass.run(x).flatten(1).contiguous();
            logits.insert(logits.end(), y.const_data_ptr<float>(), y.const_data_ptr<float>() + y.numel());
        }
        return logits;
    });
}

}  // namespace bitdesk
