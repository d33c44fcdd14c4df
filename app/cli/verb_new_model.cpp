// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/cli/options.h"
#include "app/cli/verb.h"
#include "app/jobs/named_files.h"
#include "core/network/catalogue.h"

namespace bitdesk::cli {
namespace {

struct NewModelOptions {
    std::string network = "resnet14", out;
    std::vector<int> input;
    int classes = 0;
    bool overwrite = false;
};

int run(const NewModelOptions& options, Terminal& terminal) {
    const auto classes = options.classes > 0 ? std::optional(options.classes) : std::nullopt;
    const std::string json = networkTemplate(openNetwork(options.network, inputShape(options.input), classes));
    if (options.out.empty() || options.out == "-") {
        terminal.out << json;
        return 0;
    }
    jobs::writeNewFile(options.out, json, options.overwrite);
    terminal.err << fmt::format("{} can be edited and used as --network {} or random:{}\n", options.out, options.out,
                                options.out);
    return 0;
}

}  // namespace

Run prepareNewModel(CLI::App& command) {
    auto options = std::make_shared<NewModelOptions>();
    std::string names;
    for (const CatalogueNetwork& entry : networkCatalogue())
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
    command.add_option("NETWORK", options->network, "to begin with: " + names + ", or a JSON file")
        ->capture_default_str();
    command.add_option("--out", options->out, "file to write (default: standard output)");
    addInput(command, options->input, "height,width,channels of the images");
    command.add_option("--classes", options->classes, "number of classes")->check(CLI::Range(1, 1 << 20));
    command.add_flag("--overwrite", options->overwrite, "replace an existing file");
    return [options](Terminal& terminal) { return run(*options, terminal); };
}

}  // namespace bitdesk::cli
