// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <algorithm>
#include <numeric>

#include "core/base/error.h"
#include "core/base/overloads.h"
#include "core/base/to_index.h"
#include "core/execute/plan/constants.h"
#include "core/execute/plan/execution_plan.h"
#include "core/network/cost.h"

namespace bitdesk {
namespace {

/// Position of an operation in the epilogue's fixed order; 0: it starts a step of its own.
int epilogueRank(const Node& node) {
    return std::visit(Overloads{[](const NormAttributes&) { return 1; }, [](const AddAttributes&) { return 2; },
                                [](const ActivationAttributes&) { return 3; }, [](const auto&) { return 0; }},
                      node.attributes);
}

PoolWindows resolved(const PoolAttributes& pool, const Shape& input, bool average) {
    return {average, poolRows(pool, input.height), poolColumns(pool, input.width)};
}

ChannelSelection selected(const SliceAttributes& slice) {
    ChannelSelection selection{std::vector<int>(toIndex(slice.count))};
    std::iota(selection.channels.begin(), selection.channels.end(), slice.first);
    return selection;
}

ChannelSelection shuffled(const ChannelShuffleAttributes& shuffle, int channels) {
    ChannelSelection selection;
    const int each = channels / shuffle.groups;
    for (int j = 0; j < each; ++j)
        for (int i = 0; i < shuffle.groups; ++i) selection.channels.push_back(i * each + j);
    return selection;
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
            if (m_done[toIndex(n)]) continue;
            OpenStep open = start(n);
            if (open.tail < 0) continue;  // what another step writes
            for (int next = fusible(open); next >= 0; next = fusible(open)) apply(open, next);
            finish(std::move(open));
        }
        m_plan.output = m_buffers[toIndex(source(static_cast<int>(m_network.nodes().size()) - 1))];
        setLiveRanges();
        return std::move(m_plan);
    }

private:
    const Node& node(int n) const { return m_network.nodes()[toIndex(n)]; }

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

    /// The step that begins with a node; without a tail where the node computes nothing.
    OpenStep start(int n) {
        OpenStep open;
        Step& step = open.step;
        step.name = node(n).name;
        step.node = n;
        open.tail = n;
        m_done[toIndex(n)] = true;
        step.inputShape = step.outputShape = m_network.shape(n);
        for (const int input : m_network.inputs(n)) step.inputs.push_back(m_buffers[toIndex(source(input))]);
        for (const int input : m_network.inputs(n)) step.inputShapes.push_back(m_network.shape(input));
        if (!step.inputs.empty()) step.inputShape = step.inputShapes.front();
        std::visit(
            Overloads{[&](const InputAttributes& image) {
                          step.operation = image;
                          open.rank = 1;
                      },
                      [&](const OneOf<Conv2dAttributes, LinearAttributes> auto& layer) { startLayer(open, layer); },
                      [&](const MaxPoolAttributes& pool) { step.operation = resolved(pool, step.inputShape, false); },
                      [&](const AvgPoolAttributes& pool) { step.operation = resolved(pool, step.inputShape, true); },
                      [&](const OneOf<MultiplyAttributes, ConcatAttributes, LayerNormAttributes,
                                      UpsampleAttributes> auto& operation) { step.operation = operation; },
                      [&](const SliceAttributes& slice) { step.operation = selected(slice); },
                      [&](const ChannelShuffleAttributes& shuffle) {
                          step.operation = shuffled(shuffle, step.inputShape.channels);
                      },
                      [&](const OneOf<NormAttributes, AddAttributes, ActivationAttributes> auto&) {
                          step.inputs.resize(1);  // an add's other one is its epilogue's residual
                          step.inputShapes.resize(1);
                          open.tail = source(m_network.inputs(n).front());
                          apply(open, n);
                      },
                      [&](const OneOf<FlattenAttributes, QuantizeAttributes> auto&) { open.tail = -1; }},
            node(n).attributes);
        return open;
    }

    void startLayer(OpenStep& open, const StepOperation& operation) {
        Step& step = open.step;
        const Layer* layer = m_network.findLayer(step.name);
        step.operation = operation;
        step.layer = static_cast<int>(layer - m_network.layers().data());
        step.weightBits = weightBits(*layer, m_plan.bits);
        step.inputBits = inputBits(*layer, m_plan.bits);
        // It reads the codes that its quantize node writes.
        step.inputs = {m_buffers[toIndex(m_network.inputs(step.node).front())]};
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
        return m_buffers[toIndex(other)];
    }

    /// Takes an operation of rank 1 … 3 into the step's epilogue.
    void apply(OpenStep& open, int n) {
        Epilogue& epilogue = open.step.epilogue;
        open.rank = epilogueRank(node(n));
        if (node(n).as<NormAttributes>()) open.step.norm = n;
        if (node(n).as<AddAttributes>()) epilogue.residual = residualBuffer(n, open.tail);
        if (const auto* activation = node(n).as<ActivationAttributes>()) epilogue.activation = activation->inFloat();
        open.tail = n;
        m_done[toIndex(n)] = true;
    }

    /// Gives the value its buffers: codes for every quantize that reads it, floats where anything else does.
    void finish(OpenStep open) {
        Epilogue& epilogue = open.step.epilogue;
        open.step.outputShape = m_network.shape(open.tail);
        storeConstants(m_model, m_plan.bits, open.step);
        bool wantsFloat = false;
        for (const int reader : readers(open.tail, wantsFloat)) {
            if (node(reader).as<QuantizeAttributes>())
                epilogue.codeOutputs.push_back(writeCodes(reader, epilogue.activation));
            else wantsFloat = true;
        }
        if (wantsFloat) {
            epilogue.floatOutput = addBuffer(open.tail, ElementType::F32);
            m_buffers[toIndex(open.tail)] = epilogue.floatOutput;
        }
        m_plan.steps.push_back(std::move(open.step));
    }

    CodeOutput writeCodes(int quantizeNode, const Activation& activation) {
        const auto& quantize = *node(quantizeNode).as<QuantizeAttributes>();
        const Layer* layer = m_network.findLayer(quantize.layer);
        CodeOutput output =
            codeOutput(m_model, static_cast<int>(layer - m_network.layers().data()), m_plan.bits, activation);
        output.buffer = addBuffer(quantizeNode, quantize.isSigned ? ElementType::S8 : ElementType::U8);
        m_buffers[toIndex(quantizeNode)] = output.buffer;
        return output;
    }

    void setLiveRanges() {
        for (int s = 0; s < static_cast<int>(m_plan.steps.size()); ++s) {
            const Step& step = m_plan.steps[toIndex(s)];
            const auto written = [&](int buffer) {
                if (buffer >= 0)
                    m_plan.buffers[toIndex(buffer)].firstStep = m_plan.buffers[toIndex(buffer)].lastStep = s;
            };
            written(step.epilogue.floatOutput);
            for (const CodeOutput& output : step.epilogue.codeOutputs) written(output.buffer);
            for (const int input : step.inputs) m_plan.buffers[toIndex(input)].lastStep = s;
            if (step.epilogue.residual >= 0) m_plan.buffers[toIndex(step.epilogue.residual)].lastStep = s;
        }
        m_plan.buffers[toIndex(m_plan.output)].lastStep = static_cast<int>(m_plan.steps.size());
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
    plan.bits.bits[toIndex(quantizableIndex)] = bits;
    refreshLayer(plan, model, quantizable[toIndex(quantizableIndex)]);
}

void refreshLayer(ExecutionPlan& plan, const MetaModel& model, int layerIndex) {
    const Layer& layer = model.network.layers()[toIndex(layerIndex)];
    const std::string& name = layer.name;
    for (Step& step : plan.steps) {
        const auto* norm = step.norm >= 0 ? model.network.nodes()[toIndex(step.norm)].as<NormAttributes>() : nullptr;
        if (step.layer == layerIndex) {
            step.weightBits = weightBits(layer, plan.bits);
            step.inputBits = inputBits(layer, plan.bits);
        }
        if (step.layer == layerIndex || (norm != nullptr && (norm->from == name || norm->to == name)))
            storeConstants(model, plan.bits, step);
        for (CodeOutput& output : step.epilogue.codeOutputs) {
            if (output.layer != layerIndex) continue;
            const int buffer = output.buffer;
            output = codeOutput(model, layerIndex, plan.bits, step.epilogue.activation);
            output.buffer = buffer;
        }
    }
}

}  // namespace bitdesk
