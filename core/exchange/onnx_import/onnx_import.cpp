// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/onnx_import.h"

#include <algorithm>
#include <cmath>

#include "core/base/to_index.h"
#include "core/exchange/onnx_import/draft_passes.h"
#include "core/exchange/onnx_import/finished_draft.h"
#include "core/exchange/onnx_import/fused_patterns.h"
#include "core/exchange/onnx_import/node_names.h"
#include "core/exchange/onnx_import/onnx_file.h"
#include "core/exchange/onnx_import/onnx_metadata.h"
#include "core/exchange/onnx_import/translation.h"

namespace bitdesk {
namespace {

constexpr float kBytes = 255;

/// What one number of a graph's input is: a byte, or a pixel from 0 to 1. A graph that divides by 58 or 255 takes the
/// former, one that divides by 0.226 or less the latter; in between nobody knows: 0.
float pixelRange(const Preprocessing& affine, bool bytes) {
    constexpr float kOfBytes = 0.05F, kOfUnits = 0.5F;
    if (bytes) return kBytes;
    const auto [least, most] = std::ranges::minmax(affine.gamma);
    if (most <= kOfBytes) return kBytes;
    return least >= kOfUnits ? 1.0F : 0.0F;
}

/// gamma · (range · p) + beta = (p − mean) / std, of pixels p from 0 to 1.
Normalization normalizationOf(const Preprocessing& affine, float range) {
    Normalization normalization;
    for (std::size_t c = 0; c < affine.gamma.size(); ++c) {
        const double slope = double{affine.gamma[c]} * double{range};
        normalization.mean.push_back(static_cast<float>(-double{affine.beta[c]} / slope));
        normalization.std.push_back(static_cast<float>(1 / slope));
    }
    return normalization;
}

/// `given` first, then the graph's own.
Normalization composed(const Normalization& given, const Preprocessing& affine) {
    Normalization normalization;
    for (std::size_t c = 0; c < affine.gamma.size(); ++c) {
        const double slope = double{affine.gamma[c]}, deviation = double{given.std[c]};
        normalization.mean.push_back(
            static_cast<float>(double{given.mean[c]} - double{affine.beta[c]} * deviation / slope));
        normalization.std.push_back(static_cast<float>(deviation / slope));
    }
    return normalization;
}

class OnnxImporter {
public:
    OnnxImporter(const std::filesystem::path& path, const OnnxOptions& options)
        : m_where(path.string()),
          m_options(options),
          m_network(networkName(path.stem().string())),
          m_file(readOnnxFile(path)) {}

    OnnxImport run() {
        SourceGraph graph(m_file, m_where);
        for (const std::string& op : graph.endAt(m_options.until))
            m_notes.push_back("The last " + op + " is left out: it leaves the order of the classes as it is.");
        fusePatterns(graph);
        m_input = imageInput(graph.input(), m_options.input, m_where);
        Translation translation(graph, m_input, m_network);
        translation.run(!m_options.until.empty());
        m_notes.insert(m_notes.end(), translation.notes().begin(), translation.notes().end());
        return finish(translation.draft(), translation.output());
    }

private:
    OnnxImport finish(NetworkDraft& draft, int output) {
        const OnnxMetadata metadata = readMetadata(m_file);
        m_file.Clear();
        mergeNorms(draft, output);
        settleNormalization(draft, output, metadata.normalization);
        foldConstants(draft, output);
        FinishedDraft finished = finishedDraft(std::move(draft), output);
        OnnxImport result{.model = std::move(finished.model),
                          .notes = {},
                          .normalizationKnown = m_known,
                          .activationCodes = std::move(finished.activationCodes)};
        result.model.normalization = m_normalization;
        nameClasses(result.model, metadata.classNames);
        if (result.model.layers.empty())
            throw Error(ErrorKind::BadInput, m_where, "has no convolution or linear layer");
        checkFloatModel(result.model, m_where);
        result.notes = std::move(m_notes);
        return result;
    }

    void settleNormalization(NetworkDraft& draft, int& output, const std::optional<Normalization>& ofFile) {
        const auto channels = toIndex(m_input.shape.channels);
        const bool fits = ofFile && ofFile->mean.size() == channels;
        const std::optional<Normalization> given = m_options.normalization ? m_options.normalization
                                                   : fits                  ? ofFile
                                                                           : std::nullopt;
        if (given && given->mean.size() != channels)
            throw Error(ErrorKind::BadInput, m_where,
                        "the normalization has " + std::to_string(given->mean.size()) +
                            " channels, the network's input " + std::to_string(channels));
        const std::optional<Preprocessing> own = preprocessing(draft, output);
        const bool tells = own && (own->ofNumbers || m_input.bytes);
        const float range = tells ? pixelRange(*own, m_input.bytes) : 0;
        m_known = true;
        if (given) m_normalization = own ? composed(*given, *own) : *given;
        else if (range > 0) m_normalization = normalizationOf(*own, range);
        else {
            m_known = m_input.bytes;
            m_normalization = {std::vector<float>(channels, 0.0F),
                               std::vector<float>(channels, m_input.bytes ? 1 / kBytes : 1.0F)};
            return;
        }
        if (!own) return;
        takePreprocessing(draft, output);
        if (!given)
            m_notes.push_back("The graph's own preprocessing, of pixels 0 … " + std::string(range == 1 ? "1" : "255") +
                              ", became the normalization.");
    }

    void nameClasses(FloatModel& model, const std::vector<std::string>& names) {
        if (names.empty()) return;
        if (names.size() == toIndex(model.network.classes())) {
            model.classNames = names;
            return;
        }
        m_notes.push_back("The file names " + std::to_string(names.size()) + " classes, its network has " +
                          std::to_string(model.network.classes()) + ": the names are left out.");
    }

    std::string m_where;
    const OnnxOptions& m_options;
    std::string m_network;
    onnx::ModelProto m_file;
    ImageInput m_input;
    Normalization m_normalization;
    bool m_known = false;
    std::vector<std::string> m_notes;
};

}  // namespace

OnnxImport importOnnx(const std::filesystem::path& path, const OnnxOptions& options) {
    return OnnxImporter(path, options).run();
}

}  // namespace bitdesk
