// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/jobs/sweep_job.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>
#include <type_traits>

#include "app/jobs/settings.h"
#include "app/jobs/sweep_workers.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/evaluate/sweep.h"
#include "core/network/cost.h"
#include "core/results/trade_off.h"

namespace bitdesk::jobs {
namespace {

constexpr const char* kKind = "sweep";
constexpr const auto& kLatencyWords = kLatencyOfSetting.kind.words;
static_assert(kLatencyWords.size() == 1 + static_cast<std::size_t>(LatencyOf::All));

/// Of no mix.
EvaluationKey keyOfContent(const SweepRequest& request) { return keyOf(evaluationOf(request, {})); }

/// A sweep that measures is another work with each other setting of that; of one that does not, nothing is told but so.
void addLatency(nlohmann::ordered_json& json, const SweepLatency& latency) {
    const SweepLatency usual;
    eachSetting(kLatencySettings, [&](const auto& row) {
        const auto& value = row.of(latency);
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, LatencyOf>) json[row.inJob.key] = toText(value);
        else if (latency.latency != LatencyOf::None && (row.inJob.always || value != row.of(usual)))
            json[row.inJob.key] = value;
    });
}

/// What makes two sweeps the same work, by content; which ranks share it, on how many threads, does not.
nlohmann::ordered_json contentOf(const SweepRequest& request) {
    Sha256 hash;
    for (const BitConfiguration& bits : request.configurations) hash.update(toText(bits) + "\n");
    const EvaluationKey key = keyOfContent(request);
    nlohmann::ordered_json json{{"model_hash", key.modelHash},
                                {"data_hash", key.dataHash},
                                {"split", key.split},
                                {"images", key.subset},
                                {"order_seed", key.orderSeed},
                                {"numerics", key.numericsVersion},
                                {"configurations", request.configurations.size()},
                                {"configurations_hash", hash.hex()},
                                {"device", request.device.device},
                                {"backend", backendOf(request.device)},
                                {"latency", toText(request.latency)}};
    addLatency(json, request);
    return json;
}

/// The content, and the names under which it was found: those are for readers, since a file may be moved.
std::string describe(const SweepRequest& request) {
    nlohmann::ordered_json json{{"model", request.model->name}, {"data", request.data->name()}};
    json.update(contentOf(request));
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// The newest job of the same content, whatever its files were called.
std::optional<StoredJob> findSame(Store& store, const SweepRequest& request) {
    const nlohmann::json content = contentOf(request);
    for (StoredJob& job : store.jobs()) {
        if (job.kind != kKind) continue;
        nlohmann::json stored = nlohmann::json::parse(job.request, nullptr, false);
        if (!stored.is_object()) continue;
        stored.erase("model");
        stored.erase("data");
        if (stored == content) return std::move(job);
    }
    return std::nullopt;
}

/// What a sweep saves at most by sharing first layers, in multiplications.
double boundOf(const SweepRequest& request, const std::vector<BitConfiguration>& mixes, std::size_t subtree) {
    constexpr std::size_t kMost = 20'000;  // a second's work
    if (mixes.empty() || mixes.size() > kMost) return 1;
    const auto& layers = request.model->network.layers();
    const auto macs = [&](const ExecutionPlan& plan, std::size_t s) {
        const int layer = plan.steps[s].layer;
        return layer >= 0 ? static_cast<double>(layers[static_cast<std::size_t>(layer)].macs) : 0.0;
    };
    return sweepBound(*request.model, mixes, subtree, macs).ratio();
}

class RunOfSweep {
public:
    RunOfSweep(const SweepRequest& request, const JobContext& context)
        : m_request(request), m_context(context), m_positions(partOf(request.configurations, request.rank)) {}

    SweepResult run() {
        begin();
        try {
            lookUp();
            evaluate();
            summarize();
            if (!m_request.rank.shared()) measure();
        } catch (const Cancelled&) {
            end(JobState::Cancelled);
            throw;
        } catch (...) {
            tryToEnd(JobState::Failed);
            throw;
        }
        end(JobState::Done);
        return std::move(m_result);
    }

private:
    template <typename Task>
    auto stored(Task task) {
        return m_context.store->post(std::move(task)).get();
    }

    void begin() {
        // What is in the store already was perhaps found under other names.
        stored([&](Store& store) {
            store.setNames(keyOfContent(m_request), m_request.model->name, m_request.data->name());
        });
        if (m_request.resume)
            if (const auto job = stored([&](Store& store) { return findSame(store, m_request); })) {
                m_result.job = job->id;
                end(JobState::Running);
                return;
            }
        m_result.job = stored([&](Store& store) { return store.beginJob(kKind, describe(m_request)); });
    }

    void end(JobState state) {
        stored([&](Store& store) { store.setJobState(m_result.job, state); });
    }

    /// A store that failed cannot say so.
    void tryToEnd(JobState state) noexcept {
        try {
            end(state);
        } catch (const std::exception&) {
            return;
        }
    }

    EvaluateRequest requestOf(std::size_t position) const {
        return evaluationOf(m_request, m_request.configurations[position]);
    }

    /// What the store has already: of this job, or of any other work.
    void lookUp() {
        const auto known = stored([&](Store& store) { return store.jobItems(m_result.job); });
        std::vector<JobItem> byPosition(m_request.configurations.size());
        for (const JobItem& item : known)
            if (item.position >= 0 && item.position < static_cast<std::int64_t>(byPosition.size()))
                byPosition[static_cast<std::size_t>(item.position)] = item;
        m_result.items = stored([&](Store& store) {
            std::vector<JobItem> items;
            for (const std::size_t position : m_positions) {
                JobItem item = byPosition[position];
                item.position = static_cast<std::int64_t>(position);
                item.bits = m_request.configurations[position];
                if (item.evaluation == 0) item.evaluation = store.findId(keyOf(requestOf(position)));
                items.push_back(std::move(item));
            }
            return items;
        });
        for (const JobItem& item : m_result.items) {
            m_result.fromStore += item.evaluation > 0 ? 1 : 0;
            m_result.measuredBefore += item.measurement > 0 ? 1 : 0;
        }
        stored([&](Store& store) { store.finishItems(m_result.job, m_result.items); });
    }

    void evaluate() {
        std::vector<std::size_t> missing;  // indices of items
        for (std::size_t i = 0; i < m_result.items.size(); ++i)
            if (m_result.items[i].evaluation == 0) missing.push_back(i);
        if (missing.empty()) return;
        std::vector<BitConfiguration> mixes;
        mixes.reserve(missing.size());
        for (const std::size_t i : missing) mixes.push_back(m_result.items[i].bits);
        const auto finished = [&](const Executor& executor, const std::vector<std::size_t>& indices,
                                  std::vector<EvaluationOutcome> outcomes) {
            save(executor, missing, indices, std::move(outcomes));
        };
        static_cast<WorkersResult&>(m_result) = evaluateInParallel(m_request, mixes, m_context, finished);
        m_result.evaluated = static_cast<std::int64_t>(missing.size());
        m_result.trieBound = boundOf(m_request, mixes, kLargestSubtree);
    }

    /// Called by one worker at a time.
    void save(const Executor& executor, const std::vector<std::size_t>& missing,
              const std::vector<std::size_t>& indices, std::vector<EvaluationOutcome> outcomes) {
        std::vector<Evaluation> rows;
        rows.reserve(indices.size());
        JobRows of{.job = m_result.job, .positions = {}};
        for (std::size_t i = 0; i < indices.size(); ++i) {
            const JobItem& item = m_result.items[missing[indices[i]]];
            rows.push_back(describeEvaluation(requestOf(static_cast<std::size_t>(item.position)), executor,
                                              std::move(outcomes[i])));
            of.positions.push_back(item.position);
        }
        const auto ids = stored([&](Store& store) { return store.save(rows, of); });
        for (std::size_t i = 0; i < indices.size(); ++i) m_result.items[missing[indices[i]]].evaluation = ids[i];
    }

    /// Baseline and front, once all are evaluated.
    void summarize() {
        if (m_result.items.empty()) return;
        const auto top = uniformBits(m_request.model->network, m_request.model->topBits());
        const auto uniform = std::ranges::find(m_result.items, top, &JobItem::bits);
        m_result.baseline = uniform != m_result.items.end() ? top : m_request.configurations[m_positions.front()];
        const auto points = stored([&](Store& store) {
            std::vector<TradeOff> all;
            for (const JobItem& item : m_result.items) {
                const auto row = store.summary(item.evaluation);
                if (!row) throw Error(ErrorKind::BadInput, store.path().string(), "lost evaluations while it was used");
                all.push_back({static_cast<double>(row->bitops), row->accuracy()});
            }
            return all;
        });
        m_result.front = paretoFront(points);
    }

    /// Indices of the items whose latency is still to be measured.
    std::vector<std::size_t> toMeasure() const {
        std::vector<std::size_t> wanted;
        if (m_request.latency == LatencyOf::Front) wanted = m_result.front;
        if (m_request.latency == LatencyOf::All) {
            wanted.resize(m_result.items.size());
            std::iota(wanted.begin(), wanted.end(), std::size_t{0});
        }
        std::erase_if(wanted, [&](std::size_t i) { return m_result.items[i].measurement > 0; });
        return wanted;
    }

    void measure() {
        constexpr std::size_t kGroup = 24;  // mixes in turns: more would be far apart in a round
        std::vector<std::size_t> wanted = toMeasure();
        const auto base = static_cast<std::size_t>(
            std::ranges::find(m_result.items, m_result.baseline, &JobItem::bits) - m_result.items.begin());
        std::erase(wanted, base);
        const bool baseIsMissing = m_request.latency != LatencyOf::None && m_result.items[base].measurement == 0;
        if (wanted.empty() && !baseIsMissing) return;
        const auto executor = makeExecutor(*m_request.model, m_request.device, m_context.threads());
        for (std::size_t done = 0; done == 0 || done < wanted.size(); done += kGroup) {
            if (m_context.progress)
                m_context.progress({.activity = "measuring latency",
                                    .fraction = static_cast<double>(done) / static_cast<double>(wanted.size() + 1)});
            const std::span<const std::size_t> group =
                std::span(wanted).subspan(done, std::min(kGroup, wanted.size() - done));
            measureGroup(base, group, *executor);
        }
    }

    void measureGroup(std::size_t base, std::span<const std::size_t> group, Executor& executor) {
        std::vector<std::size_t> items{base};
        items.insert(items.end(), group.begin(), group.end());
        ProfileRequest profile{.model = m_request.model,
                               .configurations = {},
                               .device = m_request.device,
                               .batch = m_request.latencyBatch,
                               .options = measureOptions(m_request.effort),
                               .margin = m_request.margin,
                               .rows = {.job = m_result.job, .positions = {}}};
        for (const std::size_t i : items) {
            profile.configurations.push_back(m_result.items[i].bits);
            profile.rows.positions.push_back(m_result.items[i].position);
        }
        JobContext context = m_context;
        context.progress = {};
        const ProfileResult found = profileMixes(profile, executor, context);
        if (found.notStored) std::rethrow_exception(found.notStored);
        for (std::size_t i = 0; i < items.size(); ++i) {
            std::int64_t& measurement = m_result.items[items[i]].measurement;
            if (measurement == 0) ++m_result.measured;
            if (measurement == 0) measurement = found.runs[i].id;
        }
    }

    const SweepRequest& m_request;
    const JobContext& m_context;
    std::vector<std::size_t> m_positions;
    SweepResult m_result;
};

}  // namespace

const char* toText(LatencyOf of) { return kLatencyWords.at(static_cast<std::size_t>(of)); }

EvaluateRequest evaluationOf(const SweepRequest& request, const BitConfiguration& bits) {
    return {.model = request.model,
            .data = request.data,
            .bits = bits,
            .device = request.device,
            .options = request.options};
}

std::int64_t storedBytes(std::int64_t configurations, std::int64_t images) {
    constexpr std::int64_t kAnImage = sizeof(std::uint16_t) + sizeof(std::uint8_t);  // its class and its verdict
    return kAnImage * configurations * images;
}

std::string contentHash(const SweepRequest& request) {
    return sha256(contentOf(request).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::vector<std::size_t> partOf(const std::vector<BitConfiguration>& configurations, const Rank& rank) {
    std::vector<std::size_t> order(configurations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!rank.shared()) return order;
    std::ranges::sort(order, {}, [&](std::size_t i) -> const BitConfiguration& { return configurations[i]; });
    const auto cut = [&](int index) { return static_cast<std::ptrdiff_t>(order.size()) * index / rank.count; };
    std::vector<std::size_t> part(order.begin() + cut(rank.index), order.begin() + cut(rank.index + 1));
    std::ranges::sort(part);
    return part;
}

SweepResult runSweep(const SweepRequest& request, const JobContext& context) {
    checkDataFitsModel(*request.data, *request.model);
    for (const BitConfiguration& bits : request.configurations)
        checkBits(bits, request.model->network, request.model->bits);
    return RunOfSweep(request, context).run();
}

}  // namespace bitdesk::jobs
