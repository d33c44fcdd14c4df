// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/pickle.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/core/base/expect_error.h"

namespace bitdesk {
namespace {

using Kind = PickleValue::Kind;
using namespace std::string_literals;

constexpr PickleLimits kStrict{std::size_t{1} << 24, 65'536, "Save it otherwise"};

Pickle parse(const std::string& bytes, const PickleLimits& limits = kStrict) {
    return parsePickle(std::as_bytes(std::span(bytes)), "f.pt", limits);
}
/// Where objects of others are passed over.
Pickle parseCheckpoint(const std::string& bytes) { return parse(bytes, kStateDictLimits); }

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

/// [2, 4] of bytes 0 … 7, as NumPy wrote it in Python 2 and in Python 3.11 (pickle.dumps(a, protocol), NumPy 2).
const std::string kArrays[] = {
    "\x80\x02"
    "cnumpy.core.multiarray\n_reconstruct\nq\x01(cnumpy\nndarray\nq\x02K\x00\x85U\x01"
    "btRq\x03(K\x01K\x02K\x04\x86"
    "cnumpy\ndtype\nq\x04(U\x02u1K\x00K\x01tRq\x05(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    "\x89T\x08\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07tb."s,
    "\x80\x02"
    "cnumpy._core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85"
    "c_codecs\nencode\nX\x01\x00\x00\x00"
    "bX\x06\x00\x00\x00latin1\x86R\x87R(K\x01K\x02K\x04\x86"
    "cnumpy\ndtype\nX\x02\x00\x00\x00u1\x89\x88\x87R(K\x03X\x01\x00\x00\x00|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK"
    "\x00tb\x89"
    "c_codecs\nencode\nX\x08\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07X\x06\x00\x00\x00latin1\x86Rtb."s,
    "\x80\x04\x95\x00\x00\x00\x00\x00\x00\x00\x00\x8c\x15numpy.core.multiarray\x94\x8c\x0c_reconstruct\x94\x93\x94"
    "\x8c\x05numpy\x94\x8c\x07ndarray\x94\x93\x94K\x00\x85\x94"
    "C\x01"
    "b\x94\x87\x94R\x94(K\x01K\x02K\x04\x86\x94h\x03\x8c\x05"
    "dtype\x94\x93\x94\x8c\x02u1\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK"
    "\x00t\x94"
    "b\x89"
    "C\x08\x00\x01\x02\x03\x04\x05\x06\x07\x94t\x94"
    "b."s,
    "\x80\x05\x8c\x13numpy._core.numeric\x94\x8c\x0b_frombuffer\x94\x93\x94("
    "\x96\x08\x00\x00\x00\x00\x00\x00\x00\x00\x01\x02\x03\x04\x05\x06\x07\x94\x8c\x05numpy\x94\x8c\x05"
    "dtype\x94\x93\x94\x8c\x02u1\x94\x89\x88\x87\x94R\x94(K\x03\x8c\x01|\x94NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK"
    "\x00t\x94"
    "bK\x02K\x04\x86\x94\x8c\x01"
    "C\x94t\x94R\x94."s};

TEST(Pickle, ReadsArraysOfEveryAge) {
    for (const std::string& bytes : kArrays) {
        SCOPED_TRACE(bytes.substr(0, 30));
        const Pickle pickle = parse(bytes);
        const PickleValue& array = pickle.at(pickle.root);
        ASSERT_EQ(array.kind, Kind::Array);
        ASSERT_EQ(array.items.size(), 3U);
        EXPECT_EQ(array.integer, 0);
        EXPECT_EQ(pickle.at(array.items[0]).text, "|u1");
        EXPECT_EQ(pickle.at(pickle.at(array.items[1]).items[1]).integer, 4);
        EXPECT_EQ(pickle.at(array.items[2]).text, "\0\1\2\3\4\5\6\7"s);
    }
}

TEST(Pickle, ReadsPythonTwosTextsAndBytes) {
    EXPECT_EQ(parse("U\x02"
                    "ab."s)
                  .values[0]
                  .text,
              "ab");
    EXPECT_EQ(parse("T\x02\x00\x00\x00"
                    "ab."s)
                  .values[0]
                  .kind,
              Kind::Text);
    EXPECT_EQ(parse("C\x02"
                    "a\xff."s)
                  .values[0]
                  .text,
              "a\xff");
    const std::string latin =
        "c_codecs\nencode\nX\x03\x00\x00\x00"
        "a\xc3\xbfX\x06\x00\x00\x00latin1\x86R."s;
    const Pickle bytes = parse(latin);
    EXPECT_EQ(bytes.at(bytes.root).text, "a\xff");
    const Pickle dict = parse(
        "}U\x01"
        "kK\x07s."s);
    ASSERT_NE(dict.find(dict.at(dict.root), "k"), nullptr);
    EXPECT_EQ(dict.find(dict.at(dict.root), "k")->integer, 7);
    EXPECT_EQ(dict.find(dict.at(dict.root), "l"), nullptr);
}

TEST(Pickle, PassesOverObjectsOfOthers) {
    // {"n": argparse.Namespace(lr=1), "k": 7}
    const Pickle pickle = parseCheckpoint("\x80\x02}(U\x01ncargparse\nNamespace\n)\x81}U\x02lrK\x01sbU\x01kK\x07u."s);
    const PickleValue& root = pickle.at(pickle.root);
    const PickleValue* object = pickle.find(root, "n");
    ASSERT_NE(object, nullptr);
    EXPECT_EQ(object->kind, Kind::Opaque);
    EXPECT_EQ(object->text, "argparse Namespace");
    ASSERT_EQ(object->items.size(), 1U);
    EXPECT_EQ(pickle.find(pickle.at(object->items.front()), "lr")->integer, 1);
    EXPECT_EQ(pickle.find(root, "k")->integer, 7);
    EXPECT_EQ(pickle.foreign, std::vector<std::string>{"argparse.Namespace"});
    // A call, what is put into its result, a set, an integer of 128 bits, keyword arguments, a number of NumPy's.
    for (const std::string& bytes : {"cposix\nsystem\n(U\x02lstR."s,
                                     "ccollections\nCounter\n)R(U\x01"
                                     "aK\x01u."s,
                                     "\x8f(K\x01\x90."s,
                                     "\x8a\x10"
                                     "0123456789abcdef."s,
                                     "ca\nb\n)}\x92."s, "(K\x01\x91."s,
                                     "cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nU\x02"
                                     "c8\x85RU\x08"
                                     "12345678tR."s}) {
        const Pickle found = parseCheckpoint(bytes);
        EXPECT_EQ(found.at(found.root).kind, Kind::Opaque) << bytes;
        test::expectBadInput({"f.pt"}, [&] { parse(bytes); });
    }
}

TEST(Pickle, ReadsTensorsWhateverPyTorchCallsTheirClass) {
    const std::string storage =
        "((U\x07storagectorch\nFloatStorage\nU\x01"
        "0U\x03"
        "cpuK\x06NtQ";  // before 1.6: six
    const std::string arguments = storage + "K\x00K\x06\x85K\x01\x85"s;
    for (const std::string& bytes :
         {"ctorch._utils\n_rebuild_tensor\n" + arguments + "tR.",
          "ctorch._utils\n_rebuild_parameter_with_state\n(ctorch._utils\n_rebuild_tensor\n" + arguments + "tR\x88}}tR.",
          "ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\nca\nb\n" + arguments +
              "\x89Nt}tR."}) {
        const Pickle found = parseCheckpoint(bytes);
        EXPECT_EQ(found.at(found.root).kind, Kind::Tensor) << bytes;
    }
    const Pickle nested =
        parseCheckpoint("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._tensor\n_rebuild_from_type_v2\nca\nb\n)}tR.");
    EXPECT_EQ(nested.at(nested.root).kind, Kind::Opaque);
    test::expectBadInput({"a view of another"}, [&] {
        std::string view = storage;
        view.replace(view.rfind("NtQ"), 1, "U\x01v");
        parseCheckpoint(view + ".");
    });
}

TEST(Pickle, TellsHowMuchItTook) { EXPECT_EQ(parse("K\x01.more"s).size, 3U); }

struct Hostile {
    const char* name;
    std::string bytes, reason;
};
void PrintTo(const Hostile& h, std::ostream* out) { *out << h.name; }

class HostilePickle : public testing::TestWithParam<Hostile> {};

INSTANTIATE_TEST_SUITE_P(
    , HostilePickle,
    testing::Values(
        Hostile{"System", "cposix\nsystem\n(X\x02\x00\x00\x00lstR."s, "refers to 'posix.system'"},
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
        Hostile{"TensorOfNothing", "ctorch._utils\n_rebuild_tensor_v2\n)R."s, "a tensor of an unknown form"},
        Hostile{"StorageOfNothing", "K\x01Q."s, "a storage of an unknown form"},
        Hostile{"LongInteger",
                "\x8a\x09"
                "123456789."s,
                "an integer of more than 64 bits"},
        Hostile{"ArrayOfNothing", "cnumpy.core.multiarray\n_reconstruct\n)R."s, "an array of an unknown form"},
        Hostile{"ArrayOfAnother", "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\ndtype\ntR."s,
                "an array of an unknown form"},
        Hostile{"ArrayState",
                "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\ntRK\x01"
                "b."s,
                "an array of an unknown form"},
        Hostile{"NumPysLoader", "cnumpy\nload\n)R."s, "refers to 'numpy.load'"},
        Hostile{"Codec",
                "c_codecs\nencode\n(X\x01\x00\x00\x00"
                "aX\x05\x00\x00\x00rot13tR."s,
                "bytes of an unknown form"},
        Hostile{"NoLatin", "c_codecs\nencode\n(X\x03\x00\x00\x00\xe2\x82\xacX\x06\x00\x00\x00latin1tR."s,
                "text is not Latin-1"},
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
    std::string copies =
        "c_codecs\nencode\nq\x00X\x00\x00\x01\x00"s + std::string(1 << 16, 'a') + "q\x01X\x06\x00\x00\x00latin1q\x02"s;
    for (int i = 0; i < 300; ++i) copies += "h\x00h\x01h\x02\x86R"s;  // 20 MB of seven bytes each
    test::expectBadInput({"makes more bytes than are read"}, [&] { parse(copies + "."); });
    test::expectBadInput({"is larger"}, [] { parse(std::string(17 << 20, 'N')); });
}

RC_GTEST_PROP(Pickle, DamagedBytesReadOrThrowError, ()) {
    const int which = *rc::gen::inRange(0, 5);
    std::string bytes = which == 0 ? kTensorDict : kArrays[which - 1];
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
