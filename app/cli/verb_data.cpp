// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include "app/cli/options.h"
#include "app/cli/setting_options.h"
#include "app/cli/verb.h"
#include "core/data/data_format.h"
#include "core/evaluate/evaluator.h"
#include "core/model/model_file.h"

namespace bitdesk::cli {
namespace {

struct DataVerbOptions {
    DataOptions data;
    ModelOptions model;
    OutputOptions output;
};

/// What is told of a split when its images are gone from memory again.
struct SplitFacts {
    Split split;
    DataDescription description;
    std::string name, hash;
    ImageShape shape;
    std::int64_t images = 0;
    std::vector<std::string> classNames;
    std::vector<std::int64_t> counts;
};

SplitFacts factsOf(const DataSet& data) {
    return {.split = data.split(),
            .description = data.description(),
            .name = data.name(),
            .hash = data.hash(),
            .shape = data.shape(),
            .images = data.size(),
            .classNames = data.classNames(),
            .counts = classCounts(data)};
}

/// Splits are opened one after the other.
std::int64_t mostMemory(const std::vector<SplitFacts>& splits) {
    std::int64_t most = 0;
    for (const SplitFacts& facts : splits) most = std::max(most, facts.description.memory);
    return most;
}

/// A part whose files are sound, and that cannot be opened.
struct Unopened {
    Split split;
    Error error;
};

/// The splits that can be opened, and those that cannot; the files of all of them that cannot be read, and what that
/// ends in.
struct Findings {
    std::vector<SplitFacts> splits;
    std::vector<Unopened> unopened;
    BadFiles bad;
    std::optional<Error> failure;
};

Json dataJson(const Findings& found) {
    const std::vector<SplitFacts>& splits = found.splits;
    Json list = Json::array(), unopened = Json::array();
    for (const Unopened& part : found.unopened)
        unopened.push_back({{"split", splitName(part.split)}, {"reason", part.error.what()}});
    for (const SplitFacts& facts : splits) {
        Json classes = Json::array();
        for (std::size_t c = 0; c < facts.counts.size(); ++c)
            classes.push_back({{"name", facts.classNames[c]}, {"images", facts.counts[c]}});
        list.push_back({{"split", splitName(facts.split)},
                        {"images", facts.images},
                        {"hash", facts.hash},
                        {"note", fmt::format("{}", fmt::join(facts.description.notes, "; "))},
                        {"classes", std::move(classes)}});
        addNotes(list.back(), facts.description);
    }
    if (splits.empty())
        return {{"splits", std::move(list)}, {"unopened", std::move(unopened)}, {"bad_files", found.bad.json()}};
    const SplitFacts& first = splits.front();
    return {{"data", first.name},
            {"format", first.description.format},
            {"shape", {first.shape.height, first.shape.width, first.shape.channels}},
            {"preprocessing", first.description.preprocessing},
            {"memory_bytes", mostMemory(splits)},
            {"splits", std::move(list)},
            {"unopened", std::move(unopened)},
            {"bad_files", found.bad.json()}};
}

std::string dataText(const Findings& found) {
    const std::vector<SplitFacts>& splits = found.splits;
    const SplitFacts& first = splits.front();
    std::string text = fmt::format("{}: {}, images {}, {}\n", printable(first.name), first.description.format,
                                   toText(first.shape), first.description.preprocessing);
    text +=
        fmt::format("at most {:.1f} MiB of pixels in memory\n\n", static_cast<double>(mostMemory(splits)) / (1 << 20));
    for (const SplitFacts& facts : splits) {
        text += fmt::format(
            "{}: {} images{}\n", splitName(facts.split), facts.images,
            facts.description.notes.empty() ? "" : fmt::format(" ({})", fmt::join(facts.description.notes, "; ")));
        for (std::size_t c = 0; c < facts.counts.size(); ++c)
            text += fmt::format("  {:>9}  {}\n", facts.counts[c], printable(facts.classNames[c]));
    }
    for (const Unopened& part : found.unopened)
        text += fmt::format("{}: cannot be opened: {}\n", splitName(part.split), part.error.what());
    return text;
}

std::string dataCsv(const std::vector<SplitFacts>& splits) {
    std::string csv = "split,class,name,images\n";
    for (const SplitFacts& facts : splits)
        for (std::size_t c = 0; c < facts.counts.size(); ++c)
            csv +=
                fmt::format("{},{},{},{}\n", splitName(facts.split), c, csvCell(facts.classNames[c]), facts.counts[c]);
    return csv;
}

Findings look(const DataVerbOptions& options, const MetaModel* model, Terminal& terminal) {
    Findings found;
    DataOptions data = options.data;
    std::size_t bad = 0;  // of the split that is being opened
    data.choices.badFiles = std::make_shared<const BadFilesSink>([&](const std::vector<BadFile>& files) {
        bad = files.size();
        found.bad.add(files);
        if (options.data.choices.badFiles) (*options.data.choices.badFiles)(files);
    });
    const bool one = !data.split.empty();
    for (const Split split : one ? std::vector{parseSplit(data.split)} : splitsOf(data.data)) {
        bad = 0;
        try {
            const auto set = openData(data, model, split, options.output.quiet, terminal);
            if (model != nullptr) checkDataFitsModel(*set, *model);
            found.splits.push_back(factsOf(*set));
        } catch (const UnfitImage& error) {
            found.unopened.push_back({split, error});
        } catch (const TooFewImages& error) {
            found.unopened.push_back({split, error});
        } catch (const Error& error) {
            if (bad == 0) throw;
            if (!found.failure) found.failure = error;  // the other splits' bad files are to be listed, too
        }
    }
    if (found.splits.empty() && !found.failure && !found.unopened.empty()) found.failure = found.unopened.front().error;
    return found;
}

int run(const DataVerbOptions& options, Terminal& terminal) {
    checkOutputs(options.output, Inputs().add(options.data).add(options.model));
    if (options.model.model.empty() && !options.data.choices.classes.empty())
        throw Error(ErrorKind::Usage, "--class-map", "matches classes with a model's", "Name one with --model");
    std::optional<MetaModel> model;
    if (!options.model.model.empty()) model = openModel(options.model.model, options.model.seed);
    const Findings found = look(options, model ? &*model : nullptr, terminal);
    const Json json = dataJson(found);
    if (found.failure) {
        OutputOptions list;
        list.json = options.output.json;
        if (!list.json.empty()) emit(list, terminal, json, {}, {});
        throw *found.failure;
    }
    emit(options.output, terminal, json, dataCsv(found.splits), dataText(found));
    return 0;
}

}  // namespace

Run prepareData(CLI::App& command) {
    auto options = std::make_shared<DataVerbOptions>();
    options->data.split.clear();
    command.add_option("DATA", options->data.data, "fashion-mnist, or a folder or file")->required();
    command.add_option("--split", options->data.split, "train, val or test (default: all that there are)");
    command.add_option("--model", options->model.model,
                       "whose input the images, and whose classes theirs, are brought to");
    addChoices(command, options->data.choices);
    addBadFiles(command, options->data.choices, options->output);
    addSettings(command, std::tuple{jobs::kClassMapSetting}, options->data);
    addOutput(command, options->output);
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
