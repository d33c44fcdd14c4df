// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/rounding_notes.h"

namespace bitdesk {

std::vector<std::string> roundingNotes(bool qonnx) {
    const std::string op = qonnx ? "Quant" : "QuantizeLinear";
    std::vector<std::string> notes{
        "Activations: Bitdesk rounds x * (1/scale), both in float32, half to even; " + op +
            " rounds x / scale, half to even.",
        "Epilogue: Bitdesk adds integer products exactly and applies one float32 multiply and one add a channel, into "
        "which scales, bias and norm are folded in double. ONNX has no operation for that rounding: the graph adds "
        "products of dequantized floats and applies BatchNormalization in float32, in an order that the runtime "
        "chooses."};
    if (!qonnx)
        notes.emplace_back(
            "A runtime may fuse QuantizeLinear and DequantizeLinear with their neighbours and requantize in a way of "
            "its own.");
    notes.emplace_back(
        "So a code at a rounding edge may differ by one, and logits that are equal in Bitdesk may come out a hair "
        "apart: "
        "the class of a rare image may differ.");
    return notes;
}

std::vector<std::string> readerNotes(bool qonnx, bool halfSteps) {
    if (!qonnx)
        return {
            "Tried, images of the same class on the sample | on small random networks, whose classes lie close: "
            "onnxruntime 1.32.0 99.99 % or more | 99.99 %; OpenVINO 2026.4.1 with INFERENCE_PRECISION_HINT f32 "
            "99.98 % | 99.99 %, without it, on a CPU that computes in bfloat16, 97.6 % | 84.5 %; OpenCV 5.0.0 99.94 % "
            "| "
            "99.88 %, whose new engine refuses some networks with a max pool. Hold another program against bitdesk "
            "predict on your own images first."};
    std::vector<std::string> notes{
        "Tried: the qonnx 1.0.0 package, which gave the same class on the sample and, but for an image in 25, on small "
        "random networks."};
    if (halfSteps)
        notes.emplace_back(
            "Weights sit half a step above their codes, so their Quant nodes have a zero point of -0.5. qonnx-convert "
            "takes "
            "zero points of 0 alone and leaves these nodes as they are; models with the quantizer 'rounded' are "
            "converted whole.");
    return notes;
}

}  // namespace bitdesk
