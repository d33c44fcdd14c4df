// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/fused_patterns.h"

#include <algorithm>
#include <cmath>

namespace bitdesk {
namespace {

constexpr std::size_t kMostFactors = 8;
constexpr int kMostSteps = 16;  // from a product to a factor of it

bool isNear(std::optional<float> number, double wanted) {
    constexpr double kShare = 2e-6;  // numbers are printed, and rounded to float32
    return number && std::abs(static_cast<double>(*number) - wanted) <= kShare * std::abs(wanted);
}

/// A product, whichever way it is written: number · values.
struct Product {
    double number = 1;
    std::vector<std::string> values;
    bool has(const std::string& value) const { return std::ranges::find(values, value) != values.end(); }
    /// The other of two values; empty where it is no product of two with this one.
    std::string besides(const std::string& value) const {
        if (values.size() != 2 || !has(value)) return {};
        return values[0] == value ? values[1] : values[0];
    }
    bool is(double wanted, const std::vector<std::string>& factors) const {
        auto sorted = values, others = factors;
        std::ranges::sort(sorted);
        std::ranges::sort(others);
        return isNear(static_cast<float>(number), wanted) && sorted == others;
    }
};

/// Reads patterns backwards from their last node.
class PatternReader {
public:
    explicit PatternReader(const SourceGraph& graph) : m_graph(graph) {}

    Product product(const std::string& value) const {
        Product result;
        multiply(value, result, kMostSteps);
        return result;
    }

    /// The other term of a sum of a number and a value; empty where it is none.
    std::string plus(const std::string& value, double number) const {
        const SourceNode* node = made(value, "Add");
        if (node == nullptr) return {};
        for (const std::size_t i : {0U, 1U})
            if (isNear(m_graph.scalar(node->inputs[i]), number)) return node->inputs[1 - i];
        return {};
    }
    /// What a node of one operation makes a value from; empty where none does.
    std::string argument(const std::string& value, const char* op) const {
        const SourceNode* node = m_graph.producer(value);
        return node != nullptr && node->op == op && !node->inputs.empty() ? node->inputs[0] : std::string();
    }
    const SourceNode* made(const std::string& value, const char* op) const {
        const SourceNode* node = m_graph.producer(value);
        return node != nullptr && node->op == op && node->inputs.size() == 2 ? node : nullptr;
    }

    /// x where a value is min(max(x, 0), 6).
    std::string relu6(const std::string& value) const {
        const SourceNode* node = m_graph.producer(value);
        if (node == nullptr || node->op != "Clip" || node->inputs.empty()) return {};
        const auto bound = [&](std::size_t input, const char* name) {
            if (node->inputs.size() > input) return m_graph.scalar(node->inputs[input]);
            const auto* attribute = findAttribute(node->proto, name);
            return attribute == nullptr ? std::nullopt : std::optional(attribute->f());
        };
        return bound(1, "min") == 0.0F && isNear(bound(2, "max"), 6) ? node->inputs[0] : std::string();
    }
    bool isSquare(const std::string& value, const std::string& of) const {
        if (const SourceNode* power = made(value, "Pow"))
            return power->inputs[0] == of && isNear(m_graph.scalar(power->inputs[1]), 2);
        return product(value).is(1, {of, of});
    }
    bool isCube(const std::string& value, const std::string& of) const {
        if (const SourceNode* power = made(value, "Pow"))
            return power->inputs[0] == of && isNear(m_graph.scalar(power->inputs[1]), 3);
        return product(value).is(1, {of, of, of});
    }
    const SourceGraph& graph() const { return m_graph; }

private:
    void multiply(const std::string& value, Product& result, int steps) const {
        if (result.values.size() > kMostFactors) return;
        if (const SourceNode* node = made(value, "Mul"); node != nullptr && steps > 0) {
            for (const std::string& input : node->inputs) {
                const auto number = m_graph.scalar(input);
                if (number) result.number *= static_cast<double>(*number);
                else multiply(input, result, steps - 1);
            }
            return;
        }
        const SourceNode* quotient = made(value, "Div");
        const auto divisor = quotient == nullptr ? std::nullopt : m_graph.scalar(quotient->inputs[1]);
        if (divisor && *divisor != 0 && steps > 0) {
            result.number /= static_cast<double>(*divisor);
            multiply(quotient->inputs[0], result, steps - 1);
        } else result.values.push_back(value);
    }

    const SourceGraph& m_graph;
};

/// ½·x·(1 + erf(x/√2)).
bool isGelu(const PatternReader& read, const Product& product, const std::string& x) {
    const std::string erf = read.argument(read.plus(product.besides(x), 1), "Erf");
    return !erf.empty() && isNear(static_cast<float>(product.number), 0.5) && read.product(erf).is(std::sqrt(0.5), {x});
}

/// ½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³))).
bool isGeluTanh(const PatternReader& read, const Product& product, const std::string& x) {
    constexpr double kTwoByPi = 0.63661977236758134, kCubic = 0.044715;
    const std::string tanh = read.argument(read.plus(product.besides(x), 1), "Tanh");
    if (tanh.empty() || !isNear(static_cast<float>(product.number), 0.5)) return false;
    const Product inner = read.product(tanh);
    if (!isNear(static_cast<float>(inner.number), std::sqrt(kTwoByPi))) return false;
    if (inner.values.size() == 1) {  // x + c·x³
        const SourceNode* sum = read.made(inner.values[0], "Add");
        if (sum == nullptr) return false;
        const std::string& cubic = sum->inputs[sum->inputs[0] == x ? 1 : 0];
        const Product term = read.product(cubic);
        const bool cube = term.values.size() == 1 ? read.isCube(term.values[0], x) : term.is(kCubic, {x, x, x});
        return (sum->inputs[0] == x || sum->inputs[1] == x) && isNear(static_cast<float>(term.number), kCubic) && cube;
    }
    const Product term = read.product(read.plus(inner.besides(x), 1));  // x·(1 + c·x²)
    const bool square = term.values.size() == 1 ? read.isSquare(term.values[0], x) : term.is(kCubic, {x, x});
    return isNear(static_cast<float>(term.number), kCubic) && square;
}

/// Which function of one value a product is, and of which; an empty name where it is none.
struct Function {
    std::string op, argument;
};

Function functionOf(const PatternReader& read, const std::string& value) {
    const Product product = read.product(value);
    const bool sixth = isNear(static_cast<float>(product.number), 1.0 / 6);
    if (product.values.size() == 1 && sixth)
        if (std::string x = read.plus(read.relu6(product.values[0]), 3); !x.empty()) return {"HardSigmoid3", x};
    if (product.values.size() != 2) return {};
    for (const std::string& x : product.values) {
        const std::string other = product.besides(x);
        const bool one = isNear(static_cast<float>(product.number), 1);
        if (one && read.argument(other, "Sigmoid") == x) return {"Silu", x};
        if (one && read.argument(other, "HardSigmoid3") == x) return {"HardSwish", x};
        if (sixth && read.plus(read.relu6(other), 3) == x) return {"HardSwish", x};
        if (one && read.argument(other, "HardSigmoid") == x) {
            const SourceNode* node = read.graph().producer(other);
            const auto *slope = findAttribute(node->proto, "alpha"), *offset = findAttribute(node->proto, "beta");
            const bool usual =
                slope != nullptr && isNear(slope->f(), 1.0 / 6) && (offset == nullptr || isNear(offset->f(), 0.5));
            if (usual) return {"HardSwish", x};
        }
        if (isGelu(read, product, x)) return {"Gelu", x};
        if (isGeluTanh(read, product, x)) return {"GeluTanh", x};
    }
    return {};
}

/// Whether a node averages over the last axis alone, and keeps it.
bool isLastMean(const SourceGraph& graph, const std::string& value) {
    const SourceNode* node = graph.producer(value);
    if (node == nullptr || node->op != "ReduceMean") return false;
    const auto* keeps = findAttribute(node->proto, "keepdims");
    if (keeps != nullptr && keeps->i() == 0) return false;
    if (const auto* axes = findAttribute(node->proto, "axes")) return axes->ints_size() == 1 && axes->ints(0) == -1;
    return node->inputs.size() == 2 && graph.scalar(node->inputs[1]) == -1.0F;
}

/// (x − mean) / √(mean of (x − mean)² + epsilon): PyTorch's before operation set 17. Changes the division.
void fuseLayerNorm(const PatternReader& read, SourceNode& division) {
    const SourceGraph& graph = read.graph();
    const std::string deviation = division.inputs[0], root = read.argument(division.inputs[1], "Sqrt");
    const SourceNode *difference = read.made(deviation, "Sub"), *sum = read.made(root, "Add");
    if (difference == nullptr || sum == nullptr || !isLastMean(graph, difference->inputs[1])) return;
    const std::string& x = difference->inputs[0];
    const std::size_t number = graph.scalar(sum->inputs[1]) ? 1 : 0;
    const auto epsilon = graph.scalar(sum->inputs[number]);
    const std::string& variance = sum->inputs[1 - number];
    if (!epsilon || read.argument(difference->inputs[1], "ReduceMean") != x || !isLastMean(graph, variance) ||
        !read.isSquare(read.argument(variance, "ReduceMean"), deviation))
        return;
    division.op = "LayerNormalization";
    division.inputs = {x};
    division.epsilon = *epsilon;
    division.proto = nullptr;
}

}  // namespace

void fusePatterns(SourceGraph& graph) {
    const PatternReader read(graph);
    for (SourceNode& node : graph.nodes()) {
        if (node.inputs.size() != 2 || node.outputs.size() != 1 || (node.op != "Mul" && node.op != "Div")) continue;
        const Function found = functionOf(read, node.outputs[0]);
        if (!found.op.empty()) {
            node.op = found.op;
            node.inputs = {found.argument};
            node.proto = nullptr;
        } else if (node.op == "Div") fuseLayerNorm(read, node);
    }
}

}  // namespace bitdesk
