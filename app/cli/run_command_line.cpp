// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <new>
#include <optional>

#include "app/cli/options.h"
#include "app/cli/signals.h"
#include "app/cli/verb.h"
#include "core/base/build_info.h"
#include "core/base/error.h"
#include "core/base/number_text.h"
#include "core/base/quoting.h"
#include "core/base/setting_name.h"

namespace bitdesk::cli {
namespace {

std::string commandLine(int argc, const char* const* argv) {
    std::string text = "bitdesk";
    for (int i = 1; i < argc; ++i) text += " " + shellQuoted(argv[i]);
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
        return exitCode(error.kind());
    } catch (const std::filesystem::filesystem_error& error) {
        err << "bitdesk: " << printable(error.path1().string()) << ": " << error.code().message() << '\n';
        return exitCode(ErrorKind::Resource);
    } catch (const std::bad_alloc&) {
        err << "bitdesk: out of memory\n";
        return exitCode(ErrorKind::Resource);
    } catch (const std::exception& error) {
        err << "bitdesk: internal error: " << error.what() << '\n';
        return exitCode(ErrorKind::Internal);
    }
}

/// A word that is none of the verbs, of bitdesk or of a verb that has its own; the parser would say only that one is
/// required.
std::optional<std::string> wrongVerb(CLI::App& app, int argc, const char* const* argv) {
    CLI::App* parent = &app;
    for (int i = 1; i < argc && *argv[i] != '-'; ++i) {
        const auto known = parent->get_subcommands([](CLI::App*) { return true; });
        if (known.empty()) return std::nullopt;
        const auto found =
            std::ranges::find_if(known, [&](const CLI::App* command) { return command->get_name() == argv[i]; });
        if (found == known.end()) {
            std::string names;
            for (const CLI::App* command : known) names += (names.empty() ? "" : ", ") + command->get_name();
            return "'" + printable(argv[i]) + "' is no verb" + (parent == &app ? "" : " of " + parent->get_name()) +
                   ". Known: " + names;
        }
        parent = *found;
    }
    return std::nullopt;
}

/// What stands on the command line and belongs to nothing: an option before what follows it.
std::string unexpected(const CLI::App& app) {
    const auto words = app.remaining(true);
    const auto option = std::ranges::find_if(words, [](const std::string& word) { return word.starts_with("-"); });
    const std::string& word = option != words.end() ? *option : words.front();
    return (option != words.end() ? "there is no option " : "there is no place for the word ") + printable(word) +
           ". See --help";
}

bool isWhole(const std::string& text) {
    const std::size_t begin = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
    return text.size() > begin && text.find_first_not_of("0123456789", begin) == std::string::npos;
}

bool isNumber(const std::string& text) {
    double value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
}

/// What is wrong with a value of an option that takes numbers, and what to write instead; nothing: it is a number.
std::optional<std::string> numberFault(const CLI::Option& option, const std::string& value) {
    const bool whole = option.get_type_name().find("INT") != std::string::npos;
    const auto pointed = withDecimalPoint(value);
    if (whole && pointed) return "has a comma. Write a whole number, without one";
    if (whole) return isWhole(value) ? std::optional<std::string>() : "is no whole number. Write digits alone, as 1000";
    if (option.get_type_name().find("FLOAT") == std::string::npos || isNumber(value)) return std::nullopt;
    return pointed ? "has a decimal comma. Write " + *pointed : "is no number. Write it as 0.05";
}

/// Of a value that is no number at all, which the parser would only call out of range, or not to be converted.
std::optional<std::string> misspeltNumber(const CLI::App& app, const std::string& refusal) {
    if (refusal.find("' is no ") != std::string::npos) return std::nullopt;  // an option's own check has said it
    for (const CLI::App* verb : app.get_subcommands())
        for (const CLI::Option* option : verb->get_options()) {
            const std::string name = option->get_name();
            if (!refusal.starts_with(name + ":") && !refusal.starts_with("Could not convert: " + name + " ")) continue;
            const auto& values = option->results();
            const int wanted = option->get_items_expected_min();
            if (wanted > 1 && (std::ssize(values) != wanted || !std::ranges::all_of(values, isWhole)))
                return fmt::format("{}: '{}' is no list of {} whole numbers. Write it as 28,28,1", name,
                                   fmt::join(values, ","), wanted);
            for (const std::string& value : values)
                if (const auto fault = numberFault(*option, value))
                    return fmt::format("{}: '{}' {}", name, value, *fault);
        }
    return std::nullopt;
}

/// The parser would take −1 for 2^64 − 1, and what is too large for that, too.
CLI::Validator wholeNumber() {
    return {[](const std::string& text) {
                std::uint64_t value = 0;
                const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
                const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
                return whole ? std::string() : "'" + text + "' is no whole number from 0 to 18446744073709551615";
            },
            std::string()};
}

/// Of every option that takes an unsigned number.
void checkUnsigned(CLI::App& command) {
    for (CLI::Option* option : command.get_options())
        if (option->get_type_name() == "UINT") option->check(wholeNumber());
}

}  // namespace

std::span<const Verb> verbs() {
    static constexpr std::array kVerbs{
        Verb{"info", "layers, bits, MACs and provenance of a model", prepareInfo, false},
        Verb{"data", "format, classes and counts of a data set, and how its images are prepared", prepareData, false},
        Verb{"eval", "accuracy and cost of one or more mixes", prepareEval, true},
        Verb{"predict", "class per image, in the data set's order", preparePredict, true},
        Verb{"profile", "measured latency of one or more mixes, whole and per layer", prepareProfile, true},
        Verb{"sweep", "accuracy of many mixes, and the latency of the best; resumable", prepareSweep, true},
        Verb{"batch", "a night's sweeps and reports from one file", prepareBatch, true},
        Verb{"compare", "verdict on accuracy and latency of two stored results, with limits for scripts",
             prepareCompare, false},
        Verb{"report", "comparison of stored results as HTML, PDF, Markdown, CSV or JSON, with limits for scripts",
             prepareReport, false},
        Verb{"export", "a mix as ONNX, QONNX, node data for a model graph, nvbench's JSON, or JSON for --bits",
             prepareExport, false},
        Verb{"train", "train a meta-quantized network by the three stages", prepareTrain, true},
        Verb{"import", "make a model of a network that others trained: PyTorch state dicts, safetensors", prepareImport,
             true},
        Verb{"new-model", "write a network as JSON, to edit", prepareNewModel, false},
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
    nameSettings([](std::string_view setting) { return "--" + std::string(setting); });
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
        checkUnsigned(*command);
    }
    if (const auto wrong = wrongVerb(app, argc, argv)) {
        err << "bitdesk: " << *wrong << '\n';
        return exitCode(ErrorKind::Usage);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ExtrasError&) {
        err << "bitdesk: " << unexpected(app) << '\n';
        return exitCode(ErrorKind::Usage);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error, out, err);  // --help, --version
        const auto misspelt = misspeltNumber(app, error.what());
        err << "bitdesk: " << printable(misspelt ? *misspelt : error.what() + std::string(". See --help")) << '\n';
        return exitCode(ErrorKind::Usage);
    } catch (const Error& error) {  // of an option that reads its value itself
        err << "bitdesk: " << error.what() << '\n';
        return exitCode(error.kind());
    }
    return guarded(
        [&] {
            const StopOnSignal signals;
            Terminal terminal{out, err, signals.token(), commandLine(argc, argv)};
            for (const auto& [command, run] : prepared)
                if (command->parsed()) {
                    const int code = run(terminal);
                    finishOutput(out);
                    return code;
                }
            return exitCode(ErrorKind::Usage);
        },
        err);
}

}  // namespace bitdesk::cli
