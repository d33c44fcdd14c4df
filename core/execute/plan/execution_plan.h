// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/model/meta_model.h"

namespace bitdesk {

/// What the numbers in a plan mean; part of every stored key, raised when any executor's results change.
inline constexpr int kNumericsVersion = 1;

enum class ElementType { F32, U8, S8 };

/// An activation tensor [batch, H, W, C] that steps write and read. `firstStep` writes it, `lastStep` reads it last.
struct Buffer {
    Shape shape;
    ElementType type = ElementType::F32;
    int firstStep = 0;
    int lastStep = 0;
};

/// Writes codes = quantizeActivation(value, inverseScale, lowest, highest) into a buffer. `highest` is at most the code
/// of the largest value that the epilogue's activation has.
struct CodeOutput {
    int buffer = -1;
    float inverseScale = 1;
    int lowest = 0;
    int highest = 0;
    int layer = -1;  ///< the layer (index into network.layers()) that reads these codes
};

/// What happens to a step's raw value before it is stored, always in this order, in float32, each operation rounded
/// (no fused multiply-add):
///   v = float(raw) · scale[c] + offset[c];  v = v + residual;  v = activated(activation, v);  store v and its codes.
/// scale/offset are empty where there is none; raw is an int32 accumulator for conv/linear, else a float.
struct Epilogue {
    std::vector<float> scale;
    std::vector<float> offset;
    int residual = -1;  ///< F32 buffer, −1: none
    Activation activation;
    int floatOutput = -1;  ///< F32 buffer, −1: the value is not kept
    std::vector<CodeOutput> codeOutputs;
};

/// raw = the input, float (norms, adds and quantizations that could not be fused).
struct Pointwise {};

/// A pool with its windows resolved: output [y, x] pools the positions of rows[y] and columns[x].
struct PoolWindows {
    bool average = false;
    std::vector<PoolSpan> rows, columns;
};

/// Output channel c is input channel channels[c]: slices and shuffles.
struct ChannelSelection {
    std::vector<int> channels;
};

/// What gives a step's raw values, from a buffer each of its inputs; in float32, each operation rounded:
///   input      one pixel 0…255 of the image, which is no buffer; the epilogue normalizes
///   conv2d     Σ code · oddCode over the window, int32; padding adds 0
///   linear     Σ code · oddCode, int32
///   pool       the window's maximum, NaN where it has one; or (Σ row by row, left to right) · float(1/counted)
///   multiply   a · b, extents of 1 repeated
///   concat, channel selection, upsample   the input's values
///   layer norm d · (1/√(v + float(ε))): m = S(x) · float(1/C), d = x − m, v = S(d·d) · float(1/C). S adds in
///              kLayerNormLanes sums, channel c to sum c mod kLayerNormLanes in ascending order, each from 0; then the
///              upper half of the sums to the lower, until one is left
using StepOperation =
    std::variant<InputAttributes, Conv2dAttributes, LinearAttributes, PoolWindows, Pointwise, MultiplyAttributes,
                 ConcatAttributes, ChannelSelection, LayerNormAttributes, UpsampleAttributes>;
inline constexpr int kLayerNormLanes = 16;

struct Step {
    StepOperation operation = Pointwise{};
    std::string name;  ///< the layer's or node's name
    int node = -1;
    int norm = -1;                   ///< node of the norm that scale and offset hold, −1: none
    std::vector<int> inputs;         ///< buffers; none where the image is read
    int layer = -1;                  ///< index into network.layers() of conv2d and linear
    int weightBits = 0;              ///< of conv2d and linear
    int inputBits = 0;               ///< of the codes that they read
    Shape inputShape, outputShape;   ///< of the first input
    std::vector<Shape> inputShapes;  ///< of all inputs, as this step sees them: a flatten may lie between
    Epilogue epilogue;

    template <typename T>
    const T* as() const {
        return std::get_if<T>(&operation);
    }
};

/// A network under one bit configuration, ready to run: every table looked up, every constant folded. Buffers are
/// indices into `buffers`; the logits are `output` (F32). Plain value.
struct ExecutionPlan {
    BitConfiguration bits;
    std::vector<Buffer> buffers;
    std::vector<Step> steps;
    int output = -1;
    int classes = 0;
};

/// Lowers model + configuration. Constants are computed in double and rounded once to float:
///   scale = s_a·s_w·2^(top−b)/2 · γ/√(var+ε),  offset = (bias − mean)·γ/√(var+ε) + β.
/// Throws Error (BadInput) for a configuration that does not fit the model.
ExecutionPlan lower(const MetaModel& model, const BitConfiguration& bits);

/// Sets one quantizable layer's bits in a plan of this model: what lower() would give, but only what depends on that
/// layer is computed. Throws Error (BadInput) where the model lacks the width or the layer.
void changeBits(ExecutionPlan& plan, const MetaModel& model, int quantizableIndex, int bits);

/// Looks up again what depends on a layer (an index into network.layers()): after changeBits(), which calls it, or
/// after the model's scales of that layer have changed.
void refreshLayer(ExecutionPlan& plan, const MetaModel& model, int layerIndex);

}  // namespace bitdesk
