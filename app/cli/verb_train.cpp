// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/named_files.h"
#include "core/base/machine_limits.h"
#include "core/train/train.h"

namespace bitdesk::cli {
namespace {

struct TrainOptions {
    TrainRequest request;
    std::string bits;
    std::vector<std::string> stages;
    std::optional<std::string> network;
    std::optional<int> floatEpochs;
    std::vector<int> input;
    bool dryRun = false;
    OutputOptions output;
};

constexpr std::array kStages{"1", "2", "3"};

std::string clockTime(double seconds) {
    if (seconds < 0) return "?";
    const auto whole = static_cast<long>(std::lround(seconds));
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string accuracies(const TrainProgress& progress) {
    std::string text;
    for (const auto& [width, accuracy] : progress.accuracy) {
        const std::string label = width == 0 ? "float" : width < 0 ? "mixes" : std::to_string(width) + " bits";
        text += fmt::format("  {} {:.2f} %", label, 100 * accuracy);
    }
    return text;
}

void printProgress(std::ostream& err, const TrainProgress& p) {
    const std::string place = fmt::format("{}, epoch {} of {}", stageName(p.stage), p.epoch, p.epochs);
    if (!p.note.empty()) err << p.note << '\n';
    else if (!p.activity.empty())
        err << fmt::format("{}: {} of {}  remaining {}\n", p.activity, p.step, p.steps, clockTime(p.remainingSeconds));
    else if (p.epochEnd)
        err << fmt::format("{}: loss {:.4f} {} (val, {})  remaining {}\n", place, p.loss, accuracies(p),
                           p.validated < p.validation ? fmt::format("{} of {} images", p.validated, p.validation)
                                                      : fmt::format("{} images", p.validation),
                           clockTime(p.remainingSeconds));
    else
        err << fmt::format("{}, step {} of {}: loss {:.4f}  rate {:.4f}  remaining {}\n", place, p.step, p.steps,
                           p.loss, p.learningRate, clockTime(p.remainingSeconds));
    err.flush();
}

void printPlan(std::ostream& out, const TrainRequest& r, const TrainFacts& facts) {
    out << fmt::format("would train {} on {} and write {}\n", r.network, r.data, r.out.string());
    if (!facts.resumesAt.empty()) out << fmt::format("  from {}\n", facts.resumesAt);
    out << fmt::format("  {}, input {}, {} classes\n", facts.network, toText(facts.input), facts.classes)
        << fmt::format("  {} training images, {} of val, {}\n", facts.train, facts.val,
                       facts.test > 0 ? fmt::format("{} of test", facts.test) : "no test part")
        << fmt::format("  float {} epochs, stage I {}, stage II {}, stage III {}, of {} steps of {} images\n",
                       r.floatEpochs, r.activationEpochs, r.uniformEpochs, r.mixedEpochs, facts.steps, facts.batch);
    std::string rates;
    for (const auto& [option, rate] : facts.rates) rates += fmt::format(" {} {}", option, rate);
    out << fmt::format(" {}, distillation {}, seed {}\n", rates, r.distillation, r.seed)
        << fmt::format("  checkpoint {}: {:.1f} MB\n", checkpointOf(r.out).string(),
                       static_cast<double>(facts.checkpointBytes) / 1e6);
    for (const std::string& note : facts.notes) out << "  " << note << '\n';
}

/// 1, 3: stages I and III alone. Throws Error (Usage).
void keepStages(const std::vector<std::string>& stages, TrainRequest& request) {
    std::array<int*, 3> epochs{&request.activationEpochs, &request.uniformEpochs, &request.mixedEpochs};
    std::array<bool, 3> kept{};
    for (const std::string& word : stages) {
        const auto found = std::ranges::find(kStages, word);
        if (found == kStages.end())
            throw Error(ErrorKind::Usage, "--stages", "'" + word + "' is no stage", "Known: 1, 2, 3, as 1,2,3");
        kept[static_cast<std::size_t>(found - kStages.begin())] = true;
    }
    for (std::size_t i = 0; i < kept.size(); ++i)
        if (!kept[i]) *epochs[i] = 0;
}

/// What a model to begin with, and the stages, make of the other options.
void settleStart(TrainOptions& options) {
    TrainRequest& request = options.request;
    const bool fresh = request.from.empty();
    if (fresh && options.bits.empty()) request.bits = usualBits();
    else if (options.bits.empty()) request.bits.clear();
    else request.bits = parseWidths(options.bits);
    request.network = options.network.value_or(fresh ? request.network : request.from.string());
    if (!fresh && options.network)
        throw Error(ErrorKind::Usage, "--network", "does not go with --from", "The model has its own network");
    request.floatEpochs = options.floatEpochs.value_or(fresh ? request.floatEpochs : 0);
    if (!options.stages.empty()) keepStages(options.stages, request);
}

int run(TrainOptions& options, Terminal& terminal) {
    TrainRequest& request = options.request;
    settleStart(options);
    request.input = inputShape(options.input);
    request.command = terminal.commandLine;
    Inputs inputs = Inputs().add(DataOptions{.data = request.data});
    if (request.from.empty()) inputs.addNetwork(request.network);
    else inputs.addFile(request.from);
    checkOutputs(options.output, inputs);
    jobs::checkOutput(request.out, inputs.paths());
    if (jobs::sameFile(request.out, options.output.json))
        throw Error(ErrorKind::Usage, "--out and --json", "name the same file " + options.output.json);
    if (options.dryRun) {
        printPlan(terminal.out, request, checkTraining(request, terminal.stop));
        return 0;
    }
    if (request.threads == 0) request.threads = usableThreads();
    const bool quiet = options.output.quiet;
    std::vector<std::string> notes;
    const auto show = [&](const TrainProgress& progress) {
        if (!progress.note.empty()) notes.push_back(progress.note);
        if (!quiet) printProgress(terminal.err, progress);
    };
    const MetaModel model = [&] {
        try {
            return train(request, show, terminal.stop);
        } catch (const Cancelled&) {
            const std::string checkpoint = checkpointOf(request.out).string();
            std::error_code code;
            if (std::filesystem::exists(checkpoint, code))
                terminal.err << fmt::format("{} holds what is done: the same command with --resume goes on\n",
                                            checkpoint);
            throw;
        }
    }();
    Json json{
        {"model", request.out.string()}, {"hash", model.hash}, {"provenance", model.provenance}, {"notes", notes}};
    std::string text = fmt::format("{}  ({})\n", request.out.string(), model.hash);
    for (const auto& [key, value] : model.provenance)
        if (key.starts_with("accuracy") || key.starts_with("float") || key.starts_with("teacher"))
            text += fmt::format("  {}: {}\n", key, value);
    emit(options.output, terminal, json, {}, text);
    return 0;
}

/// What is trained, how long and how fast.
void addStages(CLI::App& command, TrainOptions& options) {
    TrainRequest& r = options.request;
    command
        .add_option("--float-epochs", options.floatEpochs, "epochs of the float baseline and teacher (with --from: 0)")
        ->default_str(std::to_string(r.floatEpochs));
    command.add_option("--stage1-epochs", r.activationEpochs, "epochs of stage I")->capture_default_str();
    command.add_option("--stage2-epochs", r.uniformEpochs, "epochs of stage II")->capture_default_str();
    command.add_option("--stage3-epochs", r.mixedEpochs, "epochs of stage III")->capture_default_str();
    command.add_option("--stages", options.stages, "stages to train, the others are left out: 1,2,3")->delimiter(',');
    command.add_option("--freeze", r.freeze, "layers that stay as they are, with * for any part: stem,stage1.*")
        ->delimiter(',');
    command
        .add_option("--layer-rates", r.layerRates,
                    "factors of the learning rate, layer by layer: stage1.*=0.1,stage2.*=0.3")
        ->delimiter(',');
    const auto addRate = [&](const std::string& name, std::optional<double>& rate, const std::string& description) {
        const auto known = std::ranges::find(rateOptions(), name, &RateOption::option);
        command.add_option("--" + name, rate,
                           fmt::format("{} ({}; with --resume: as it was)", description, known->fallback));
    };
    addRate("float-rate", r.floatRate, "learning rate at the start of the float stage");
    addRate("stage1-rate", r.activationRate, "… of stage I");
    addRate("stage2-rate", r.uniformRate, "… of stage II");
    addRate("stage3-rate", r.mixedRate, "… of stage III");
    addRate("weight-decay", r.weightDecay, "on weights only");
}

}  // namespace

Run prepareTrain(CLI::App& command) {
    auto options = std::make_shared<TrainOptions>();
    TrainRequest& r = options->request;
    command.add_option("--network", options->network, "network of the catalogue, or a JSON file")
        ->default_str(r.network);
    command
        .add_option("--from", r.from,
                    "a model to begin with, imported or trained: its network, its weights, its classes; its float "
                    "network, where it has one, teaches")
        ->check(namesAFile());
    command.add_option("--data", r.data, "fashion-mnist, or a folder or file")->capture_default_str();
    addInput(command, options->input,
             "height,width,channels that a folder's images are brought to (default: as they are)");
    addChoices(command, r.choices);
    addBadFiles(command, r.choices, options->output);
    command.add_option("--out", r.out, "model file to write (checkpoint: FILE.ckpt)")->required();
    command.add_option("--bits", options->bits, "bit-widths that the model can run at (with --from: the model's)")
        ->default_str(toText(BitConfiguration{usualBits()}));
    if (const auto quantizers = trainableQuantizers(); quantizers.size() > 1)  // offered once there is a choice
        command.add_option("--quantizer", r.quantizer, "how weights become codes")
            ->capture_default_str()
            ->check(CLI::IsMember(quantizers));
    addStages(command, *options);
    command.add_option("--distillation", r.distillation, "share of the teacher's targets, 0 to 1")
        ->capture_default_str();
    command.add_option("--shift", r.shift, "augmentation: pixels that an image moves at most")->capture_default_str();
    command.add_flag("--flip,!--no-flip", r.flip,
                     "augmentation: mirror half of the images (default); not for digits or text");
    command.add_option("--batch", r.batch, "images a step")->capture_default_str();
    command.add_option("--seed", r.seed, "of everything random")->capture_default_str();
    command.add_option("--limit", r.limit, "training images, 0: all")->capture_default_str();
    command.add_option("--threads", r.threads, "0: all")->capture_default_str();
    command.add_option("--device", r.device, "cpu or cuda:N")->capture_default_str();
    command
        .add_option_function<double>(
            "--checkpoint-minutes", [&r](double minutes) { r.checkpointSeconds = 60 * minutes; },
            "minutes between checkpoints within an epoch, at least (10); 0: one after each step")
        ->check(CLI::Range(0.0, 1e6));
    command.add_flag("--resume", r.resume, "go on from FILE.ckpt; rates may be others");
    command.add_flag("--overwrite", r.overwrite, "replace an existing model file");
    command.add_flag("--dry-run", options->dryRun, "check everything and say what would be done");
    addJson(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
