// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/train/train.h"

namespace bitdesk {

/// What the learning rate of each layer is multiplied with. Patterns are of layers' names, with * for any part.
class LayerRates {
public:
    /// Of TrainRequest::freeze (0) and TrainRequest::layerRates ("PATTERN=FACTOR", the last one that fits). Throws
    /// Error (Usage) for what is no such text, a factor that is not from 0 to 1000, a pattern that fits no layer.
    LayerRates(const TrainRequest& request, const Network& network);

    /// 0: the layer is not trained. Of a name that is no layer's: 1.
    double factorOf(const std::string& layer) const;

private:
    std::vector<std::pair<std::string, double>> m_factors;  // by layer
};

}  // namespace bitdesk
