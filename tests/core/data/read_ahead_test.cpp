// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/read_ahead.h"

#include <gtest/gtest.h>
#include <atomic>
#include <chrono>
#include <stdexcept>

namespace bitdesk {
namespace {

/// Images of 4 bytes that hold their index; "decoded" where it has an account.
class Numbers final : public DataSet {
public:
    Numbers(std::int64_t size, std::int64_t memory) : m_size(size), m_memory(memory) {
        m_shape = {2, 2, 1};
        m_classNames = {"one"};
    }
    std::int64_t size() const override { return m_size; }
    int label(std::int64_t) const override { return 0; }
    void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const override {
        for (std::size_t i = 0; i < indices.size(); ++i) {
            if (indices[i] == failing) throw std::runtime_error("image " + std::to_string(failing));
            std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(4 * i), 4, static_cast<std::uint8_t>(indices[i]));
            ++copied;
            otherThread = otherThread || std::this_thread::get_id() != m_home;
        }
    }
    DecodeMemory* decodeMemory() const override { return m_memory.limit() > 0 ? &m_memory : nullptr; }

    std::int64_t failing = -1;
    mutable std::atomic<int> copied = 0;
    mutable std::atomic<bool> otherThread = false;

private:
    std::int64_t m_size;
    mutable DecodeMemory m_memory;
    std::thread::id m_home = std::this_thread::get_id();
};

std::vector<std::int64_t> backwards(std::int64_t size) {
    std::vector<std::int64_t> order;
    for (std::int64_t i = size; i-- > 0;) order.push_back(i);
    return order;
}

struct Kind {
    std::int64_t memory;
    bool ahead;
};

TEST(ReadAhead, GivesBatchesInOrder) {
    for (const auto& [memory, ahead] : {Kind{0, false}, Kind{1 << 20, true}, Kind{8 * 4 * 7, true}, Kind{100, false}})
        for (const int first : {0, 1, 3, 40}) {
            SCOPED_TRACE(std::to_string(memory) + " bytes, first " + std::to_string(first));
            const Numbers data(23, memory);
            const auto order = backwards(23);
            ReadAhead batches(data, order, 7, first);
            std::vector<std::int64_t> seen;
            std::vector<std::size_t> sizes;
            while (const auto batch = batches.next()) {
                ASSERT_EQ(batch->images.size(), 4 * batch->indices.size());
                for (std::size_t i = 0; i < batch->images.size(); ++i)
                    ASSERT_EQ(batch->images[i], batch->indices[i / 4]);
                seen.insert(seen.end(), batch->indices.begin(), batch->indices.end());
                sizes.push_back(batch->indices.size());
            }
            EXPECT_EQ(seen, order);
            EXPECT_EQ(sizes.front(), first == 0 ? 7U : static_cast<std::size_t>(std::min(first, 23)));
            EXPECT_EQ(data.otherThread, ahead && first != 40);
            if (memory > 0) {
                EXPECT_LE(data.decodeMemory()->peak(), memory / 4);
            }
        }
}

TEST(ReadAhead, OfNothingIsNothing) {
    const Numbers data(5, 1 << 20);
    ReadAhead batches(data, {}, 7);
    EXPECT_FALSE(batches.next());
}

TEST(ReadAhead, AFailureComesWhenItsBatchIsAskedFor) {
    Numbers data(23, 1 << 20);
    data.failing = 10;
    const auto order = backwards(23);
    ReadAhead batches(data, order, 7);
    EXPECT_TRUE(batches.next());
    EXPECT_THROW(batches.next(), std::runtime_error);
}

TEST(ReadAhead, EndsWhereNobodyAsks) {
    const Numbers data(200, 8 * 4 * 7);
    const auto order = backwards(200);
    {
        ReadAhead batches(data, order, 7);
        EXPECT_TRUE(batches.next());
    }
    EXPECT_LE(data.copied, 14);
    EXPECT_EQ(data.decodeMemory()->readAhead(8 * 7).has_value(), true);  // given back
}

}  // namespace
}  // namespace bitdesk
