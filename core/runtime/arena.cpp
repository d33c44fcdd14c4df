// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/runtime/arena.h"

#include <algorithm>
#include <numeric>

#include "core/runtime/kernels/conv_problem.h"

namespace bitdesk::runtime {
namespace {

struct Placed {
    std::size_t first = 0, last = 0;
    int firstStep = 0, lastStep = 0;
};

}  // namespace

ArenaLayout layOut(const std::vector<Buffer>& buffers, int images) {
    std::vector<std::size_t> order(buffers.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t b) { return buffers[b].firstStep; });
    ArenaLayout layout;
    layout.offsets.assign(buffers.size(), 0);
    std::vector<Placed> placed;  // by place
    for (const std::size_t b : order) {
        const Buffer& buffer = buffers[b];
        const std::size_t element = buffer.type == ElementType::F32 ? sizeof(float) : 1;
        const std::size_t bytes =
            (static_cast<std::size_t>(buffer.shape.elements()) * static_cast<std::size_t>(images) * element + kSlack +
             63) /
            64 * 64;
        std::size_t start = 0;
        for (const Placed& other : placed)
            if (other.lastStep >= buffer.firstStep && other.firstStep <= buffer.lastStep && other.first < start + bytes)
                start = std::max(start, other.last);
        layout.offsets[b] = start;
        layout.bytes = std::max(layout.bytes, start + bytes);
        const Placed mine{start, start + bytes, buffer.firstStep, buffer.lastStep};
        placed.insert(std::ranges::upper_bound(placed, mine.first, {}, &Placed::first), mine);
    }
    return layout;
}

}  // namespace bitdesk::runtime
