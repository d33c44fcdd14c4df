// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/packed_executor.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/to_index.h"
#include "core/execute/packed/prefix_values.h"
#include "core/execute/packed/step_runner.h"
#include "core/execute/packed/thread_team.h"

namespace bitdesk {
namespace {

using namespace packed;

/// Images that one thread takes through the network together: as many as fit a core's cache, since their weights are
/// then read once for all.
constexpr std::size_t kArenaTarget = 1024 * 1024;
constexpr int kMostImages = 16;

constexpr const char* kName = "packed";
constexpr ExecutorTraits kTraits{.simulated = false, .runsSideBySide = true, .keepsCheckpoints = true};

class PackedExecutor final : public Executor {
public:
    PackedExecutor(const MetaModel& model, const PackedOptions& options)
        : m_model(model),
          m_times(options.times),
          m_layers(model, options.isa, options.times),
          m_team(std::max(1, options.threads)),
          m_workers(toIndex(m_team.size())) {}

    ~PackedExecutor() override {
        if (m_times) m_times->save();
    }
    PackedExecutor(const PackedExecutor&) = delete;
    PackedExecutor& operator=(const PackedExecutor&) = delete;

    ExecutorTraits traits() const override { return kTraits; }

    void runFrom(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 const PrefixCheckpoint* from, std::span<PrefixCheckpoint> keep) override {
        const PrefixValues* start = from != nullptr ? dynamic_cast<const PrefixValues*>(from->state.get()) : nullptr;
        if (from != nullptr && (start == nullptr || start->batch != batch || from->step >= std::ssize(plan.steps)))
            throw Error(ErrorKind::Internal, "checkpoint", "is of other images");
        std::vector<const PrefixValues*> known;
        if (start != nullptr) known.push_back(start);
        for (PrefixCheckpoint& checkpoint : keep) {
            auto values = allocated(plan, batch, known, checkpoint.step);
            known.push_back(values.get());
            checkpoint.state = std::move(values);
        }
        runPlan(plan, images, batch, logits, {from != nullptr ? from->step + 1 : 0, start, known});
    }

    std::size_t checkpointBytes(const ExecutionPlan& plan, int step, int batch) const override {
        return toIndex(liveElements(plan, step)) * toIndex(batch) * sizeof(float);
    }

    std::string backend() const override { return kName; }
    std::string device() const override { return "cpu"; }

    int executedBits(const Step& step) const override {
        if (step.layer < 0) return 32;
        const int bits = packed(step).kernel->executedBits;
        return bits > 0 ? bits : step.weightBits;
    }

    std::string kernel(const Step& step) const override {
        if (step.layer < 0) return std::string(isaName(m_layers.isa())) + "-values";
        return packed(step).kernel->name;
    }

    std::int64_t weightBytes(const Step& step) const override {
        return step.layer < 0 ? 0 : static_cast<std::int64_t>(packed(step).bytes());
    }

    void prepare(const ExecutionPlan& plan, const std::stop_token& stop) override { m_layers.pack(plan, stop); }
    /// Packs every layer at every width: a later switch swaps pointers.
    void prepareAll(const std::stop_token& stop) override { m_layers.packAll(stop); }

    std::optional<ExecutorMemory> memory() const override {
        ExecutorMemory memory{.weights = m_layers.bytes(), .activations = 0, .scratch = 0};
        for (const Worker& worker : m_workers) {
            memory.activations += worker.arena.size();
            memory.scratch += worker.scratch.bytes();
        }
        return memory;
    }

private:
    /// What one thread works in.
    struct Worker {
        AlignedBytes arena;
        Scratch scratch;
        std::vector<StepSpan> spans;  // of a traced run
    };

    /// What a run goes on from, and all that it reads or fills.
    struct Checkpoints {
        int firstStep = 0;
        const PrefixValues* from = nullptr;
        std::vector<const PrefixValues*> all;
    };

    void execute(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 std::vector<StepSpan>* spans) override {
        runPlan(plan, images, batch, logits, {}, spans != nullptr);
        if (spans == nullptr) return;
        for (Worker& worker : m_workers) spans->insert(spans->end(), worker.spans.begin(), worker.spans.end());
    }

    /// Memory for a checkpoint's values: those that a `known` one holds are shared.
    std::unique_ptr<PrefixValues> allocated(const ExecutionPlan& plan, int batch,
                                            std::span<const PrefixValues* const> known, int step) {
        auto checkpoint = std::make_unique<PrefixValues>();
        checkpoint->batch = batch;
        for (const int s : liveValues(plan, step)) {
            const PrefixValue* shared = nullptr;
            for (const PrefixValues* other : known)
                if (shared == nullptr) shared = other->find(s);
            const auto elements = toIndex(plan.steps[toIndex(s)].outputShape.elements());
            checkpoint->values.push_back(shared != nullptr ? *shared
                                                           : PrefixValue{s, m_pool.take(elements * toIndex(batch))});
        }
        return checkpoint;
    }

    /// Where values live that checkpoints hold.
    static void place(const ExecutionPlan& plan, std::span<const PrefixValues* const> checkpoints, RunShared& shared) {
        shared.keptValues.assign(plan.steps.size(), nullptr);
        shared.keptBuffers.assign(plan.buffers.size(), nullptr);
        for (const PrefixValues* checkpoint : checkpoints)
            for (const PrefixValue& value : checkpoint->values) {
                shared.keptValues[toIndex(value.producer)] = value.data.get();
                const int floats = plan.steps[toIndex(value.producer)].epilogue.floatOutput;
                if (floats >= 0) shared.keptBuffers[toIndex(floats)] = value.data.get();
            }
    }

    const PackedConv& packed(const Step& step) const { return m_layers.at(step); }

    const ArenaLayout& layoutFor(const ExecutionPlan& plan, int images, StepOrder order) {
        // The buffers of all mixes of a model are the same.
        auto& layout = m_layouts[order][toIndex(std::min(images, kMostImages))];
        if (layout.offsets.empty()) layout = layOut(plan, images, order);
        return layout;
    }

    /// Pieces that a batch is cut into, as many for each thread: a piece's images fit the arena's target.
    int pieces(const ExecutionPlan& plan, int batch) {
        const std::size_t one = std::max<std::size_t>(layoutFor(plan, 1, StepOrder::PooledAtOnce).bytes, 1);
        const int share = (batch + m_team.size() - 1) / m_team.size();
        const int most = std::clamp(static_cast<int>(kArenaTarget / one), 1, std::min(share, kMostImages));
        return std::min(batch, (share + most - 1) / most * m_team.size());
    }

    void runPlan(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 const Checkpoints& checkpoints, bool traced = false) {
        m_tracing = traced;
        checkSpans(m_model, plan, images.size(), batch, logits.size());
        bindPlan(plan, m_layers, m_folds, m_bound);
        const bool divideSteps = batch < m_team.size() && batch <= kMostImages;
        const int count = divideSteps ? 1 : pieces(plan, batch);
        const int together = (batch + count - 1) / count;
        RunShared shared{plan,
                         m_bound,
                         layoutFor(plan, together, divideSteps ? StepOrder::OneByOne : StepOrder::PooledAtOnce),
                         valueKernels(m_layers.isa()),
                         checkpoints.firstStep,
                         checkpoints.from,
                         {},
                         {}};
        place(plan, checkpoints.all, shared);
        for (Worker& worker : m_workers) {
            worker.spans.clear();
            if ((&worker == m_workers.data() || !divideSteps) && worker.arena.size() < shared.layout.bytes)
                worker.arena.resize(shared.layout.bytes);
        }
        if (divideSteps) runSteps(shared, images.data(), batch, logits.data());
        else runImages(shared, images.data(), batch, count, logits.data());
    }

    /// Each step divided among the threads.
    void runSteps(const RunShared& shared, const std::uint8_t* images, int batch, float* logits) {
        Worker& first = m_workers.front();
        const StepRunner runner(shared, first.arena.data(), images, logits, 0, batch);
        runner.restore();
        for (auto s = toIndex(shared.firstStep); s < shared.steps.size(); ++s) {
            const std::int64_t begin = m_tracing ? steadyNow() : 0;
            m_team.run(m_team.size(), [&](int part, int thread) {
                Worker& worker = m_workers[toIndex(thread)];
                const std::int64_t partBegin = m_tracing ? steadyNow() : 0;
                runner.run(s, part, m_team.size(), worker.scratch);
                if (m_tracing) addSpan(worker, s, thread, partBegin, steadyNow());
            });
            if (m_tracing) addSpan(first, s, StepSpan::kWholeStep, begin, steadyNow());
        }
        runner.copyLogits();
    }

    /// Images divided among the threads, in `count` pieces of the same size, but for one image.
    void runImages(const RunShared& shared, const std::uint8_t* images, int batch, int count, float* logits) {
        const auto imageBytes = toIndex(m_model.network.inputShape().elements());
        m_team.run(count, [&](int item, int thread) {
            Worker& worker = m_workers[toIndex(thread)];
            const auto first = static_cast<int>(std::int64_t{batch} * item / count);
            const auto last = static_cast<int>(std::int64_t{batch} * (item + 1) / count);
            const StepRunner runner(shared, worker.arena.data(), images + toIndex(first) * imageBytes,
                                    logits + toIndex(first) * toIndex(shared.plan.classes), first, last - first);
            runner.restore();
            for (auto s = toIndex(shared.firstStep); s < shared.steps.size(); ++s) {
                const std::int64_t begin = m_tracing ? steadyNow() : 0;
                if (!isPooledAtOnce(shared.plan, s)) {
                    runner.run(s, 0, 1, worker.scratch);
                    if (m_tracing) addSpan(worker, s, thread, begin, steadyNow());
                    continue;
                }
                const std::int64_t pool = runner.runPooled(s, worker.scratch);
                if (m_tracing) {
                    // They alternate row by row; told as one after the other.
                    const std::int64_t end = steadyNow();
                    addSpan(worker, s, thread, begin, end - pool);
                    addSpan(worker, s + 1, thread, end - pool, end);
                }
                ++s;
            }
            runner.copyLogits();
        });
    }

    static void addSpan(Worker& worker, std::size_t s, int thread, std::int64_t begin, std::int64_t end) {
        worker.spans.push_back({.step = static_cast<int>(s), .thread = thread, .begin = begin, .end = end});
    }

    const MetaModel& m_model;
    std::shared_ptr<KernelTimes> m_times;
    mutable PackedLayers m_layers;  // filled where asked
    FoldCache m_folds;
    ThreadTeam m_team;
    bool m_tracing = false;
    ValuePool m_pool;
    std::vector<Worker> m_workers;
    std::vector<BoundStep> m_bound;
    std::map<StepOrder, std::array<ArenaLayout, kMostImages + 1>> m_layouts;  // by images at a time
};

}  // namespace

std::unique_ptr<Executor> makePackedExecutor(const MetaModel& model, const PackedOptions& options) {
    if (!hasIsa(options.isa))
        throw Error(ErrorKind::Resource, "packed backend",
                    std::string("this CPU lacks the instructions of ") + isaName(options.isa), "Use portable or avx2");
    return std::make_unique<PackedExecutor>(model, options);
}

ExecutorEntry packedEntry() {
    return {.name = kName,
            .traits = kTraits,
            .checkDevice = nullptr,
            .make = [](const MetaModel& model, const std::string&, int threads) {
                // One for the process: what one executor measured, the next one knows.
                static const auto kTimes = std::make_shared<KernelTimes>(KernelTimes::defaultFile());
                PackedOptions options;
                options.threads = threads;
                options.times = kTimes;
                return makePackedExecutor(model, options);
            }};
}

}  // namespace bitdesk
