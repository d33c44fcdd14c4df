// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>

#include "app/jobs/evaluate_job.h"
#include "app/jobs/layer_table_job.h"
#include "app/jobs/profile_job.h"
#include "core/statistics/verdicts.h"

namespace bitdesk::jobs {

/// What follows the hand: what the evaluation of a mix came to so far. Costs are known at once; `correct` is of `seen`
/// images out of `total`. `generation` is the number that submit() returned; receivers drop older ones.
struct LiveUpdate : EvaluationSummary {
    std::uint64_t generation = 0;
    std::int64_t seen = 0;
    /// Against the reference mix on the same images (pinned baseline, else the previous finished mix), when it is
    /// known.
    std::optional<AccuracyComparison> difference;
    /// All images seen. Told again with the difference where the baseline had to be evaluated first.
    bool finished = false;
    bool fromStore = false;
    double seconds = 0;
};

/// Latency of a mix, taken when the hand rests, interleaved with that of the reference mix where there is one.
struct LiveLatency {
    std::uint64_t generation = 0;
    Measurement measurement;
    std::optional<Measurement> reference;
    std::optional<LatencyComparison> comparison;  ///< against the reference
    std::string conditions;                       ///< one line for a status bar
};

/// The layer table of the session's model: out of the store when the session starts, else measured at the first rest.
struct LiveLayerTable {
    LayerTable table;
};

struct LiveFailure {
    std::uint64_t generation = 0;  ///< 0: of whichever mix; it could not be stored
    std::string message;
};

using LiveEvent = std::variant<LiveUpdate, LiveLatency, LiveLayerTable, LiveFailure>;

/// How the live evaluation walks the images: a small first mini-batch, so that the first estimate comes soon.
EvaluationOptions liveOptions();

/// One worker thread; the latest submitted mix wins: submitting cancels the evaluation in hand at its next
/// mini-batch. After a finished evaluation the mix's latency is measured, and once, if the store has none, the layer
/// table (again where the CPUs came to lie otherwise), unless a new mix was submitted.
/// Knows no Qt; the sink is called on the worker thread.
class LiveSession {
public:
    struct Setup {
        std::shared_ptr<const MetaModel> model;
        std::shared_ptr<const DataSet> data;
        DeviceChoice device;
        EvaluationOptions options;  ///< firstBatch gives the quick first estimate
        StoreThread* store = nullptr;
        ComputeArbiter* arbiter = nullptr;
        bool measureLatency = true;
    };

    LiveSession(Setup setup, std::function<void(const LiveEvent&)> sink);
    ~LiveSession();  ///< cancels and joins

    /// Thread-safe and immediate. Returns the generation of this mix.
    std::uint64_t submit(const BitConfiguration& bits);
    /// The mix that differences are taken against; empty: the previous finished one.
    void pinBaseline(std::optional<BitConfiguration> bits);
    /// Stops what is running; nothing of it is stored.
    void cancel();

    const Setup& setup() const { return m_setup; }

private:
    struct Request {
        std::uint64_t generation = 0;
        BitConfiguration bits;
    };
    struct Worker;
    void work(std::stop_token stop);

    Setup m_setup;
    std::function<void(const LiveEvent&)> m_sink;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::optional<Request> m_next;
    std::optional<BitConfiguration> m_pinned;
    std::stop_source m_current;
    std::uint64_t m_generation = 0;
    std::jthread m_thread;  // last: starts when everything above is there
};

}  // namespace bitdesk::jobs
