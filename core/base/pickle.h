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
    enum class Kind {
        None,
        Bool,
        Integer,
        Real,
        Text,
        Bytes,
        Tuple,
        List,
        Dict,
        Global,
        Storage,
        Tensor,
        Type,
        Array,
        Opaque  ///< an object of a foreign class
    };
    Kind kind = Kind::None;
    std::int64_t integer = 0;  ///< also of Bool; of an Array 1 where it is in Fortran's order
    double real = 0;
    std::string text;        ///< also Bytes; of a Global "module name", as "torch FloatStorage"; of a Storage its key;
                             ///< of a Type NumPy's word for it, as "<i8"; of an Opaque its class, as a Global
    std::vector<int> items;  ///< of a Dict key, value, key, value, …; of a Tensor storage, offset, size, stride; of an
                             ///< Array type, shape, bytes (Bytes or Text); of an Opaque the Dict of its attributes,
                             ///< where it has one
};

struct Pickle {
    std::vector<PickleValue> values;
    int root = 0;
    std::size_t size = 0;              ///< bytes that it takes
    std::vector<std::string> foreign;  ///< names of others that it refers to, each once, the first few

    const PickleValue& at(int index) const { return values[static_cast<std::size_t>(index)]; }
    /// The value of a Dict under a key that is Text or Bytes (Python 2 wrote these); null where there is none.
    const PickleValue* find(const PickleValue& dict, const std::string& key) const;
};

/// How much is read, and what is advised where that is not enough.
struct PickleLimits {
    std::size_t bytes;  ///< of the whole, and of what its calls make of it
    std::size_t text;   ///< of one text
    const char* hint;
    bool foreign = false;  ///< objects of other classes are passed over; else they are refused
};
inline constexpr PickleLimits kStateDictLimits{std::size_t{1} << 26, std::size_t{1} << 22,
                                               "Save tensors alone: torch.save(model.state_dict(), FILE)", true};

/// Reads a pickle of protocol 2 to 5, from the first byte to its end, and runs nothing of it: a machine of the few
/// opcodes that tensors, arrays, numbers, texts and containers need. Of all names in Python it knows those that rebuild
/// a tensor of PyTorch or an array of NumPy, dicts of `collections` and torch's storage types. Every other one is
/// refused and named; or, where the limits say so, is a Global, and what is made with it an Opaque, of which only a
/// dict of attributes is kept. A Tensor is what a call of torch._utils._rebuild_tensor_v2 or _rebuild_parameter stands
/// for, an Array what numpy's _reconstruct or _frombuffer does; a str of Python 2 is a Text. At most two million
/// values. Throws Error (BadInput) naming `where`.
Pickle parsePickle(std::span<const std::byte> bytes, const std::string& where,
                   const PickleLimits& limits = kStateDictLimits);

}  // namespace bitdesk
