// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/train/schedule.h"
#include "core/train/train_inputs.h"

namespace bitdesk {

/// A checkpoint's texts by key.
using TrainTexts = std::map<std::string, std::string>;

/// What a checkpoint keeps of its training: options and rates as they are typed; of the network and the images what
/// they are, not where they lie. The rates must be there.
TrainTexts settingsOf(const TrainRequest& request, const TrainInputs& inputs);
/// All options, for people: "--bits 2,3,4 --float-epochs 6 …", as they are typed.
std::string optionsText(const TrainRequest& request);

/// Brings what a checkpoint of an earlier version tells of its training to the keys of now.
TrainTexts upgradedSettings(TrainTexts stored, const std::string& where);

/// Throws Error (BadInput) that says what differs, old → new, unless both are of one training; rates may differ.
void requireSameTraining(const TrainTexts& stored, const TrainTexts& now, const std::string& where);

/// Throws Error (Usage) for a rate that is out of its range.
void checkRates(const TrainRequest& request);
/// Gives every rate its default where the request has none.
void fillRates(TrainRequest& request);
/// The same from a checkpoint whose training is in the given stage; what is behind cannot change any more. Returns what
/// changes from here on ("--stage2-rate 0.05 → 0.005"), empty: nothing; tells in `notes` what has no effect.
std::string resumeRates(TrainRequest& request, const TrainTexts& stored, const std::vector<StagePlan>& plans,
                        std::size_t stage, std::vector<std::string>& notes, const std::string& where);

/// What to do where a checkpoint is of no use.
std::string trainAnew();

/// A number of a checkpoint. Throws Error (BadInput) where it is missing, no number, or not within.
double storedNumber(const TrainTexts& texts, const std::string& key, double least, double most,
                    const std::string& where);
/// A whole number of 64 bits, the same.
std::uint64_t storedWord(const TrainTexts& texts, const std::string& key, const std::string& where);
const std::string& storedText(const TrainTexts& texts, const std::string& key, const std::string& where);

}  // namespace bitdesk
