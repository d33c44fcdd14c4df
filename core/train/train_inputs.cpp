// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/train_inputs.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/base/setting_name.h"
#include "core/evaluate/evaluator.h"
#include "core/model/model_file.h"
#include "core/network/catalogue.h"

namespace bitdesk {
namespace {

/// A folder's images are brought to the input of a network that has one, and classes to those of a model.
DataRequest dataRequestOf(const TrainRequest& request, const MetaModel* start, const std::stop_token& stop,
                          const ProgressSink& progress) {
    DataRequest data{.choices = request.choices, .stop = stop, .progress = progress};
    if (start != nullptr) {
        data = requestOf(*start, request.choices);
        data.stop = stop;
        data.progress = progress;
    } else if (request.input) data.shape = imageShapeOf(*request.input);
    else if (namesNetworkFile(request.network)) data.shape = imageShapeOf(openNetwork(request.network).inputShape());
    return data;
}

/// A part whose figures stand beside those of the training images.
void checkPart(const DataSet& part, const DataSet& train) {
    const std::string where = part.name(), name = splitName(part.split());
    if (part.shape() != train.shape())
        throw Error(ErrorKind::BadInput, where,
                    fmt::format("the images of its {} part are {}, those of its train part {}", name,
                                toText(part.shape()), toText(train.shape())));
    if (part.classNames().size() > train.classNames().size())
        throw Error(ErrorKind::BadInput, where,
                    fmt::format("its {} part has {} classes, its train part {}", name, part.classNames().size(),
                                train.classNames().size()),
                    "Every class needs training images");
    // A part that lacks the last classes of an array may know fewer.
    const auto differs = std::ranges::mismatch(part.classNames(), train.classNames());
    if (differs.in1 != part.classNames().end())
        throw Error(ErrorKind::BadInput, where,
                    fmt::format("class {} is '{}' in its {} part and '{}' in its train part",
                                differs.in1 - part.classNames().begin(), *differs.in1, name, *differs.in2));
}

/// What there is to know of a part: what was passed over, what cannot be read and is left out, …
void tellOf(const DataSet& part, TrainInputs& inputs) {
    const char* name = splitName(part.split());
    for (const std::string& note : part.description().notes)
        inputs.notes.push_back(fmt::format("{}: {}.", name, printable(note)));
    const std::int64_t skipped = part.description().skipped;
    if (skipped > 0) inputs.skipped += fmt::format("{}{} of {}", inputs.skipped.empty() ? "" : ", ", skipped, name);
}

/// Nothing where there is none, or where it would be the validation images under another name.
void lookAtTestPart(const TrainRequest& request, const DataRequest& data, TrainInputs& inputs) {
    const auto splits = splitsOf(request.data);
    if (std::ranges::find(splits, Split::Test) != splits.end()) {
        const auto test = openDataSet(request.data, Split::Test, data);
        checkPart(*test, *inputs.train);
        tellOf(*test, inputs);
        if (test->hash() != inputs.val->hash()) {
            inputs.testImages = test->size();
            inputs.testHash = test->hash();
            return;
        }
    }
    inputs.notes.emplace_back("There is no test part: the model will have no test figure, those of val alone.");
}

void chooseImages(const TrainRequest& request, TrainInputs& inputs) {
    const std::int64_t size = inputs.train->size();
    inputs.indices = permutation(size, request.seed);
    if (request.limit > 0 && request.limit < size) inputs.indices.resize(static_cast<std::size_t>(request.limit));
    const auto count = static_cast<std::int64_t>(inputs.indices.size());
    if (count < 2) {
        const std::string where =
            request.limit > 0 ? fmt::format("{} {}", settingName("limit"), request.limit) : inputs.train->name();
        throw Error(ErrorKind::BadInput, where,
                    fmt::format("leaves {} training image: batch norms take the variance of two at least", count),
                    "Train with more images");
    }
    inputs.batch = std::min<std::int64_t>(request.batch, count);
    if (inputs.batch < request.batch)
        inputs.notes.push_back(fmt::format("{} {} is more than the {} training images: each step takes all.",
                                           settingName("batch"), request.batch, count));
}

void tellEmptyClasses(TrainInputs& inputs) {
    std::vector<std::int64_t> counts(inputs.train->classNames().size());
    for (const std::int64_t index : inputs.indices) ++counts[static_cast<std::size_t>(inputs.train->label(index))];
    constexpr std::size_t kShown = 6;
    std::size_t empty = 0;
    std::string names;
    for (std::size_t c = 0; c < counts.size(); ++c) {
        if (counts[c] > 0) continue;
        if (++empty <= kShown) names += (empty > 1 ? ", " : "") + printable(inputs.train->classNames()[c]);
    }
    if (empty == 0) return;
    inputs.notes.push_back(fmt::format("{} of {} classes have no training image: {}{}.", empty, counts.size(), names,
                                       empty > kShown ? ", …" : ""));
}

std::shared_ptr<const MetaModel> startOf(const TrainRequest& request) {
    if (request.from.empty()) {
        // A slip of the pen, before data are read.
        if (!namesNetworkFile(request.network)) findNetwork(request.network);
        return nullptr;
    }
    if (request.input)
        throw Error(ErrorKind::Usage, settingName("input"), "does not go with " + settingName("from"),
                    "The model has its own");
    return std::make_shared<const MetaModel>(readModel(request.from));
}

/// The network comes last: a catalogue's is built for the images.
Network networkFor(const TrainRequest& request, const DataSet& train) {
    const Shape input{train.height(), train.width(), train.channels()};
    if (request.input && *request.input != input)
        throw Error(ErrorKind::BadInput, train.name(),
                    "its images are " + toText(input) + " and taken as they are; " + settingName("input") + " says " +
                        toText(*request.input));
    return openNetwork(request.network, input, static_cast<int>(train.classNames().size()));
}

}  // namespace

TrainInputs openTrainInputs(const TrainRequest& request, const std::stop_token& stop, const ProgressSink& progress) {
    const auto start = startOf(request);
    const DataRequest data = dataRequestOf(request, start.get(), stop, progress);
    auto train = openDataSet(request.data, Split::Train, data);
    auto val = openDataSet(request.data, Split::Val, data);
    TrainInputs inputs{.train = train,
                       .val = std::move(val),
                       .testImages = 0,
                       .testHash = {},
                       .skipped = {},
                       .network = start != nullptr ? start->network : networkFor(request, *train),
                       .start = start,
                       .indices = {},
                       .batch = 0,
                       .notes = {}};
    if (start != nullptr) checkDataFitsModel(*train, *start);
    checkPart(*inputs.val, *train);
    tellOf(*train, inputs);
    tellOf(*inputs.val, inputs);
    lookAtTestPart(request, data, inputs);
    chooseImages(request, inputs);
    tellEmptyClasses(inputs);
    return inputs;
}

std::shared_ptr<const DataSet> openTestPart(const TrainRequest& request, const TrainInputs& inputs,
                                            const std::stop_token& stop, const ProgressSink& progress) {
    auto test = openDataSet(request.data, Split::Test, dataRequestOf(request, inputs.start.get(), stop, progress));
    if (test->hash() != inputs.testHash)
        throw Error(ErrorKind::BadInput, test->name(), "its test part has changed since the training began",
                    "The same command with " + settingName("resume") + " goes on with what is there now");
    return test;
}

}  // namespace bitdesk
