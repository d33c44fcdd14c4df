// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/execute/packed/packed_executor.h"

#include <algorithm>
#include <map>

#include "core/base/error.h"
#include "core/base/index.h"
#include "core/execute/packed/step_runner.h"
#include "core/execute/packed/thread_team.h"
#include "core/execute/packed/value_pool.h"

namespace bitdesk {
namespace {

using namespace runtime;

/// Images that one thread takes through the network together: as many as fit a core's cache, since their weights are
/// then read once for all.
constexpr std::size_t kArenaTarget = 1024 * 1024;
constexpr int kMostImages = 16;

class Packed final : public PackedExecutor {
public:
    Packed(const MetaModel& model, const PackedOptions& options)
        : m_model(model),
          m_times(options.times),
          m_layers(model, options.isa, options.times),
          m_team(std::max(1, options.threads)),
          m_workers(at(m_team.size())) {}

    ~Packed() override {
        if (m_times) m_times->save();
    }
    Packed(const Packed&) = delete;
    Packed& operator=(const Packed&) = delete;

    void run(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch,
             std::span<float> logits) override {
        execute(plan, images, batch, logits, nullptr, {});
    }

    void runTraced(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                   std::vector<StepSpan>& spans) override {
        execute(plan, images, batch, logits, nullptr, {}, true);
        for (Worker& worker : m_workers) spans.insert(spans.end(), worker.spans.begin(), worker.spans.end());
    }

    bool keepsCheckpoints() const override { return true; }

    void runFrom(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 const PrefixCheckpoint* from, std::span<PrefixCheckpoint> keep) override {
        if (from != nullptr && (from->batch != batch || from->step >= static_cast<int>(plan.steps.size())))
            throw Error(ErrorKind::Internal, "checkpoint", "is of other images");
        for (std::size_t k = 0; k < keep.size(); ++k) allocate(plan, batch, from, keep.first(k), keep[k]);
        execute(plan, images, batch, logits, from, keep);
    }

    std::string backend() const override { return "packed"; }
    std::string device() const override { return "cpu"; }
    Isa isa() const override { return m_layers.isa(); }

    int executedBits(const Step& step) const override {
        if (step.layer < 0) return 32;
        const int bits = packed(step).kernel->executedBits;
        return bits > 0 ? bits : step.bits;
    }

    std::string kernel(const Step& step) const override {
        if (step.layer < 0) return std::string(isaName(isa())) + "-values";
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

    /// Memory for a checkpoint's values: those that `from` or an earlier one holds are shared.
    void allocate(const ExecutionPlan& plan, int batch, const PrefixCheckpoint* from,
                  std::span<const PrefixCheckpoint> earlier, PrefixCheckpoint& checkpoint) {
        checkpoint.batch = batch;
        checkpoint.values.clear();
        for (const int s : liveValues(plan, checkpoint.step)) {
            const PrefixValue* known = from != nullptr ? from->find(s) : nullptr;
            for (const PrefixCheckpoint& other : earlier)
                if (known == nullptr) known = other.find(s);
            const auto elements = at(plan.steps[at(s)].outputShape.elements());
            checkpoint.values.push_back(known != nullptr ? *known : PrefixValue{s, m_pool.take(elements * at(batch))});
        }
    }

    /// Where values live that checkpoints hold.
    static void place(const ExecutionPlan& plan, const PrefixCheckpoint* from, std::span<const PrefixCheckpoint> keep,
                      RunShared& shared) {
        shared.keptValues.assign(plan.steps.size(), nullptr);
        shared.keptBuffers.assign(plan.buffers.size(), nullptr);
        const auto hold = [&](const PrefixCheckpoint& checkpoint) {
            for (const PrefixValue& value : checkpoint.values) {
                shared.keptValues[at(value.producer)] = value.data.get();
                const int floats = plan.steps[at(value.producer)].epilogue.floatOutput;
                if (floats >= 0) shared.keptBuffers[at(floats)] = value.data.get();
            }
        };
        if (from != nullptr) hold(*from);
        for (const PrefixCheckpoint& checkpoint : keep) hold(checkpoint);
    }

    const PackedConv& packed(const Step& step) const { return m_layers.of(step.layer, step.bits); }

    const ArenaLayout& layoutFor(const ExecutionPlan& plan, int images, StepOrder order) {
        // The buffers of all mixes of a model are the same.
        auto& layout = m_layouts[order][at(std::min(images, kMostImages))];
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

    void execute(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                 const PrefixCheckpoint* from, std::span<PrefixCheckpoint> keep, bool traced = false) {
        m_tracing = traced;
        checkSpans(m_model, plan, images.size(), batch, logits.size());
        bindPlan(plan, m_layers, m_folds, m_bound);
        const bool divideSteps = batch < m_team.size() && batch <= kMostImages;
        const int count = divideSteps ? 1 : pieces(plan, batch);
        const int together = (batch + count - 1) / count;
        RunShared shared{plan,
                         m_bound,
                         layoutFor(plan, together, divideSteps ? StepOrder::OneByOne : StepOrder::PooledAtOnce),
                         valueKernels(isa()),
                         from,
                         {},
                         {}};
        place(plan, from, keep, shared);
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
        for (std::size_t s = firstStep(shared); s < shared.steps.size(); ++s) {
            const std::int64_t begin = m_tracing ? steadyNow() : 0;
            m_team.run(m_team.size(), [&](int part, int thread) {
                Worker& worker = m_workers[at(thread)];
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
        const auto imageBytes = at(m_model.network.inputShape().elements());
        m_team.run(count, [&](int item, int thread) {
            Worker& worker = m_workers[at(thread)];
            const auto first = static_cast<int>(std::int64_t{batch} * item / count);
            const auto last = static_cast<int>(std::int64_t{batch} * (item + 1) / count);
            const StepRunner runner(shared, worker.arena.data(), images + at(first) * imageBytes,
                                    logits + at(first) * at(shared.plan.classes), first, last - first);
            runner.restore();
            for (std::size_t s = firstStep(shared); s < shared.steps.size(); ++s) {
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

    static std::size_t firstStep(const RunShared& shared) {
        return shared.from == nullptr ? 0 : at(shared.from->step) + 1;
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

std::unique_ptr<PackedExecutor> makePackedExecutor(const MetaModel& model, const PackedOptions& options) {
    if (!hasIsa(options.isa))
        throw Error(ErrorKind::Resource, "packed backend",
                    std::string("this CPU lacks the instructions of ") + isaName(options.isa), "Use portable or avx2");
    return std::make_unique<Packed>(model, options);
}

}  // namespace bitdesk
