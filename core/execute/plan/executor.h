// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/execute/plan/prefix.h"

namespace bitdesk {

/// Where the time of a run went: a step on one thread, or a step as its caller saw it.
struct StepSpan {
    /// The thread of a step that was divided among threads, from its begin until all of them are done.
    static constexpr int kWholeStep = -1;

    int step = 0;
    int thread = 0;                   ///< 0: the caller's
    std::int64_t begin = 0, end = 0;  ///< nanoseconds of the steady clock

    double milliseconds() const { return static_cast<double>(end - begin) * 1e-6; }
};

/// Wall time of each of a plan's `steps` inside one run, milliseconds: its whole span where there is one, else what all
/// threads spent on it divided by their number, since they then work side by side on images of their own.
std::vector<double> stepMilliseconds(std::span<const StepSpan> spans, std::size_t steps);

/// Bytes that an executor holds for its model, so far.
struct ExecutorMemory {
    std::size_t weights = 0;      ///< all packed forms of all layers
    std::size_t activations = 0;  ///< buffers between steps, of all threads
    std::size_t scratch = 0;      ///< what kernels work in, of all threads
};

/// What of an executor those that use it must know.
struct ExecutorTraits {
    bool simulated = false;         ///< codes are held in floats: its times say nothing about low-bit arithmetic
    bool runsSideBySide = false;    ///< several of them divide the machine's threads without loss
    bool keepsCheckpoints = false;  ///< runFrom() resumes and keeps them. One that does not is asked for neither.
};

/// Runs plans of one model. All executors give the same logits, bit for bit. Not thread-safe: one caller at a time.
class Executor {
public:
    virtual ~Executor() = default;

    /// images: [batch, H, W, C] bytes; logits: [batch, classes]. Throws Error on shapes that do not fit.
    void run(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits) {
        execute(plan, images, batch, logits, nullptr);
    }
    /// run() that appends to `spans` when each step began and ended (device work is waited for after each).
    void runTraced(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch, std::span<float> logits,
                   std::vector<StepSpan>& spans) {
        execute(plan, images, batch, logits, &spans);
    }
    /// What times whole runs on this executor's device.
    virtual std::unique_ptr<Stopwatch> stopwatch() const { return std::make_unique<SteadyStopwatch>(); }

    /// Makes ready for a plan, so that its first run costs no more than the next. Throws Cancelled between layers.
    virtual void prepare(const ExecutionPlan& /*plan*/, const std::stop_token& /*stop*/) {}
    /// The same for every mix of the model.
    virtual void prepareAll(const std::stop_token& /*stop*/) {}

    virtual ExecutorTraits traits() const { return {}; }

    /// run() that goes on from a checkpoint (nullptr: from the images) which an equal prefix left for the same images,
    /// and fills `keep`: checkpoints whose `step` is set, ascending, not before the one it goes on from.
    virtual void runFrom(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch,
                         std::span<float> logits, const PrefixCheckpoint* from, std::span<PrefixCheckpoint> keep);
    /// Bytes of a checkpoint after `step`, at most: it may share some with others.
    virtual std::size_t checkpointBytes(const ExecutionPlan& /*plan*/, int /*step*/, int /*batch*/) const { return 0; }

    /// Nothing where the executor does not know.
    virtual std::optional<ExecutorMemory> memory() const { return std::nullopt; }

    virtual std::string backend() const = 0;  ///< "portable", "reference", …
    virtual std::string device() const = 0;   ///< "cpu", "cuda:0"
    /// Bits that the arithmetic of a step really has: 32 where codes are held in floats (simulated).
    virtual int executedBits(const Step& step) const = 0;
    /// Name of the kernel that a step runs.
    virtual std::string kernel(const Step& step) const = 0;
    /// Bytes of weights that a run of this step reads, in the form it is packed in; 0 where there are none or the
    /// executor does not know.
    virtual std::int64_t weightBytes(const Step& /*step*/) const { return 0; }

private:
    /// `spans` null: nothing is traced.
    virtual void execute(const ExecutionPlan& plan, std::span<const std::uint8_t> images, int batch,
                         std::span<float> logits, std::vector<StepSpan>* spans) = 0;
};

/// An executor as a catalogue lists it: what there is to know before one is made.
struct ExecutorEntry {
    const char* name;  ///< Executor::backend()
    ExecutorTraits traits;
    /// Throws Error: Usage for what is no device, Resource for one that is not there. nullptr: it runs on the CPU only.
    void (*checkDevice)(const std::string& device);
    /// `model` must outlive the executor. `threads` > 0.
    std::unique_ptr<Executor> (*make)(const MetaModel& model, const std::string& device, int threads);
};

/// Throws Error (Internal) when the spans of Executor::run do not have the sizes that the plan asks for.
void checkSpans(const MetaModel& model, const ExecutionPlan& plan, std::size_t imageBytes, int batch,
                std::size_t logits);

}  // namespace bitdesk
