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

}  // namespace bitdesk
