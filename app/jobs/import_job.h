// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/jobs/job_context.h"
#include "app/jobs/verify_import.h"
#include "core/data/data_set.h"
#include "core/exchange/suggest_mapping.h"
#include "core/posttrain/post_train_settings.h"

namespace bitdesk::jobs {

struct ImportRequest {
    std::filesystem::path source;   ///< ONNX file, state dict of PyTorch or safetensors
    std::filesystem::path mapping;  ///< empty: drafted from names and shapes
    std::filesystem::path out;
    std::string weightsKey = {};          ///< which of a file's networks; empty: see readTensorFile()
    std::string network;                  ///< of the catalogue, or a JSON file
    std::optional<Shape> input = {};      ///< of a catalogue's network; else the data's, or the network's own
    std::optional<int> classes = {};      ///< likewise
    std::vector<int> bits = usualBits();  ///< of a drafted mapping
    std::optional<Normalization> normalization = {};  ///< goes before the mapping's
    std::string data;                                 ///< whose images set missing activation scales; may be empty
    Split split = Split::Train;
    DataChoices choices = {};
    std::int64_t images = 256;
    std::optional<double> epsilon = {};     ///< of all norms; else the network's
    Refinement refine = Refinement::Norms;  ///< of a network of floats
    int iterations = 300;                   ///< of Refinement::Blocks, a block and width
    std::filesystem::path verify;           ///< what another program answers (see Reference); may be empty
    int threads = 0;
    bool overwrite = false;
    std::string command;       ///< kept in the provenance
    std::string draftCommand;  ///< what writes a draft of the mapping, for messages; empty: the setting's name
    std::string until = {};    ///< of an ONNX file: the node that it is imported up to; empty: all of it
};

struct ImportResult {
    MetaModel model;
    bool drafted = false;                 ///< no mapping was given
    bool metaQuantized = true;            ///< false: it has weights that were trained as floats
    std::vector<std::string> calibrated;  ///< layers whose activation scales come from data
    std::vector<std::string> unused;      ///< tensors of the file that nothing refers to (of a drafted mapping)
    std::vector<std::string> notes;       ///< what the user must know, whole sentences
    std::int64_t skippedFiles = 0;        ///< of the data, that were left out
    /// Against the request's reference. Where it does not agree nothing was written.
    std::optional<Verification> verification = {};
};

/// What a model whose weights were trained as floats is marked with.
inline constexpr const char* kNotMetaQuantized = "not meta-quantized: expect a loss";

/// The network that a request speaks of, for the data's shape and classes where it leaves them open.
Network networkOf(const ImportRequest& request, const JobContext& context);
/// A mapping drafted from names and shapes; gaps are left out.
SuggestedMapping draftMapping(const ImportRequest& request, const Network& network);

/// Reads a network that others trained, and writes a model file. Nothing is written unless all of it fits. Throws
/// Error: BadInput naming file, tensor and layer; Usage; Resource. Throws Cancelled.
ImportResult importNetwork(const ImportRequest& request, const JobContext& context);

}  // namespace bitdesk::jobs
