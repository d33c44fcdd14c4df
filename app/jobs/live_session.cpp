// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/live_session.h"

#include <utility>

#include "core/base/error.h"
#include "core/network/cost.h"

namespace bitdesk::jobs {
namespace {

constexpr double kUpdateEvery = 0.03;  // seconds between streamed updates: faster than an eye follows

/// How the images seen so far differ from a reference mix's verdicts on the same images.
std::optional<AccuracyComparison> compare(const std::vector<std::uint8_t>& reference,
                                          std::span<const std::uint8_t> mask) {
    if (reference.size() < mask.size() || mask.empty()) return std::nullopt;
    return compareAccuracy(reference, mask);
}

}  // namespace

/// What one worker keeps between requests; used by its thread alone.
struct LiveSession::Worker {
    explicit Worker(LiveSession& owner) : session(owner) {}

    LiveSession& session;
    std::unique_ptr<Executor> executor;
    bool prepared = false;            // for every mix; a change of the mix may have cancelled that
    bool lookedUp = false;            // the store was asked for the layer table
    std::optional<LayerTable> table;  // which was told, and holds as far as is known
    PrefixCache prefixes;             // of that executor
    /// A finished mix and its verdicts.
    struct Finished {
        BitConfiguration bits;
        std::vector<std::uint8_t> verdicts;
    };
    Finished last, before;  // the last finished mix, and the last one that was another
    std::optional<BitConfiguration> pinnedBits;
    std::vector<std::uint8_t> pinned;  // verdicts of the baseline, once known

    EvaluateRequest requestFor(const BitConfiguration& bits) const {
        const Setup& setup = session.m_setup;
        return {.model = setup.model,
                .data = setup.data,
                .bits = bits,
                .device = setup.device,
                .options = setup.options,
                .priority = ComputePriority::Interactive,
                .reuseStored = true};
    }

    JobContext context(std::stop_token stop) {
        return {.store = session.m_setup.store,
                .arbiter = session.m_setup.arbiter,
                .progress = {},
                .stop = std::move(stop),
                .prefixes = &prefixes,
                .later = [sink = session.m_sink](const std::string& failure) {
                    sink(LiveFailure{0, failure});
                }};
    }

    void refreshPinned(const std::optional<BitConfiguration>& bits) {
        if (bits == pinnedBits && !(bits && pinned.empty())) return;
        pinnedBits = bits;
        pinned.clear();
        if (!bits) return;
        if (const auto stored = findStored(requestFor(*bits), context({}))) pinned = stored->correctMask;
    }

    /// What a mix is compared with: never with itself, except where it is the pinned one.
    const std::vector<std::uint8_t>& reference(const BitConfiguration& bits) const {
        if (pinnedBits) return pinned;
        return last.bits == bits ? before.verdicts : last.verdicts;
    }
    std::optional<BitConfiguration> referenceBits(const BitConfiguration& bits) const {
        if (pinnedBits) return *pinnedBits == bits ? std::nullopt : pinnedBits;
        const BitConfiguration& other = last.bits == bits ? before.bits : last.bits;
        return other.size() == 0 ? std::nullopt : std::optional(other);
    }

    void remember(const BitConfiguration& bits, const std::vector<std::uint8_t>& verdicts) {
        if (!(last.bits == bits)) before = std::exchange(last, {bits, verdicts});
        if (pinnedBits == bits) pinned = verdicts;
    }

    /// A baseline that was pinned before it was finished: evaluated when the hand rests.
    bool completePinned(const std::stop_token& stop) {
        if (!pinnedBits || !pinned.empty()) return false;
        const EvaluateResult result = evaluateMix(requestFor(*pinnedBits), *executor, context(stop));
        pinned = result.evaluation.correctMask;
        tellNotStored(result.notStored);
        return true;
    }

    LiveUpdate start(const Request& request) const {
        const Network& network = session.m_setup.model->network;
        LiveUpdate update;
        update.generation = request.generation;
        update.bits = request.bits;
        update.bitops = bitOps(network, request.bits);
        update.weightBytes = weightBytes(network, request.bits);
        update.normBytes = normBytes(*session.m_setup.model);
        return update;
    }

    /// The figure is known and shown; that it is not kept is told beside it.
    void tellNotStored(const std::exception_ptr& failure) const {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            session.m_sink(LiveFailure{0, error.what()});
        }
    }

    void evaluate(const Request& request, const std::stop_token& stop) {
        if (executor == nullptr) {
            const Setup& setup = session.m_setup;
            executor =
                makeExecutor(*setup.model, setup.device, setup.arbiter != nullptr ? setup.arbiter->threads() : 0);
        }
        if (!prepared) executor->prepareAll(stop);
        prepared = true;
        tellStoredTable(stop);
        LiveUpdate update = start(request);
        double shown = -1;
        const auto onBatch = [&](const PartialEvaluation& partial) {
            const bool complete = partial.seen == partial.total;  // told below, with its row in the store
            if (complete || stop.stop_requested() || (shown >= 0 && partial.seconds - shown < kUpdateEvery)) return;
            shown = partial.seconds;
            update.correct = partial.correct;
            update.seen = partial.seen;
            update.total = partial.total;
            update.seconds = partial.seconds;
            update.difference = compare(reference(request.bits), partial.correctMask);
            session.m_sink(update);
        };
        EvaluateResult result = evaluateMix(requestFor(request.bits), *executor, context(stop), onBatch);
        const Evaluation& e = result.evaluation;
        static_cast<EvaluationSummary&>(update) = e;
        update.seen = e.total;
        update.seconds = e.seconds;
        remember(request.bits, e.correctMask);
        update.difference = compare(reference(request.bits), e.correctMask);
        update.finished = true;
        update.fromStore = result.fromStore;
        session.m_sink(update);
        tellNotStored(result.notStored);
        if (!completePinned(stop)) return;
        update.difference = compare(reference(request.bits), e.correctMask);
        session.m_sink(update);
    }

    /// The table that predictions come from, if the store has it already: asked once, as a hand moves often.
    void tellStoredTable(const std::stop_token& stop) {
        if (std::exchange(lookedUp, true)) return;
        if (auto stored = findLayerTable(tableRequest(), *executor, context(stop))) tellTable(std::move(*stored));
    }

    void measure(const Request& request, const std::stop_token& stop) {
        ProfileRequest profile{.model = session.m_setup.model,
                               .configurations = {request.bits},
                               .device = session.m_setup.device,
                               .batch = 1,
                               .options = {},
                               .margin = LatencyLimits().margin,
                               .energy = false,
                               .traceRuns = 0};
        profile.options.leadIns = 1;
        profile.options.stop = {.noise = 0.005, .fewest = 30, .most = 20'000, .maxSeconds = 2, .minSeconds = 0.3};
        // The reference comes first: verdicts are against it.
        const auto other = referenceBits(request.bits);
        if (other) profile.configurations.insert(profile.configurations.begin(), *other);
        ProfileResult result = profileMixes(profile, *executor, context(stop));
        LiveLatency latency{.generation = request.generation,
                            .measurement = std::move(result.runs.back()),
                            .reference = {},
                            .comparison = {},
                            .conditions = summary(result.conditions)};
        if (other) {
            latency.reference = std::move(result.runs.front());
            latency.comparison = std::move(result.againstFirst.back());
        }
        session.m_sink(std::move(latency));
        tellNotStored(result.notStored);
        // The host moved the CPUs: predictions are of another machine now.
        if (table && !fitsHandover(*table, result.conditions.after.handoverNs)) table.reset();
    }

    /// Once a session and state of the machine, where the store has none. Of simulated bits there is nothing to
    /// predict.
    void measureTable(const std::stop_token& stop) {
        if (table || executor->traits().simulated) return;
        LayerTableResult result = measureLayerTable(tableRequest(), *executor, context(stop));
        tellTable(std::move(result.table));
        tellNotStored(result.notStored);
    }

private:
    LayerTableRequest tableRequest() const {
        return {.model = session.m_setup.model, .device = session.m_setup.device, .batch = 1, .options = {}};
    }
    void tellTable(LayerTable found) {
        table = found;
        session.m_sink(LiveLayerTable{std::move(found)});
    }
};

EvaluationOptions liveOptions() {
    EvaluationOptions options;
    options.firstBatch = 16;
    options.batch = 64;
    return options;
}

LiveSession::LiveSession(Setup setup, std::function<void(const LiveEvent&)> sink)
    : m_setup(std::move(setup)), m_sink(std::move(sink)), m_thread([this](std::stop_token stop) { work(stop); }) {}

LiveSession::~LiveSession() {
    m_thread.request_stop();
    cancel();
    m_thread.join();
}

std::uint64_t LiveSession::submit(const BitConfiguration& bits) {
    std::uint64_t generation = 0;
    {
        const std::scoped_lock lock(m_mutex);
        generation = ++m_generation;
        m_next = Request{generation, bits};
        m_current.request_stop();
    }
    m_changed.notify_all();
    return generation;
}

void LiveSession::pinBaseline(std::optional<BitConfiguration> bits) {
    const std::scoped_lock lock(m_mutex);
    m_pinned = std::move(bits);
}

void LiveSession::cancel() {
    const std::scoped_lock lock(m_mutex);
    m_next.reset();
    m_current.request_stop();
}

void LiveSession::work(std::stop_token stop) {
    Worker worker(*this);
    for (;;) {
        Request request;
        std::stop_token current;
        std::optional<BitConfiguration> pinned;
        {
            std::unique_lock lock(m_mutex);
            if (!m_changed.wait(lock, stop, [this] { return m_next.has_value(); })) return;
            request = *m_next;
            m_next.reset();
            m_current = std::stop_source();
            current = m_current.get_token();
            pinned = m_pinned;
        }
        try {
            worker.refreshPinned(pinned);
            worker.evaluate(request, current);
            if (!m_setup.measureLatency) continue;
            worker.measure(request, current);
            worker.measureTable(current);
        } catch (const Cancelled&) {
            // a newer mix waits, or nobody wants this one any more
        } catch (const std::exception& error) {
            m_sink(LiveFailure{request.generation, error.what()});
        }
    }
}

}  // namespace bitdesk::jobs
