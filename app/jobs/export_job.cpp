// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/export_job.h"

#include <optional>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/setting_name.h"

namespace bitdesk::jobs {
namespace {

bool isOf(const Measurement& measurement, const ExportRequest& request) {
    return measurement.modelHash == request.model->hash && measurement.bits == request.bits;
}

std::optional<Measurement> named(Store& store, const ExportRequest& request) {
    auto found = store.measurement(request.measurement);
    const std::string id = std::to_string(request.measurement);
    if (!found)
        throw Error(ErrorKind::BadInput, store.path().string(), "holds no measurement " + id, "See bitdesk db list");
    if (!isOf(*found, request))
        throw Error(ErrorKind::BadInput, "measurement " + id,
                    "is of another mix or model: " + found->modelName + " at " + toText(found->bits),
                    "See bitdesk db list");
    return found;
}

/// The newest; one on simulated bits only where there is no other.
std::optional<Measurement> newest(Store& store, const ExportRequest& request) {
    std::optional<Measurement> simulated;
    for (Measurement& measurement : store.measurements(request.model->hash)) {
        if (!isOf(measurement, request)) continue;
        if (!measurement.simulated) return std::move(measurement);
        if (!simulated) simulated = std::move(measurement);
    }
    return simulated;
}

std::optional<Measurement> measurementFor(const ExportFormat& format, const ExportRequest& request,
                                          const JobContext& context) {
    if (format.measurement == NeedOfMeasurement::None) return std::nullopt;
    std::optional<Measurement> found;
    if (context.store != nullptr)
        found = context.store
                    ->post([&](Store& store) {
                        return request.measurement != 0 ? named(store, request) : newest(store, request);
                    })
                    .get();
    const bool required = format.measurement == NeedOfMeasurement::Required || request.metric == "time";
    if (!found && (required || request.measurement != 0))
        throw Error(
            ErrorKind::BadInput, request.model->name, "there is no stored measurement at " + toText(request.bits),
            "Run bitdesk profile with the same model, " + settingName("bits") + " and " + settingName("db") + " first");
    return found;
}

}  // namespace

ExportResult exportMix(const ExportRequest& request, const JobContext& context) {
    ExportResult result;
    result.format = &exportFormatOf(request.file, request.format);
    if (context.stop.stop_requested()) throw Cancelled();
    const auto measurement = measurementFor(*result.format, request, context);
    if (measurement) result.measurement = measurement->id;
    result.mix = result.format->write({.model = *request.model,
                                       .bits = request.bits,
                                       .measurement = measurement ? &*measurement : nullptr,
                                       .metric = request.metric});
    if (context.stop.stop_requested()) throw Cancelled();
    writeFileAtomically(request.file, result.mix.bytes);
    return result;
}

}  // namespace bitdesk::jobs
