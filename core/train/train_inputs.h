// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/train/train.h"

namespace bitdesk {

/// The data and the network of a training, found to fit each other.
struct TrainInputs {
    std::shared_ptr<const DataSet> train, val;
    std::int64_t testImages = 0;  ///< 0: there is no test part
    std::string testHash;
    std::string skipped;  ///< files that were left out: "3 of train, 1 of val"; empty: none
    Network network;
    std::shared_ptr<const MetaModel> start = {};  ///< of TrainRequest::from; null: random weights
    std::vector<std::int64_t> indices;            ///< of the training images in use, in a fixed random order
    std::int64_t batch = 0;                       ///< images a step
    std::vector<std::string> notes;

    /// Steps an epoch; images that do not fill a step are left out, others in each epoch.
    std::int64_t steps() const { return static_cast<std::int64_t>(indices.size()) / batch; }
};

/// Opens and checks them; `progress` is of a folder's first reading. Throws Error (Usage, BadInput) and Cancelled.
TrainInputs openTrainInputs(const TrainRequest& request, const std::stop_token& stop, const ProgressSink& progress);

/// The test part, which is not kept open meanwhile. Throws Error (BadInput) where it is not what it was at the
/// beginning.
std::shared_ptr<const DataSet> openTestPart(const TrainRequest& request, const TrainInputs& inputs,
                                            const std::stop_token& stop, const ProgressSink& progress);

}  // namespace bitdesk
