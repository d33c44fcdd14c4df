// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/pickle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

using Kind = PickleValue::Kind;
using namespace std::string_literals;

Pickle parse(const std::string& bytes) { return parsePickle(std::as_bytes(std::span(bytes)), "f.pt"); }

// {"w": a tensor of [2, 3] in storage "0"}, as torch.save(collections.OrderedDict(w=torch.ones(2, 3))) writes it.
const std::string kTensorDict =
    "\x80\x02"
    "ccollections\nOrderedDict\nq\x00)Rq\x01X\x01\x00\x00\x00wq\x02"
    "ctorch._utils\n_rebuild_tensor_v2\nq\x03"
    "((X\x07\x00\x00\x00storageq\x04"
    "ctorch\nFloatStorage\nq\x05X\x01\x00\x00\x00"
    "0q\x06X\x03\x00\x00\x00"
    "cpuq\x07K\x06tq\x08Q"
    "K\x00K\x02K\x03\x86q\tK\x03K\x01\x86q\n\x89"
    "ccollections\nOrderedDict\nq\x0b)Rq\x0ctq\rRq\x0es."s;

TEST(Pickle, ReadsATensorAsTorchWritesIt) {
    const Pickle pickle = parse(kTensorDict);
    const PickleValue& root = pickle.at(pickle.root);
    ASSERT_EQ(root.kind, Kind::Dict);
    ASSERT_EQ(root.items.size(), 2U);
    EXPECT_EQ(pickle.at(root.items[0]).text, "w");
    const PickleValue& tensor = pickle.at(root.items[1]);
    ASSERT_EQ(tensor.kind, Kind::Tensor);
    const PickleValue& storage = pickle.at(tensor.items[0]);
    EXPECT_EQ(storage.text, "0");
    EXPECT_EQ(storage.integer, 6);
    EXPECT_EQ(pickle.at(storage.items[0]).text, "torch FloatStorage");
    EXPECT_EQ(pickle.at(pickle.at(tensor.items[2]).items[1]).integer, 3);
}

TEST(Pickle, ReadsNumbersAndContainers) {
    EXPECT_EQ(parse("K\xff."s).values[0].integer, 255);
    EXPECT_EQ(parse("M\x01\x02."s).values[0].integer, 513);
    EXPECT_EQ(parse("J\xfe\xff\xff\xff."s).values[0].integer, -2);
    EXPECT_EQ(parse("\x8a\x02\x00\x80."s).values[0].integer, -32768);
    EXPECT_EQ(parse("\x8a\x00."s).values[0].integer, 0);
    EXPECT_EQ(parse("G\x3f\xf8\x00\x00\x00\x00\x00\x00."s).values[0].real, 1.5);
    const Pickle list = parse(
        "](K\x01K\x02"
        "e."s);
    EXPECT_EQ(list.at(list.root).items.size(), 2U);
    const Pickle shared = parse(
        "]q\x00h\x00"
        "a."s);  // a list that holds itself
    EXPECT_EQ(shared.at(shared.root).items, std::vector<int>{shared.root});
}

struct Hostile {
    const char* name;
    std::string bytes, reason;
};
void PrintTo(const Hostile& h, std::ostream* out) { *out << h.name; }

class HostilePickle : public testing::TestWithParam<Hostile> {};

INSTANTIATE_TEST_SUITE_P(
    , HostilePickle,
    testing::Values(Hostile{"System", "cposix\nsystem\n(X\x02\x00\x00\x00lstR."s, "refers to 'posix.system'"},
                    Hostile{"Eval", "c__builtin__\neval\n)R."s, "refers to '__builtin__.eval'"},
                    Hostile{"StackGlobal", "\x8c\x05posix\x8c\x06system\x93."s, "refers to 'posix.system'"},
                    Hostile{"DisguisedGlobal", "ctorch._utils _rebuild_tensor_v2\n\n."s,
                            "refers to 'torch._utils _rebuild_tensor_v2.'"},
                    Hostile{"Instance", "(iposix\nsystem\n."s, "has the opcode 0x69"},
                    Hostile{"NewObject", "ctorch\nSize\n)\x81."s, "has the opcode 0x81"},
                    Hostile{"Extension", "\x82\x01."s, "has the opcode 0x82"}, Hostile{"Empty", "", "is cut short"},
                    Hostile{"Cut",
                            "X\xff\x00\x00\x00"
                            "ab"s,
                            "is cut short"},
                    Hostile{"NothingLeft", "."s, "ends with something left over"},
                    Hostile{"TwoLeft", "NN."s, "ends with something left over"},
                    Hostile{"OpenMark", "(N."s, "ends with something left over"},
                    Hostile{"NoMark", "Nt."s, "closes a list that was not begun"},
                    Hostile{"PopsThroughAMark", "N(\x85."s, "empty stack"},
                    Hostile{"UnknownMemo", "h\x05."s, "refers to a value that it has not"},
                    Hostile{"AppendsToANumber",
                            "K\x01K\x02"
                            "a."s,
                            "adds to something that is no container"},
                    Hostile{"OddDict", "}(K\x01u."s, "a key and no value"},
                    Hostile{"CallsANumber", "K\x01)R."s, "calls something that is no name"},
                    Hostile{"CallsAStorage", "ctorch\nFloatStorage\n)R."s, "calls 'torch FloatStorage'"},
                    Hostile{"FillsADict", "ccollections\nOrderedDict\nK\x01\x85R."s, "fills an OrderedDict"},
                    Hostile{"TensorOfNothing", "ctorch._utils\n_rebuild_tensor_v2\n)R."s,
                            "a tensor of an unknown form"},
                    Hostile{"StorageOfNothing", "K\x01Q."s, "a storage of an unknown form"},
                    Hostile{"LongInteger",
                            "\x8a\x09"
                            "123456789."s,
                            "an integer of more than 64 bits"},
                    Hostile{"LongText", "X\xff\xff\xff\xff."s, "a text of 4294967295 bytes"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST_P(HostilePickle, IsRefused) {
    test::expectBadInput({"f.pt", GetParam().reason}, [] { parse(GetParam().bytes); });
}

TEST(Pickle, IsBounded) {
    test::expectBadInput({"two million values"}, [] { parse(std::string(3'000'000, 'N')); });
    test::expectBadInput({"nested too deeply"}, [] { parse(std::string(100'000, '(')); });
    // One value, recalled again and again, doubles a tuple each time if it were copied: it is an index here.
    std::string bomb = "Nq\x00"s;
    for (int i = 0; i < 60; ++i) bomb += "h\x00h\x00\x86q\x00"s;
    test::expectBadInput({"left over"}, [&] { parse(bomb + "."); });
    test::expectBadInput({"is larger"}, [] { parse(std::string(17 << 20, 'N')); });
}

RC_GTEST_PROP(Pickle, DamagedBytesReadOrThrowError, ()) {
    std::string bytes = kTensorDict;
    const int damages = *rc::gen::inRange(1, 5);
    for (int i = 0; i < damages; ++i)
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<char>();
    try {
        const Pickle pickle = parse(bytes);
        for (const PickleValue& value : pickle.values)
            for (const int item : value.items) RC_ASSERT(item >= 0 && item < static_cast<int>(pickle.values.size()));
    } catch (const Error& error) {
        RC_ASSERT(error.kind() == ErrorKind::BadInput);
    }
}

}  // namespace
}  // namespace bitdesk
