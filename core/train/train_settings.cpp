// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/train_settings.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/setting_name.h"
#include "core/network/catalogue.h"

namespace bitdesk {
namespace {

/// Checkpoints and model files tell settings as they are typed.
const std::string kDashes = "--", kOption = "option." + kDashes, kRate = "rate." + kDashes;
const std::string kQuantizer = "quantizer", kFrom = "from";
const std::string kFirstQuantizer = "floor-nested";  // of checkpoints and texts that do not say

std::vector<std::pair<std::string, std::string>> fixedOptions(const TrainRequest& r) {
    return {{"bits", fmt::format("{}", fmt::join(r.bits, ","))},
            {"float-epochs", std::to_string(r.floatEpochs)},
            {"stage1-epochs", std::to_string(r.activationEpochs)},
            {"stage2-epochs", std::to_string(r.uniformEpochs)},
            {"stage3-epochs", std::to_string(r.mixedEpochs)},
            {"distillation", fmt::format("{}", r.distillation)},
            {"shift", std::to_string(r.shift)},
            {"flip", r.flip ? "true" : "false"},
            {"batch", std::to_string(r.batch)},
            {"seed", std::to_string(r.seed)},
            {"limit", std::to_string(r.limit)}};
}

/// Options that came later: they stand where they say something.
std::vector<std::pair<std::string, std::string>> laterOptions(const TrainRequest& r) {
    std::vector<std::pair<std::string, std::string>> options;
    if (!r.freeze.empty()) options.emplace_back("freeze", fmt::format("{}", fmt::join(r.freeze, ",")));
    if (!r.layerRates.empty()) options.emplace_back("layer-rates", fmt::format("{}", fmt::join(r.layerRates, ",")));
    return options;
}

std::string cut(const std::string& text) {
    constexpr std::size_t kMost = 160;
    const std::string clean = printable(text);
    return clean.size() <= kMost ? clean : clean.substr(0, kMost) + "…";
}

/// The first node, a line each, that is not the same.
std::string networkDifference(const std::string& before, const std::string& now) {
    std::istringstream a(before), b(now);
    std::string lineA, lineB;
    for (;;) {
        const bool moreA = static_cast<bool>(std::getline(a, lineA)), moreB = static_cast<bool>(std::getline(b, lineB));
        if (!moreA && !moreB) return "the network";
        if (moreA && moreB && lineA == lineB) continue;
        const auto trimmed = [](const std::string& line, bool there) {
            const auto begin = line.find_first_not_of(' '), end = line.find_last_not_of(", ");
            return there && begin < end ? cut(line.substr(begin, end - begin + 1)) : std::string("nothing");
        };
        return "the network: " + trimmed(lineA, moreA) + " → " + trimmed(lineB, moreB);
    }
}

std::string dataDifference(const TrainTexts& stored, const TrainTexts& now, const std::string& split) {
    const auto text = [](const TrainTexts& texts, const std::string& key) {
        const auto found = texts.find(key);
        return found == texts.end() ? std::string("?") : cut(found->second);
    };
    std::string said = fmt::format("the {} images: hash {:.12} → {:.12}", split, text(stored, "hash." + split),
                                   text(now, "hash." + split));
    for (const char* key : {"data", "preparation"})
        if (stored.contains(key) && text(stored, key) != text(now, key))
            said += fmt::format(", {} → {}", text(stored, key), text(now, key));
    return said;
}

/// The part of the first version's line from `begin` to `end`.
std::string between(const std::string& line, const std::string& begin, const std::string& end) {
    const auto from = line.find(begin);
    if (from == std::string::npos) return {};
    const auto first = from + begin.size(), last = end.empty() ? std::string::npos : line.find(end, first);
    return line.substr(first, last == std::string::npos ? last : last - first);
}

std::vector<std::string> splitAt(const std::string& text, char separator) {
    std::vector<std::string> items;
    std::istringstream stream(text);
    for (std::string item; std::getline(stream, item, separator);) items.push_back(item);
    return items;
}

bool stageIsOver(const RateOption& option, const std::vector<StagePlan>& plans, std::size_t stage) {
    if (!option.stage) return stage >= plans.size();
    const auto plan = std::ranges::find(plans, *option.stage, &StagePlan::stage);
    return plan != plans.end() && static_cast<std::size_t>(plan - plans.begin()) < stage;
}

}  // namespace

std::span<const RateOption> rateOptions() {
    static constexpr std::array kOptions{
        RateOption{"float-rate", &TrainRequest::floatRate, 0.1, TrainStage::Float},
        RateOption{"stage1-rate", &TrainRequest::activationRate, 0.05, TrainStage::Activations},
        RateOption{"stage2-rate", &TrainRequest::uniformRate, 0.05, TrainStage::Uniform},
        RateOption{"stage3-rate", &TrainRequest::mixedRate, 0.05, TrainStage::Mixed},
        RateOption{"weight-decay", &TrainRequest::weightDecay, 1e-4, std::nullopt}};
    return kOptions;
}

TrainTexts settingsOf(const TrainRequest& request, const TrainInputs& inputs) {
    TrainTexts texts{{"bitdesk.checkpoint", "2"},
                     {"network", networkTemplate(inputs.network)},
                     {"network.name", request.network},
                     {"data", inputs.train->name()},
                     {"preparation", inputs.train->description().preprocessing},
                     {"hash.train", inputs.train->hash()},
                     {"hash.val", inputs.val->hash()},
                     {"hash.test", inputs.testHash},
                     {"classes", sha256(fmt::format("{}", fmt::join(inputs.train->classNames(), "\n")))}};
    for (const auto& [name, value] : fixedOptions(request)) texts[kOption + name] = value;
    for (const char* name : {"freeze", "layer-rates"}) texts[kOption + name] = "";
    for (const auto& [name, value] : laterOptions(request)) texts[kOption + name] = value;
    texts[kOption + kFrom] = inputs.start != nullptr ? inputs.start->hash : "";
    texts[kOption + kQuantizer] = request.quantizer;
    for (const RateOption& rate : rateOptions())
        texts[kRate + rate.option] = fmt::format("{}", (request.*rate.value).value());
    return texts;
}

std::string optionsText(const TrainRequest& request) {
    std::string text =
        kDashes + (request.from.empty() ? "network " + request.network : "from " + request.from.string());
    for (const auto& [name, value] : fixedOptions(request)) text += " " + kDashes + name + " " + value;
    for (const auto& [name, value] : laterOptions(request)) text += " " + kDashes + name + " " + value;
    if (request.quantizer != kFirstQuantizer) text += " " + kDashes + kQuantizer + " " + request.quantizer;
    for (const RateOption& rate : rateOptions())
        text += fmt::format(" {}{} {}", kDashes, rate.option, (request.*rate.value).value());
    return text;
}

TrainTexts upgradedSettings(TrainTexts stored, const std::string& where) {
    const std::string version = storedText(stored, "bitdesk.checkpoint", where);
    stored.try_emplace(kOption + kQuantizer, kFirstQuantizer);
    for (const std::string& name : {std::string("freeze"), std::string("layer-rates"), kFrom})
        stored.try_emplace(kOption + name, "");
    if (version == "2") return stored;
    if (!version.starts_with("1 network="))
        throw Error(ErrorKind::BadInput, where, "is a checkpoint of a version that is not known: " + cut(version),
                    trainAnew());
    const std::string network = between(version, "network=", " train=");
    if (namesNetworkFile(network))
        throw Error(ErrorKind::BadInput, where,
                    "was begun by an earlier version, which kept the name of the network's file alone: whether " +
                        cut(network) + " is still the same cannot be told",
                    trainAnew());
    stored["network.name"] = network;
    stored["hash.train"] = between(version, " train=", " val=");
    stored["hash.val"] = between(version, " val=", " bits=");
    std::string bits = between(version, " bits=", " epochs=");
    std::ranges::replace(bits, '+', ',');
    stored[kOption + "bits"] = bits;
    const auto epochs = splitAt(between(version, " epochs=", " rates="), ',');
    const auto rates = splitAt(between(version, " rates=", " decay="), ',');
    if (epochs.size() != 4 || rates.size() != 4)
        throw Error(ErrorKind::BadInput, where, "is no checkpoint of a training", trainAnew());
    const std::array kEpochs{"float-epochs", "stage1-epochs", "stage2-epochs", "stage3-epochs"};
    for (std::size_t i = 0; i < 4; ++i) {
        stored[kOption + kEpochs[i]] = epochs[i];
        stored[kRate + rateOptions()[i].option] = rates[i];
    }
    stored[kRate + "weight-decay"] = between(version, " decay=", " distillation=");
    for (const char* name : {"distillation", "shift", "flip", "batch", "seed", "limit"})
        stored[kOption + name] = between(version, fmt::format(" {}=", name), " ");
    return stored;
}

void requireSameTraining(const TrainTexts& stored, const TrainTexts& now, const std::string& where) {
    std::vector<std::string> differences;
    for (const auto& [key, value] : now) {
        if (!key.starts_with(kOption)) continue;
        const std::string& before = storedText(stored, key, where);
        if (before != value)
            differences.push_back(
                fmt::format("{} {} → {}", settingName(key.substr(kOption.size())), cut(before), value));
    }
    // The first version kept a catalogue's name alone.
    const auto network = stored.find("network");
    const std::string& name = storedText(stored, "network.name", where);
    if (network == stored.end() && name != now.at("network.name"))
        differences.push_back(settingName("network") + " " + cut(name) + " → " + now.at("network.name"));
    if (network != stored.end() && network->second != now.at("network"))
        differences.push_back(networkDifference(network->second, now.at("network")));
    for (const std::string split : {"train", "val"})
        if (storedText(stored, "hash." + split, where) != now.at("hash." + split))
            differences.push_back(dataDifference(stored, now, split));
    // An array's hash is of numbers alone: its classes may have got other names.
    const auto classes = stored.find("classes");
    if (classes != stored.end() && classes->second != now.at("classes"))
        differences.emplace_back("the names of the classes");
    if (!differences.empty())
        throw Error(ErrorKind::BadInput, where,
                    fmt::format("belongs to a training with other options or inputs: {}", fmt::join(differences, "; ")),
                    "Go on with those it was begun with, or train anew with " + settingName("overwrite"));
}

void checkRates(const TrainRequest& request) {
    for (const RateOption& rate : rateOptions()) {
        const std::optional<double> value = request.*rate.value;
        if (!value) continue;
        const bool isDecay = !rate.stage;
        if (!std::isfinite(*value) || *value < 0 || (*value == 0 && !isDecay) || *value > (isDecay ? 1 : 10))
            throw Error(ErrorKind::Usage, settingName(rate.option),
                        isDecay ? "must be between 0 and 1" : "a learning rate must be above 0 and at most 10");
    }
}

void fillRates(TrainRequest& request) {
    for (const RateOption& rate : rateOptions()) request.*rate.value = (request.*rate.value).value_or(rate.fallback);
}

std::string resumeRates(TrainRequest& request, const TrainTexts& stored, const std::vector<StagePlan>& plans,
                        std::size_t stage, std::vector<std::string>& notes, const std::string& where) {
    std::string changes;
    for (const RateOption& rate : rateOptions()) {
        const double before = storedNumber(stored, kRate + rate.option, 0, 10, where);
        std::optional<double>& value = request.*rate.value;
        const double wanted = value.value_or(before);
        value = before;
        if (wanted == before) continue;
        if (stageIsOver(rate, plans, stage)) {
            notes.push_back(fmt::format("{} {} has no effect: what it was for was trained with {} already.",
                                        settingName(rate.option), wanted, before));
            continue;
        }
        value = wanted;
        changes += fmt::format("{}{} {} → {}", changes.empty() ? "" : ", ", settingName(rate.option), before, wanted);
    }
    return changes;
}

std::string trainAnew() { return "Train anew with " + settingName("overwrite"); }

const std::string& storedText(const TrainTexts& texts, const std::string& key, const std::string& where) {
    const auto found = texts.find(key);
    if (found == texts.end())
        throw Error(ErrorKind::BadInput, where, "the checkpoint lacks '" + key + "'", trainAnew());
    return found->second;
}

std::uint64_t storedWord(const TrainTexts& texts, const std::string& key, const std::string& where) {
    const std::string& text = storedText(texts, key, where);
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size())
        throw Error(ErrorKind::BadInput, where, "the checkpoint's '" + key + "' is no number", trainAnew());
    return value;
}

double storedNumber(const TrainTexts& texts, const std::string& key, double least, double most,
                    const std::string& where) {
    const std::string& text = storedText(texts, key, where);
    double value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || !(value >= least && value <= most))
        throw Error(ErrorKind::BadInput, where, "the checkpoint's '" + key + "' is not possible: " + cut(text),
                    trainAnew());
    return value;
}

}  // namespace bitdesk
