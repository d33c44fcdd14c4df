// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <array>
#include <new>

#include "app/cli/signals.h"
#include "app/cli/verbs.h"
#include "core/base/build_info.h"
#include "core/base/error.h"

namespace bitdesk::cli {
namespace {

constexpr int kUsage = static_cast<int>(ErrorKind::Usage);
constexpr int kResource = static_cast<int>(ErrorKind::Resource);
constexpr int kInternal = static_cast<int>(ErrorKind::Internal);
constexpr int kInterrupted = 130;

std::string quoted(const std::string& word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+,./:@%";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? "'\\''" : std::string(1, c);
    return text + "'";
}

std::string commandLine(int argc, const char* const* argv) {
    std::string text = "bitdesk";
    for (int i = 1; i < argc; ++i) text += " " + quoted(argv[i]);
    return text;
}

/// Where every failure becomes a message and an exit code.
int guarded(const std::function<int()>& work, std::ostream& err) {
    try {
        return work();
    } catch (const Cancelled&) {
        err << "bitdesk: interrupted\n";
        return kInterrupted;
    } catch (const Error& error) {
        err << "bitdesk: " << error.what() << '\n';
        return static_cast<int>(error.kind());
    } catch (const std::bad_alloc&) {
        err << "bitdesk: out of memory\n";
        return kResource;
    } catch (const std::exception& error) {
        err << "bitdesk: internal error: " << error.what() << '\n';
        return kInternal;
    }
}

}  // namespace

std::span<const Verb> verbs() {
    static constexpr std::array kVerbs{
        Verb{"info", "layers, bits, MACs and provenance of a model", prepareInfo, false},
        Verb{"eval", "accuracy and cost of one or more mixes", prepareEval, true},
        Verb{"predict", "class per image, in the data set's order", preparePredict, true},
        Verb{"profile", "measured latency of one or more mixes, whole and per layer", prepareProfile, true},
        Verb{"compare", "verdict on accuracy and latency of two stored results, with limits for scripts",
             prepareCompare, false},
        Verb{"train", "train a meta-quantized network by the three stages", prepareTrain, true},
        Verb{"db", "care of the results database", prepareDb, false},
    };
    return kVerbs;
}

const Verb* findVerb(int argc, const char* const* argv) {
    const std::string_view word = argc < 2 ? "" : argv[1];
    const auto found = std::ranges::find_if(verbs(), [&](const Verb& verb) { return word == verb.name; });
    return found == verbs().end() ? nullptr : &*found;
}

int runCommandLine(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
    CLI::App app{
        "Bitdesk: a mixing desk for bit-widths. Exit codes: 0 done, 1 a limit failed, 2 usage, 3 bad input, "
        "4 device or resource, 5 internal error, 130 interrupted."};
    app.name("bitdesk");
    app.set_version_flag("--version", std::string("bitdesk ") + BITDESK_VERSION);
    app.require_subcommand(1);
    std::vector<std::pair<CLI::App*, Run>> prepared;
    for (const Verb& verb : verbs()) {
        CLI::App* command = app.add_subcommand(verb.name, verb.description);
        prepared.emplace_back(command, verb.prepare(*command));
    }
    // The parser would say only that a verb is required.
    if (argc > 1 && *argv[1] != '-' && findVerb(argc, argv) == nullptr) {
        err << "bitdesk: '" << printable(argv[1]) << "' is no verb. See bitdesk --help\n";
        return kUsage;
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error, out, err);  // --help, --version
        err << "bitdesk: " << printable(error.what()) << ". See --help\n";
        return kUsage;
    }
    return guarded(
        [&] {
            const StopOnSignal signals;
            Terminal terminal{out, err, signals.token(), commandLine(argc, argv)};
            for (const auto& [command, run] : prepared)
                if (command->parsed()) return run(terminal);
            return kUsage;
        },
        err);
}

}  // namespace bitdesk::cli
