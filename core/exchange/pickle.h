// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bitdesk {

/// Values of a pickle, in one list; containers hold indices into it. A value may be in several containers, or in
/// itself.
struct PickleValue {
    enum class Kind { None, Bool, Integer, Real, Text, Tuple, List, Dict, Global, Storage, Tensor };
    Kind kind = Kind::None;
    std::int64_t integer = 0;  ///< also of Bool
    double real = 0;
    std::string text;        ///< of a Global "module name", as "torch FloatStorage"; of a Storage its key
    std::vector<int> items;  ///< of a Dict key, value, key, value, …; of a Tensor storage, offset, size, stride
};

struct Pickle {
    std::vector<PickleValue> values;
    int root = 0;

    const PickleValue& at(int index) const { return values[static_cast<std::size_t>(index)]; }
};

/// Reads the pickle of a PyTorch state dict and runs nothing of it: a machine of the few opcodes that tensors, numbers,
/// texts and containers need. Of all names in Python it knows those that rebuild a tensor, OrderedDict and torch's
/// storage types; every other one is refused and named. A Tensor is what a call of torch._utils._rebuild_tensor_v2 or
/// _rebuild_parameter stands for. At most 16 MiB and two million values. Throws Error (BadInput) naming `where`.
Pickle parsePickle(std::span<const std::byte> bytes, const std::string& where);

}  // namespace bitdesk
