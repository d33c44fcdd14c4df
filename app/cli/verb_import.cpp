// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <optional>

#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/import_job.h"
#include "app/jobs/named_files.h"
#include "app/jobs/settings.h"
#include "core/base/files.h"
#include "core/base/quoting.h"
#include "core/exchange/onnx_import/onnx_import.h"

namespace bitdesk::cli {
namespace {

struct ImportOptions {
    jobs::ImportRequest request;
    std::string bits, split = "train", refine = "norms";
    std::vector<int> input;
    int classes = 0;
    std::vector<std::string> mean, deviation;  ///< numbers
    bool suggest = false;
    OutputOptions output;
};

/// "0,485,0,456" as decimal commas leave it: pairs of whole numbers, the first of each 0 or 1, and a second that is no
/// mean of pixels between 0 and 1. Nothing where it may be a list.
std::optional<std::string> withDecimalPoints(const std::vector<std::string>& items) {
    const auto digits = [](const std::string& item) {
        return !item.empty() && item.find_first_not_of("0123456789") == std::string::npos;
    };
    if (items.empty() || items.size() % 2 != 0 || !std::ranges::all_of(items, digits)) return std::nullopt;
    std::string text;
    bool surely = false;
    for (std::size_t i = 0; i < items.size(); i += 2) {
        if (items[i] != "0" && items[i] != "1") return std::nullopt;
        surely = surely || items[i + 1].size() > 1 || items[i + 1] > "1";
        text += (text.empty() ? "" : ",") + items[i] + "." + items[i + 1];
    }
    return surely ? std::optional(text) : std::nullopt;
}

/// One number a channel.
std::vector<float> channelValues(const std::string& option, const std::vector<std::string>& items, float least,
                                 const char* kind) {
    if (const auto pointed = withDecimalPoints(items))
        throw Error(ErrorKind::Usage, option, "has a decimal comma, and a comma parts the channels",
                    "Write " + *pointed);
    std::vector<float> values;
    for (const std::string& item : items) {
        float value = 0;
        const auto parsed = std::from_chars(item.data(), item.data() + item.size(), value);
        if (parsed.ec != std::errc{} || parsed.ptr != item.data() + item.size() || !(value >= least && value <= 1e30F))
            throw Error(ErrorKind::Usage, option, "'" + item + "' is no " + kind);
        values.push_back(value);
    }
    return values;
}

/// The command that writes the draft which this import would use.
std::string draftCommand(const ImportOptions& options) {
    const jobs::ImportRequest& request = options.request;
    std::string command =
        "bitdesk import " + shellQuoted(request.source.string()) + " --network " + shellQuoted(request.network);
    const auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) command += std::string(" ") + option + " " + shellQuoted(value);
    };
    add("--weights-key", request.weightsKey);
    add("--bits", options.bits);
    add("--data", request.data);
    if (!request.data.empty() && options.split != "train") add("--split", options.split);
    add("--input", fmt::format("{}", fmt::join(options.input, ",")));
    add("--classes", options.classes > 0 ? std::to_string(options.classes) : "");
    return command + " --suggest --out mapping.json";
}

void complete(ImportOptions& options, const Terminal& terminal) {
    jobs::ImportRequest& request = options.request;
    if (!options.bits.empty() && !request.mapping.empty())
        throw Error(ErrorKind::Usage, "--bits", "are said by the mapping", "Leave one of them out");
    if (!options.bits.empty()) request.bits = parseWidths(options.bits);
    const bool ascending = std::ranges::adjacent_find(request.bits, std::greater_equal<>{}) == request.bits.end();
    if (!ascending || request.bits.front() < 2 || request.bits.back() > 8)
        throw Error(ErrorKind::Usage, "--bits", "'" + options.bits + "' are not ascending widths from 2 to 8");
    request.split = parseSplit(options.split);
    request.input = inputShape(options.input);
    if (options.classes > 0) request.classes = options.classes;
    const auto mean = channelValues("--mean", options.mean, -1e30F, "number");
    const auto deviation = channelValues("--std", options.deviation, 1e-30F, "number above 0");
    if (mean.size() != deviation.size())
        throw Error(ErrorKind::Usage, "--mean and --std",
                    "have " + std::to_string(mean.size()) + " and " + std::to_string(deviation.size()) + " numbers",
                    "Write one a channel, with a decimal point: --mean 0.485,0.456,0.406");
    if (!mean.empty()) request.normalization = Normalization{mean, deviation};
    request.refine = jobs::valueOfWord<Refinement>(jobs::OneOf<4>{kRefinementNames}, options.refine, "--refine");
    request.command = terminal.commandLine;
    request.draftCommand = draftCommand(options);
}

/// The draft goes to standard output, or to --out; what is left open to standard error.
int suggest(const ImportOptions& options, const Inputs& inputs, jobs::JobContext& context, Terminal& terminal) {
    if (!options.output.json.empty())
        throw Error(ErrorKind::Usage, "--json", "is of a model; --suggest writes its mapping to --out");
    if (!options.request.out.empty())
        jobs::checkNewFile(options.request.out, options.request.overwrite, inputs.paths());
    const Network network = jobs::networkOf(options.request, context);
    const SuggestedMapping draft = jobs::draftMapping(options.request, network);
    const std::string json = toJson(draft.mapping, network);
    if (options.request.out.empty()) terminal.out << json;
    else writeFileAtomically(options.request.out, json);
    for (const std::string& note : draft.notes) terminal.err << note << '\n';
    for (const std::string& name : draft.uncertain)
        terminal.err << fmt::format("the tensors of '{}' are a guess\n", printable(name));
    for (const std::string& name : missingFrom(draft.mapping, network))
        terminal.err << fmt::format("no tensor was found for '{}'\n", printable(name));
    for (const std::string& name : draft.unused)
        terminal.err << fmt::format("tensor '{}' was not used\n", printable(name));
    return 0;
}

std::string asText(const jobs::ImportResult& result, const std::string& out) {
    std::string text =
        fmt::format("{}  ({})\n  {} layers, {} quantizable, bits {}, weights {}\n", out, result.model.hash,
                    result.model.layers.size(), result.model.network.quantizable().size(),
                    fmt::join(result.model.bits, ", "), result.model.quantizer);
    for (const std::string& note : result.notes) text += "  " + note + "\n";
    return text;
}

Json toJson(const jobs::Verification& v) {
    Json json{{"images", v.images},
              {"agrees", v.agrees()},
              {"largest_difference", v.largestDifference},
              {"tolerance", v.tolerance},
              {"same_class", v.sameClass}};
    if (v.sameClassAtTop >= 0) json["same_class_at_top"] = v.sameClassAtTop;
    return json;
}

/// Nothing was written.
int disagreement(const ImportOptions& options, Terminal& terminal, const jobs::Verification& verification) {
    emit(options.output, terminal, Json{{"model", nullptr}, {"verification", toJson(verification)}}, {},
         "Not imported: the network does not answer as its reference does.\n  " + verification.text() + "\n");
    return 1;
}

/// What stands in the way is a list, for programs too.
jobs::ImportResult imported(const ImportOptions& options, jobs::JobContext& context, Terminal& terminal) {
    try {
        return jobs::importNetwork(options.request, context);
    } catch (const UnsupportedGraph& refusal) {
        Json operations = Json::array();
        for (const UnsupportedOperation& operation : refusal.operations())
            operations.push_back({{"op", operation.op},
                                  {"reason", operation.reason},
                                  {"count", operation.count},
                                  {"nodes", operation.nodes}});
        if (!options.output.json.empty()) emit(options.output, terminal, {{"unsupported", operations}}, {}, "");
        throw;
    }
}

int run(ImportOptions& options, Terminal& terminal) {
    complete(options, terminal);
    ComputeArbiter arbiter;
    arbiter.setThreads(options.request.threads);
    ProgressLine line(terminal, options.output.quiet);
    jobs::JobContext context{nullptr, &arbiter, {}, terminal.stop};
    context.progress = [&](const Progress& progress) {
        line.show(fmt::format("{} ({:.0f} %)", progress.activity, 100 * progress.fraction));
    };
    const jobs::ImportRequest& request = options.request;
    Inputs inputs =
        Inputs().addFile(request.source).addFile(request.mapping).addFile(request.verify).addNetwork(request.network);
    if (!request.data.empty()) inputs.add(DataOptions{.data = request.data});
    if (options.suggest) return suggest(options, inputs, context, terminal);
    checkOutputs(options.output, inputs);
    if (jobs::sameFile(request.out, options.output.json))
        throw Error(ErrorKind::Usage, "--out and --json", "name the same file " + options.output.json);
    const jobs::ImportResult result = imported(options, context, terminal);
    if (result.verification && !result.verification->agrees())
        return disagreement(options, terminal, *result.verification);
    Json json{{"model", options.request.out.string()},  {"hash", result.model.hash},
              {"network", result.model.network.name()}, {"bits", result.model.bits},
              {"quantizer", result.model.quantizer},    {"meta_quantized", result.metaQuantized},
              {"mapping_drafted", result.drafted},      {"calibrated_layers", result.calibrated},
              {"unused_tensors", result.unused},        {"notes", result.notes},
              {"skipped_files", result.skippedFiles},   {"provenance", result.model.provenance}};
    if (result.verification) json["verification"] = toJson(*result.verification);
    emit(options.output, terminal, json, {}, asText(result, options.request.out.string()));
    return 0;
}

}  // namespace

Run prepareImport(CLI::App& command) {
    auto options = std::make_shared<ImportOptions>();
    jobs::ImportRequest& r = options->request;
    command.add_option("FILE", r.source, "ONNX file, state dict of PyTorch (.pt) or .safetensors")
        ->required()
        ->check(namesAFile());
    command.add_option("--network", r.network, "of a file of tensors: network of the catalogue, or a JSON file");
    command.add_option("--until", r.until, "of an ONNX file: the node that it is imported up to");
    command.add_option("--mapping", r.mapping, "JSON: which tensor is what (default: drafted from names and shapes)");
    command.add_option("--weights-key", r.weightsKey,
                       "which weights of a checkpoint: its key, as model_ema, or what the names begin with");
    command.add_flag("--suggest", options->suggest, "write a draft of the mapping instead of a model");
    command.add_option("--out", r.out, "model file to write; with --suggest the mapping (default: standard output)");
    command.add_option(
        "--bits", options->bits,
        "bit-widths, where no mapping says them (default: " + toText(BitConfiguration{usualBits()}) + ")");
    command.add_option("--data", r.data,
                       "images that set missing activation scales: fashion-mnist, or a folder or file");
    command.add_option("--split", options->split, "train, val or test: whose images")->capture_default_str();
    command.add_option("--images", r.images, "images that set scales and norms")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{65536}));
    command
        .add_option(
            "--refine", options->refine,
            "how far a network of floats is fitted after its quantization: none, norms, bias or blocks (minutes; "
            "goes on from FILE.refine.ckpt)")
        ->capture_default_str();
    command.add_option("--iterations", r.iterations, "of --refine blocks, for each block and width")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000000));
    command.add_option("--verify", r.verify,
                       ".npz with x and logits of another program: where the network of floats answers otherwise, "
                       "nothing is written and the exit code is 1");
    addChoices(command, r.choices);
    addBadFiles(command, r.choices, options->output);
    command.add_option("--mean", options->mean, "of the images, a channel each, pixels scaled to 0…1")->delimiter(',');
    command.add_option("--std", options->deviation, "likewise: their standard deviation")->delimiter(',');
    command
        .add_option("--epsilon", r.epsilon,
                    "of all norms, as the network was trained with (default: the network's; of the catalogue 1e-05)")
        ->check(CLI::Range(1e-12, 0.999));
    addInput(command, options->input, "height,width,channels of a catalogue's network (default: the data's)");
    command.add_option("--classes", options->classes, "of a catalogue's network (default: the data's)")
        ->check(CLI::Range(1, 1 << 20));
    command.add_option("--threads", r.threads, "0: all")->capture_default_str()->check(CLI::Range(0, 4096));
    command.add_flag("--overwrite", r.overwrite, "replace an existing file");
    addJson(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
