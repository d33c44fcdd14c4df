// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "app/jobs/evaluate_job.h"
#include "app/jobs/profile_job.h"
#include "core/base/compute_arbiter.h"
#include "core/data/data_set.h"
#include "core/network/catalogue.h"
#include "tests/core/data/small_data.h"

namespace bitdesk::jobs {

// With an executor of their own.
inline EvaluateResult evaluateMix(const EvaluateRequest& request, JobContext& context,
                                  const PartialSink& onBatch = {}) {
    const auto executor = makeExecutor(*request.model, request.device, context.threads());
    return evaluateMix(request, *executor, context, onBatch);
}
inline ProfileResult profileMixes(const ProfileRequest& request, JobContext& context) {
    const auto executor = makeExecutor(*request.model, request.device, context.threads());
    return profileMixes(request, *executor, context);
}

}  // namespace bitdesk::jobs

namespace bitdesk::test {

/// What a job needs, small: a random resnet14 for 8×8 images, 1 000 of them, a store and an arbiter.
class SmallWorkplace {
public:
    static constexpr std::int64_t kImages = 1000;

    SmallWorkplace() : model(makeModel()) {
        writeSmallData(folder / "data", 40, kImages);
        data = openDataSet((folder / "data").string(), Split::Test);
        arbiter.setThreads(2);
        store = std::make_unique<StoreThread>(databasePath());
    }

    std::filesystem::path databasePath() const { return folder / "results.sqlite"; }
    std::vector<EvaluationSummary> rows() const { return Store(databasePath()).evaluations(); }
    BitConfiguration uniform(int bits) const { return uniformBits(model->network, bits); }
    jobs::JobContext context(std::stop_token stop = {}) {
        return {.store = store.get(), .arbiter = &arbiter, .progress = {}, .stop = std::move(stop)};
    }

    TemporaryFolder folder;
    std::shared_ptr<const MetaModel> model;
    std::shared_ptr<const DataSet> data;
    ComputeArbiter arbiter;
    std::unique_ptr<StoreThread> store;

private:
    static std::shared_ptr<const MetaModel> makeModel() {
        return std::make_shared<const MetaModel>(
            randomModel(findNetwork("resnet14").build({8, 8, 1}, 4), {2, 3, 4}, 1));
    }
};

}  // namespace bitdesk::test
