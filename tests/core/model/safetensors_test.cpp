// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/safetensors.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

/// The file of a header and its data, as the format says: eight bytes of length, little-endian.
std::string file(const std::string& header, const std::string& data = {}) {
    std::string bytes;
    for (unsigned i = 0; i < 8; ++i) bytes += static_cast<char>((header.size() >> (8 * i)) & 0xFF);
    return bytes + header + data;
}

Safetensors parse(const std::string& bytes) {
    return parseSafetensors(std::as_bytes(std::span(bytes.data(), bytes.size())), "f.safetensors");
}

std::vector<std::byte> bytesOf(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
    return {bytes.begin(), bytes.end()};
}

void refuses(const std::string& bytes, std::initializer_list<std::string> parts) {
    test::expectBadInput(parts, [&] { parse(bytes); });
}

// Bytes written by hand from the format's description (huggingface.co/docs/safetensors).
TEST(Safetensors, ReadsBytesWrittenByHand) {
    const Safetensors content = parse(file(
        R"({"__metadata__":{"who":"ä"},"codes":{"dtype":"I8","shape":[2],"data_offsets":[4,6]},)"
        R"("one":{"data_offsets":[0,4],"shape":[],"dtype":"F32"},"none":{"dtype":"F64","shape":[3,0],"data_offsets":[6,6]}}  )",
        std::string("\x00\x00\x80\x3f\xff\x07", 6)));
    EXPECT_EQ(content.metadata, (std::map<std::string, std::string>{{"who", "ä"}}));
    ASSERT_EQ(content.tensors.size(), 3u);
    EXPECT_EQ(content.tensors.at("codes").dtype, "I8");
    EXPECT_EQ(content.tensors.at("codes").shape, (std::vector<std::int64_t>{2}));
    EXPECT_EQ(content.tensors.at("codes").data, bytesOf("\xff\x07"));
    EXPECT_EQ(content.tensors.at("one").shape, std::vector<std::int64_t>{});
    EXPECT_EQ(content.tensors.at("one").data, bytesOf(std::string("\x00\x00\x80\x3f", 4)));
    EXPECT_EQ(content.tensors.at("none").shape, (std::vector<std::int64_t>{3, 0}));
    EXPECT_TRUE(content.tensors.at("none").data.empty());
}

TEST(Safetensors, WritesTheBytesOfTheFormat) {
    Safetensors content;
    content.metadata = {{"b", "2"}, {"a", "1"}};
    content.tensors.emplace("x", Tensor::i8({1, 3}, std::vector<std::int8_t>{1, -1, 2}));
    content.tensors.emplace("y", Tensor::f32({1}, std::vector<float>{1.0F}));
    const std::string header =
        R"({"__metadata__":{"a":"1","b":"2"},"y":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
        R"("x":{"dtype":"I8","shape":[1,3],"data_offsets":[4,7]}})";
    const std::string padding((8 - header.size() % 8) % 8, ' ');
    EXPECT_EQ(serializeSafetensors(content), file(header + padding, std::string("\x00\x00\x80\x3f\x01\xff\x02", 7)));
}

TEST(Safetensors, WritesAnEmptyFile) {
    EXPECT_EQ(serializeSafetensors({}), file("{}      "));
    EXPECT_TRUE(parse(file("{}")).tensors.empty());
}

RC_GTEST_PROP(Safetensors, SurvivesARoundTrip,
              (const std::map<std::string, std::vector<float>>& tables, const std::vector<std::int8_t>& codes)) {
    Safetensors content;
    content.tensors.emplace("codes", Tensor::i8({static_cast<std::int64_t>(codes.size())}, codes));
    int index = 0;
    for (const auto& [text, values] : tables) {
        const std::string name = "table" + std::to_string(index++);
        content.tensors.emplace(name, Tensor::f32({1, static_cast<std::int64_t>(values.size())}, values));
        content.metadata.emplace(name, std::to_string(text.size()));
    }
    const std::string bytes = serializeSafetensors(content);
    const Safetensors again = parse(bytes);
    RC_ASSERT(again.metadata == content.metadata);
    RC_ASSERT(again.tensors.size() == content.tensors.size());
    for (const auto& [name, tensor] : content.tensors) {
        RC_ASSERT(again.tensors.at(name).shape == tensor.shape);
        RC_ASSERT(again.tensors.at(name).data == tensor.data);
    }
    RC_ASSERT(serializeSafetensors(again) == bytes);
    RC_ASSERT((bytes.size() - content.tensors.at("codes").data.size()) % 4 == 0);
}

TEST(Safetensors, NamesABrokenFrame) {
    refuses("", {"f.safetensors", "too short"});
    refuses("1234567", {"f.safetensors", "too short", "7 bytes"});
    refuses(std::string(8, '\xff'), {"header is too large"});
    refuses(file("{}").substr(0, 9), {"cut short"});
    refuses(file(""), {"does not begin with '{'"});
    refuses(file("  {}"), {"does not begin with '{'"});
    refuses(file("[]"), {"does not begin with '{'"});
    refuses(file("{} x"), {"its header is not valid JSON at byte"});
    refuses(file("{", "}"), {"its header is not valid JSON at byte"});
    refuses(file(std::string("{}\0\0", 4)), {"its header is not valid JSON: NUL"});
    refuses(file("{\"\xff\":1}"), {"its header is not valid JSON at byte"});
    refuses(file("{}", "more"), {"4 bytes behind its last tensor"});
}

TEST(Safetensors, NamesBrokenEntries) {
    const auto entry = [](const std::string& json) { return file(R"({"x":)" + json + "}", "abcd"); };
    refuses(entry("7"), {"f.safetensors: tensor 'x'", "its entry is not"});
    refuses(entry(R"({"dtype":"I8","shape":[4]})"), {"tensor 'x'", "its entry is not"});
    refuses(entry(R"({"dtype":"I8","shape":[4],"offsets":[0,4]})"), {"tensor 'x'", "'data_offsets'"});
    refuses(entry(R"({"dtype":"I8","shape":[4],"data_offsets":[0,4],"more":0})"), {"tensor 'x'", "its entry is not"});
    refuses(entry(R"({"dtype":"I4","shape":[4],"data_offsets":[0,4]})"), {"tensor 'x'", "no known dtype"});
    refuses(entry(R"({"dtype":8,"shape":[4],"data_offsets":[0,4]})"), {"tensor 'x'", "no known dtype"});
    for (const char* extent : {"-4", "4.0", "\"4\"", "null", "[4]", "18446744073709551620"})
        refuses(entry(R"({"dtype":"I8","shape":[)" + std::string(extent) + R"(],"data_offsets":[0,4]})"),
                {"f.safetensors", extent == std::string("[4]") ? "nested" : "whole numbers"});
    refuses(entry(R"({"dtype":"I8","shape":{},"data_offsets":[0,4]})"), {"tensor 'x'", "no list of integers"});
    refuses(entry(R"({"dtype":"I8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4],"data_offsets":[0,4]})"),
            {"tensor 'x'", "no list of integers"});
    refuses(file(R"({"__metadata__":[]})"), {"__metadata__ is no JSON object"});
    refuses(file(R"({"__metadata__":{"a":1}})"), {"__metadata__ entry 'a' is no text"});
    refuses(file(R"({"x":1,"x":2})"), {"its header has the key 'x' twice"});
}

TEST(Safetensors, NamesSizesThatOverflow) {
    const auto shaped = [](const char* dtype, const char* shape) {
        return file(std::string(R"({"x":{"dtype":")") + dtype + R"(","shape":)" + shape + R"(,"data_offsets":[0,4]}})",
                    "abcd");
    };
    refuses(shaped("I8", "[18446744073709551615]"), {"tensor 'x'", "its shape is too large"});
    refuses(shaped("F64", "[2305843009213693952]"), {"tensor 'x'", "its shape is too large"});
    refuses(shaped("I8", "[4294967296,4294967296]"), {"tensor 'x'", "its shape is too large"});
    refuses(shaped("I8", "[65536,65536,65536,65536]"), {"tensor 'x'", "its shape is too large"});
    refuses(shaped("I8", "[0,18446744073709551615]"), {"tensor 'x'", "its shape is too large"});
}

TEST(Safetensors, NamesOffsetsThatDoNotFit) {
    const auto at = [](const char* x, const char* y) {
        return file(std::string(R"({"x":{"dtype":"I8","shape":[2],"data_offsets":)") + x +
                        R"(},"y":{"dtype":"I8","shape":[2],"data_offsets":)" + y + "}}",
                    "abcd");
    };
    EXPECT_NO_THROW(parse(at("[2,4]", "[0,2]")));
    refuses(at("[0,2]", "[0,2]"), {"tensor 'y'", "overlaps"});
    refuses(at("[0,2]", "[1,3]"), {"tensor 'y'", "overlaps"});
    refuses(at("[1,3]", "[3,5]"), {"tensor 'y'", "cut short"});
    refuses(at("[2,0]", "[2,4]"), {"tensor 'x'", "no pair begin ≤ end"});
    refuses(at("[0]", "[2,4]"), {"tensor 'x'", "no pair begin ≤ end"});
    refuses(at("[0,1,2]", "[2,4]"), {"tensor 'x'", "no pair begin ≤ end"});
    refuses(at("[0,3]", "[2,4]"), {"tensor 'x'", "has 3 bytes where its shape and dtype need 2"});
    refuses(at("[18446744073709551614,18446744073709551615]", "[2,4]"), {"tensor 'x'", "cut short"});
    refuses(at("[-2,0]", "[2,4]"), {"tensor 'x'", "whole numbers"});
    refuses(file(R"({"x":{"dtype":"I8","shape":[1],"data_offsets":[1,2]}})", "ab"), {"tensor 'x'", "leaves a hole"});
}

TEST(Safetensors, RefusesDeepHeaders) {
    refuses(file("{\"x\":" + std::string(1'000'000, '[')), {"its header is nested too deeply"});
}

}  // namespace
}  // namespace bitdesk
