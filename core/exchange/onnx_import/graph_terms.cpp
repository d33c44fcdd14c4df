// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/graph_terms.h"

#include <limits>

#include "core/base/error.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

constexpr int kMostRank = 16;
constexpr std::int64_t kMostElements = std::int64_t{1} << 28;

}  // namespace

std::string tensorPlace(const onnx::TensorProto& tensor, const std::string& file) {
    return file + ": tensor '" + shownOnnxName(tensor.name()) + "'";
}

std::int64_t elementCount(const onnx::TensorProto& tensor, const std::string& where) {
    std::int64_t elements = 1;
    if (tensor.dims_size() > kMostRank) throw Error(ErrorKind::BadInput, where, "has more than 16 dimensions");
    for (const std::int64_t extent : tensor.dims()) {
        if (extent < 0) throw Error(ErrorKind::BadInput, where, "has an extent below 0");
        if (extent > 0 && elements > kMostElements / extent)
            throw Error(ErrorKind::BadInput, where, "has more than 2^28 elements");
        elements *= extent;
    }
    return elements;
}

int opsetOf(const onnx::ModelProto& model) {
    for (const auto& import : model.opset_import())
        if (import.domain().empty() || import.domain() == "ai.onnx") {
            const bool fits = import.version() > 0 && import.version() < std::numeric_limits<int>::max();
            return fits ? static_cast<int>(import.version()) : 0;
        }
    return 0;
}

std::string shownOnnxName(const std::string& name) {
    constexpr std::size_t kMost = 120;
    return shortened(printable(name), kMost);
}

}  // namespace bitdesk
