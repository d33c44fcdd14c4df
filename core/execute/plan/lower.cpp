// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>

#include "core/base/error.h"
#include "core/base/index.h"
#include "core/execute/plan/constants.h"
#include "core/execute/plan/execution_plan.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

/// Position of an operation in the epilogue's fixed order; 0: it starts a step of its own.
int epilogueRank(const Node& node) {
    if (node.as<NormAttributes>()) return 1;
    if (node.as<AddAttributes>()) return 2;
    if (node.as<ReluAttributes>()) return 3;
    return 0;
}

PoolAttributes resolved(PoolAttributes pool, const Shape& input) {
    if (!pool.global) return pool;
    PoolAttributes window;
    window.global = true;
    window.kernelHeight = input.height;
    window.kernelWidth = input.width;
    return window;
}

/// A step that is being built: its value so far is the value of node `tail`, after operations up to `rank`.
struct OpenStep {
    Step step;
    int tail = -1;
    int rank = 0;
};

/// Visits the nodes in graph order. A node that no step has swallowed starts one, and the step swallows what follows
/// as long as the value has one reader and the epilogue's order allows it. Flatten changes no number: it is an alias.
class Lowering {
public:
    Lowering(const MetaModel& model, const BitConfiguration& bits)
        : m_model(model),
          m_network(model.network),
          m_buffers(m_network.nodes().size(), -1),
          m_done(m_network.nodes().size(), false) {
        m_plan.bits = bits;
        m_plan.classes = m_network.classes();
    }

    ExecutionPlan run() {
        for (int n = 0; n < static_cast<int>(m_network.nodes().size()); ++n) {
            const bool alias = node(n).as<FlattenAttributes>() || node(n).as<QuantizeAttributes>();
            if (alias || m_done[at(n)]) continue;
            OpenStep open = start(n);
            for (int next = fusible(open); next >= 0; next = fusible(open)) apply(open, next);
            finish(std::move(open));
        }
        m_plan.output = m_buffers[at(source(static_cast<int>(m_network.nodes().size()) - 1))];
        setLiveRanges();
        return std::move(m_plan);
    }

private:
    const Node& node(int n) const { return m_network.nodes()[at(n)]; }

    /// The node that computes the value of `n`: `n` itself, or what a flatten or quantize re-writes.
    int source(int n) const {
        while (node(n).as<FlattenAttributes>()) n = m_network.inputs(n).front();
        return n;
    }

    /// Nodes that read the value of `n`, through flattens. Sets `isOutput` where the value is the network's.
    std::vector<int> readers(int n, bool& isOutput) const {
        std::vector<int> found;
        if (m_network.consumers(n).empty()) isOutput = true;
        for (const int consumer : m_network.consumers(n)) {
            if (!node(consumer).as<FlattenAttributes>()) {
                found.push_back(consumer);
                continue;
            }
            const auto beyond = readers(consumer, isOutput);
            found.insert(found.end(), beyond.begin(), beyond.end());
        }
        return found;
    }

    int addBuffer(int value, ElementType type) {
        Buffer buffer;
        buffer.shape = m_network.shape(value);
        buffer.type = type;
        m_plan.buffers.push_back(buffer);
        return static_cast<int>(m_plan.buffers.size()) - 1;
    }

    OpenStep start(int n) {
        OpenStep open;
        Step& step = open.step;
        step.name = node(n).name;
        step.node = n;
        open.tail = n;
        m_done[at(n)] = true;
        step.outputShape = m_network.shape(n);
        step.inputShape = step.outputShape;
        if (node(n).as<InputAttributes>()) {
            step.kind = StepKind::Image;
            open.rank = 1;
            return open;
        }
        const int input = m_network.inputs(n).front();
        step.inputShape = m_network.shape(input);
        step.input = m_buffers[at(source(input))];
        startKind(open, n);
        return open;
    }

    void startKind(OpenStep& open, int n) {
        Step& step = open.step;
        if (const auto* conv = node(n).as<Conv2dAttributes>()) {
            step.kind = StepKind::Conv2d;
            step.conv = *conv;
            startLayer(open);
        } else if (node(n).as<LinearAttributes>()) {
            step.kind = StepKind::Linear;
            startLayer(open);
        } else if (const auto* maxPool = node(n).as<MaxPoolAttributes>()) {
            step.kind = StepKind::MaxPool;
            step.pool = resolved(*maxPool, step.inputShape);
        } else if (const auto* avgPool = node(n).as<AvgPoolAttributes>()) {
            step.kind = StepKind::AvgPool;
            step.pool = resolved(*avgPool, step.inputShape);
        } else {
            step.kind = StepKind::Pointwise;
            open.tail = source(m_network.inputs(n).front());
            apply(open, n);
        }
    }

    void startLayer(OpenStep& open) {
        const Layer* layer = m_network.findLayer(open.step.name);
        open.step.layer = static_cast<int>(layer - m_network.layers().data());
        open.step.bits = layerBits(*layer, m_plan.bits);
        // Its input is the quantize node that writes its codes.
        open.step.input = m_buffers[at(m_network.inputs(open.step.node).front())];
    }

    /// The node that may join the step, or −1.
    int fusible(const OpenStep& open) const {
        bool isOutput = false;
        const auto next = readers(open.tail, isOutput);
        if (isOutput || next.size() != 1 || epilogueRank(node(next.front())) <= open.rank) return -1;
        // A flatten in between would change the shape that channels are counted in.
        if (m_network.consumers(open.tail).front() != next.front()) return -1;
        if (node(next.front()).as<AddAttributes>() && residualBuffer(next.front(), open.tail) < 0) return -1;
        return next.front();
    }

    /// The buffer of an add's other input, −1 while no step has written it.
    int residualBuffer(int add, int mine) const {
        const auto& inputs = m_network.inputs(add);
        const int first = source(inputs[0]);
        const int other = first == mine ? source(inputs[1]) : first;
        return m_buffers[at(other)];
    }

    void apply(OpenStep& open, int n) {
        open.rank = epilogueRank(node(n));
        if (node(n).as<NormAttributes>()) {
            open.step.norm = n;
        } else if (node(n).as<AddAttributes>()) {
            open.step.epilogue.residual = residualBuffer(n, open.tail);
        } else {
            open.step.epilogue.relu = true;
            open.step.epilogue.maximum = static_cast<float>(node(n).as<ReluAttributes>()->maximum);
        }
        open.tail = n;
        m_done[at(n)] = true;
    }

    /// Gives the value its buffers: codes for every quantize that reads it, floats where anything else does.
    void finish(OpenStep open) {
        Epilogue& epilogue = open.step.epilogue;
        open.step.outputShape = m_network.shape(open.tail);
        storeConstants(m_model, m_plan.bits, open.step);
        bool wantsFloat = false;
        for (const int reader : readers(open.tail, wantsFloat)) {
            if (node(reader).as<QuantizeAttributes>())
                epilogue.codeOutputs.push_back(writeCodes(reader, epilogue.maximum));
            else wantsFloat = true;
        }
        if (wantsFloat) {
            epilogue.floatOutput = addBuffer(open.tail, ElementType::F32);
            m_buffers[at(open.tail)] = epilogue.floatOutput;
        }
        m_plan.steps.push_back(std::move(open.step));
    }

    CodeOutput writeCodes(int quantizeNode, float maximum) {
        const auto& quantize = *node(quantizeNode).as<QuantizeAttributes>();
        const Layer* layer = m_network.findLayer(quantize.layer);
        CodeOutput output =
            codeOutput(m_model, static_cast<int>(layer - m_network.layers().data()), m_plan.bits, maximum);
        output.buffer = addBuffer(quantizeNode, quantize.isSigned ? ElementType::S8 : ElementType::U8);
        m_buffers[at(quantizeNode)] = output.buffer;
        return output;
    }

    void setLiveRanges() {
        for (int s = 0; s < static_cast<int>(m_plan.steps.size()); ++s) {
            const Step& step = m_plan.steps[at(s)];
            const auto written = [&](int buffer) {
                if (buffer >= 0) m_plan.buffers[at(buffer)].firstStep = m_plan.buffers[at(buffer)].lastStep = s;
            };
            written(step.epilogue.floatOutput);
            for (const CodeOutput& output : step.epilogue.codeOutputs) written(output.buffer);
            if (step.input >= 0) m_plan.buffers[at(step.input)].lastStep = s;
            if (step.epilogue.residual >= 0) m_plan.buffers[at(step.epilogue.residual)].lastStep = s;
        }
        m_plan.buffers[at(m_plan.output)].lastStep = static_cast<int>(m_plan.steps.size());
    }

    const MetaModel& m_model;
    const Network& m_network;
    ExecutionPlan m_plan;
    std::vector<int> m_buffers;  // by node: where its value (or, of a quantize, its codes) is; −1 while nowhere
    std::vector<bool> m_done;
};

}  // namespace

ExecutionPlan lower(const MetaModel& model, const BitConfiguration& bits) {
    checkBits(bits, model.network, model.bits);
    return Lowering(model, bits).run();
}

void changeBits(ExecutionPlan& plan, const MetaModel& model, int quantizableIndex, int bits) {
    const auto& quantizable = model.network.quantizable();
    if (quantizableIndex < 0 || quantizableIndex >= static_cast<int>(quantizable.size()))
        throw Error(ErrorKind::BadInput, "layer " + std::to_string(quantizableIndex + 1),
                    "the model has " + std::to_string(quantizable.size()) + " quantizable layers");
    model.bitIndex(bits);  // throws where the model lacks it
    plan.bits.bits[at(quantizableIndex)] = bits;
    refreshLayer(plan, model, quantizable[at(quantizableIndex)]);
}

void refreshLayer(ExecutionPlan& plan, const MetaModel& model, int layerIndex) {
    const Layer& layer = model.network.layers()[at(layerIndex)];
    const std::string& name = layer.name;
    for (Step& step : plan.steps) {
        const auto* norm = step.norm >= 0 ? model.network.nodes()[at(step.norm)].as<NormAttributes>() : nullptr;
        if (step.layer == layerIndex) step.bits = layerBits(layer, plan.bits);
        if (step.layer == layerIndex || (norm != nullptr && (norm->from == name || norm->to == name)))
            storeConstants(model, plan.bits, step);
        for (CodeOutput& output : step.epilogue.codeOutputs) {
            if (output.layer != layerIndex) continue;
            const int buffer = output.buffer;
            output = codeOutput(model, layerIndex, plan.bits, step.epilogue.maximum);
            output.buffer = buffer;
        }
    }
}

}  // namespace bitdesk
