// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/jobs/import_job.h"

// What imports of every kind of file do.
namespace bitdesk::jobs {

/// Throws Cancelled.
void reportImport(const JobContext& context, const std::string& activity, double fraction);

/// The request's images, brought to a shape where there is one; null where there are none. Labels are not needed: where
/// they have none, or not for the split, they are pictures. Throws Error, Cancelled.
std::shared_ptr<const DataSet> openImportData(const ImportRequest& request, const std::optional<Shape>& shape,
                                              const JobContext& context);

/// What images say of a network, and what must be told of them; `namesClasses`: nothing else does. Throws Error
/// (BadInput) where they do not fit it.
void takeData(const DataSet& data, bool namesClasses, ImportResult& result);

/// Provenance, and the file. `floatLayers`: quantizable layers whose weights were trained as floats.
void finishImport(const ImportRequest& request, int floatLayers, ImportResult& result, const JobContext& context);

}  // namespace bitdesk::jobs
