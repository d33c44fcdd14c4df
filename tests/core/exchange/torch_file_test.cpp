// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include <cmath>

#include "core/base/files.h"
#include "core/exchange/tensor_file.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/tar_file.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

using namespace std::string_literals;

std::string text(const std::string& word) { return "X" + test::littleEndian(word.size(), 4) + word; }
std::string number(std::int64_t value) { return "J" + test::littleEndian(static_cast<std::uint64_t>(value), 4); }
std::string tuple(std::initializer_list<std::int64_t> values) {
    std::string all = "(";
    for (const std::int64_t value : values) all += number(value);
    return all + "t";
}

/// A tensor in a pickle: a view of a storage of `count` elements.
std::string tensor(const std::string& type, const std::string& key, std::int64_t count, std::int64_t offset,
                   std::initializer_list<std::int64_t> size, std::initializer_list<std::int64_t> stride) {
    return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + type + "\n" + text(key) +
           text("cpu") + number(count) + "tQ" + number(offset) + tuple(size) + tuple(stride) + "\x89NtR";
}
std::string dict(const std::string& entries) { return "\x80\x02}(" + entries + "u."; }

class TorchFile : public testing::Test {
protected:
    const TensorFile& read(const std::string& pickle, const std::string& storage, const std::string& key = {}) {
        writeFileAtomically(m_folder / "f.pt", test::zipBytes({{.name = "f/data.pkl", .text = pickle},
                                                               {.name = "f/data/0", .text = storage}}));
        return m_file = readTensorFile(m_folder / "f.pt", key);
    }
    void refuse(std::initializer_list<std::string> parts, const std::string& pickle,
                const std::string& storage = std::string(24, '\0')) {
        SCOPED_TRACE(*parts.begin());
        test::expectBadInput(parts, [&] { read(pickle, storage); });
    }
    test::TemporaryFolder m_folder;
    TensorFile m_file;
};

std::string floats(std::initializer_list<float> values) {
    std::string bytes;
    for (const float value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    return bytes;
}

TEST_F(TorchFile, ReadsViewsRowByRow) {
    const auto file = read(dict(text("_orig_mod.module.b") + tensor("FloatStorage", "0", 6, 0, {2, 3}, {3, 1}) +
                                text("_orig_mod.module.a") + tensor("FloatStorage", "0", 6, 0, {3, 2}, {1, 3}) +
                                text("_orig_mod.module.c") + tensor("FloatStorage", "0", 6, 5, {2, 2}, {0, 0}) +
                                text("_orig_mod.module.d") + tensor("FloatStorage", "0", 6, 6, {0, 4}, {1, 1})),
                           floats({1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(file.names, (std::vector<std::string>{"b", "a", "c", "d"}));  // in the file's order, without the prefix
    const auto values = [&](const char* name) { return toFloats(*file.find(name), name); };
    EXPECT_EQ(values("b"), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(values("a"), (std::vector<float>{1, 4, 2, 5, 3, 6}));
    EXPECT_EQ(values("c"), (std::vector<float>{6, 6, 6, 6}));
    EXPECT_TRUE(values("d").empty());
    EXPECT_EQ(file.find("a")->shape, (std::vector<std::int64_t>{3, 2}));
}

TEST_F(TorchFile, FindsTheStateDictOfACheckpoint) {
    const std::string one = tensor("FloatStorage", "0", 1, 0, {1}, {1});
    const auto inner = [&](const std::string& key, const std::string& name) {
        return text(key) + "}(" + text(name) + one + "u";
    };
    const auto names = [&](const std::string& entries) { return read(dict(entries), floats({1})).names; };
    const std::string best = text("best_acc1") + one;  // as PyTorch's ImageNet example has it
    EXPECT_EQ(names(best + inner("state_dict", "a")), std::vector<std::string>{"a"});
    EXPECT_EQ(names(inner("ema", "b") + inner("model", "a")), std::vector<std::string>{"a"});
    EXPECT_EQ(names(best + inner("weights", "a")), std::vector<std::string>{"a"});
    EXPECT_EQ(names(text("run") + "}(" + inner("weights", "a") + "u"), std::vector<std::string>{"a"});
    for (const std::string& several :
         {inner("weights", "a") + inner("ema", "b"), inner("net", "a") + inner("model", "b")})
        test::expectBadInput({"several dicts of tensors", "--weights-key"}, [&] { names(several); });
    const std::string root = text("w") + tensor("FloatStorage", "0", 1, 0, {1, 1}, {1, 1});
    test::expectBadInput({"the whole file"}, [&] { names(root + inner("extra", "b")); });
}

TEST_F(TorchFile, TakesTheWeightsThatAKeyNames) {
    const std::string one = tensor("FloatStorage", "0", 1, 0, {1}, {1});
    const std::string model = text("model") + "}(" + text("a") + one + "u";
    const std::string nested = text("ema") + "}(" + text("state_dict") + "}(" + text("b") + one + "uu";
    const std::string flat = text("model") + "}(" + text("net.c") + one + text("ema.net.c") + one + "u";
    const auto names = [&](const std::string& entries, const std::string& key) {
        read(dict(entries), floats({1}), key);
        return m_file.names;
    };
    EXPECT_EQ(names(model + nested, "ema.state_dict"), std::vector<std::string>{"b"});
    EXPECT_EQ(names(model + nested, "model"), std::vector<std::string>{"a"});
    EXPECT_EQ(names(flat, "ema.net"), std::vector<std::string>{"c"});
    test::expectBadInput({"no tensors under 'nothing'", "--weights-key"}, [&] { names(model + nested, "nothing"); });
    names(model + text("model_ema") + "}(" + text("b") + one + "u", "");
    ASSERT_EQ(m_file.notes.size(), 1U);
    EXPECT_NE(m_file.notes.front().find("'model'; the file holds model_ema, too"), std::string::npos);
}

TEST_F(TorchFile, TellsAnAverage) {
    const std::string one = tensor("FloatStorage", "0", 1, 0, {}, {});
    read(dict(text("n_averaged") + one + text("module.a") + one), floats({7}));
    EXPECT_EQ(m_file.names, std::vector<std::string>{"a"});
    EXPECT_EQ(m_file.notes, std::vector<std::string>{"The weights are an average (n_averaged is 7)."});
}

/// An object of a class of one's own, with modules and parameters as torch.nn.Module keeps them.
std::string module(const std::string& parameters, const std::string& modules) {
    return "cmine\nNet\n)\x81}(" + text("_parameters") + "}(" + parameters + "u" + text("_buffers") + "}" +
           text("_modules") + "}(" + modules + "uub";
}

TEST_F(TorchFile, ReadsTheParametersOfAWholeModel) {
    const std::string one = tensor("FloatStorage", "0", 1, 0, {1}, {1});
    const std::string whole = module(text("a") + one + text("none") + "N", text("inner") + module(text("b") + one, ""));
    read("\x80\x02" + whole + ".", floats({1}));
    EXPECT_EQ(m_file.names, (std::vector<std::string>{"a", "inner.b"}));
    EXPECT_NE(m_file.notes.front().find("whole model was pickled (mine.Net)"), std::string::npos);
    EXPECT_EQ(read(dict(text("model") + whole), floats({1})).names.size(), 2U);
    // A module in itself, and one that is in each of its own modules twice.
    const std::string recall = "h\x01", remember = "q\x01", made = "cmine\nNet\n)\x81";
    std::string loop = module("", text("x") + recall);
    refuse({"more than 64 deep"}, "\x80\x02" + loop.insert(made.size(), remember) + ".");
    std::string bomb = "(" + module("", "") + remember;
    for (int i = 0; i < 40; ++i) bomb += module("", text("x") + recall + text("y") + recall) + remember;
    refuse({"100000 modules"}, "\x80\x02" + bomb + "t0" + recall + ".");
}

TEST_F(TorchFile, NamesWhatItPassesOver) {
    const std::string one = tensor("FloatStorage", "0", 1, 0, {1}, {1});
    read(dict(text("a") + one + text("packed") + "cmine\nPacked\n)R"), floats({1}));
    ASSERT_EQ(m_file.notes.size(), 2U);
    EXPECT_NE(m_file.notes[0].find("packed"), std::string::npos);
    EXPECT_NE(m_file.notes[1].find("mine.Packed"), std::string::npos);
    refuse({"a converted network: 'b.weight'"},
           dict(text("a") + one + text("b.weight") + "ctorch._utils\n_rebuild_qtensor\n)R"));
    refuse({"holds no state dict", "posix.system", "nothing of it was run"},
           dict(text("a") + "cposix\nsystem\n(" + text("ls") + "tR"));
}

/// As torch.save wrote it before PyTorch 1.6.
std::string legacy(const std::string& pickle, const std::string& keys, const std::string& storages,
                   const std::string& little = "\x88") {
    return "\x80\x02\x8a\nl\xfc\x9c"
           "F\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}" +
           text("little_endian") + little + "s." + pickle + "\x80\x02](" + keys + "e." + storages;
}

TEST_F(TorchFile, ReadsTheOldFormat) {
    const std::string pickle = dict(text("b") + tensor("FloatStorage", "k", 2, 0, {2}, {1}) + text("a") +
                                    tensor("LongStorage", "l", 1, 0, {}, {}));
    const std::string storages =
        test::littleEndian(1, 8) + test::littleEndian(9, 8) + test::littleEndian(2, 8) + floats({3, 4});
    const auto readBytes = [&](const std::string& bytes) {
        writeFileAtomically(m_folder / "f.pt", bytes);
        return readTensorFile(m_folder / "f.pt");
    };
    const std::string keys = text("l") + text("k");
    const TensorFile file = readBytes(legacy(pickle, keys, storages));
    EXPECT_EQ(file.names, (std::vector<std::string>{"b", "a"}));
    EXPECT_EQ(toFloats(*file.find("b"), "b"), (std::vector<float>{3, 4}));
    EXPECT_EQ(toFloats(*file.find("a"), "a"), std::vector<float>{9});
    const auto refused = [&](std::initializer_list<std::string> parts, const std::string& bytes) {
        SCOPED_TRACE(*parts.begin());
        test::expectBadInput(parts, [&] { readBytes(bytes); });
    };
    const std::string whole = legacy(pickle, keys, storages);
    for (const std::size_t cut : {std::size_t{20}, whole.size() / 2, whole.size() - 1})
        refused({"is cut short"}, whole.substr(0, cut));
    refused({"is cut short"}, legacy(pickle, keys, std::string(8, '\x7f') + storages));
    refused({"big-endian"}, legacy(pickle, keys, storages, "\x89"));
    refused({"data of an unknown type"}, legacy(pickle, text("z") + keys, storages));
    refused({"tensor 'b'", "'k' is not in the file"}, legacy(pickle, text("l"), storages));
    refused({"tensor 'b'", "shorter than it says"},
            legacy(pickle, keys,
                   test::littleEndian(1, 8) + test::littleEndian(9, 8) + test::littleEndian(1, 8) + floats({3})));
}

TEST_F(TorchFile, ReadsOtherElementTypes) {
    const auto one = [&](const std::string& type, const std::string& bytes) {
        return toFloats(*read(dict(text("w") + tensor(type, "0", 1, 0, {1}, {1})), bytes).find("w"), "w").front();
    };
    EXPECT_EQ(one("HalfStorage", "\x00\xc5"s), -5);
    EXPECT_EQ(one("HalfStorage", "\x01\x00"s), std::ldexp(1.0F, -24));
    EXPECT_EQ(one("BFloat16Storage", "\x20\x41"s), 10);
    EXPECT_EQ(one("DoubleStorage", "\x00\x00\x00\x00\x00\x00\x04\xc0"s), -2.5F);
    EXPECT_EQ(one("LongStorage", test::littleEndian(300, 8)), 300);
    EXPECT_EQ(one("CharStorage", "\xff"s), -1);
    EXPECT_EQ(one("ByteStorage", "\xff"s), 255);
    test::expectBadInput({"NaN"}, [&] { one("HalfStorage", "\x00\x7e"s); });
}

TEST_F(TorchFile, RefusesWhatReachesBeyondItsData) {
    const auto whole = [](std::int64_t count, std::int64_t offset, std::initializer_list<std::int64_t> size,
                          std::initializer_list<std::int64_t> stride) {
        return dict(text("w") + tensor("FloatStorage", "0", count, offset, size, stride));
    };
    refuse({"tensor 'w'", "reaches beyond its data"}, whole(6, 1, {2, 3}, {3, 1}));
    refuse({"tensor 'w'", "reaches beyond its data"}, whole(6, 0, {2, 2}, {2147483647, 1}));
    refuse({"tensor 'w'", "is shorter than it says"}, whole(7, 0, {7}, {1}));
    refuse({"tensor 'w'", "more than 2^28 elements"}, whole(6, 0, {65536, 65536}, {0, 0}));
    refuse({"tensor 'w'", "no number in range"}, whole(6, 0, {-2, 3}, {3, 1}));
    refuse({"tensor 'w'", "does not fit its strides"}, whole(6, 0, {2, 3}, {1}));
    refuse({"tensor 'w'", "does not fit its strides"}, whole(6, -1, {2}, {1}));
    refuse({"tensor 'w'", "'9' is not in the file"}, dict(text("w") + tensor("FloatStorage", "9", 6, 0, {6}, {1})));
    refuse({"has the tensor 'w' twice"}, dict(text("w") + tensor("FloatStorage", "0", 6, 0, {6}, {1}) + text("w") +
                                              tensor("FloatStorage", "0", 6, 0, {6}, {1})));
    refuse({"tensor 'w'", "unknown type 'torch OddStorage'"},
           dict(text("w") + tensor("OddStorage", "0", 6, 0, {6}, {1})));
    refuse({"holds no state dict", "epoch"}, dict(text("epoch") + number(3)));
    // A gigabyte from four bytes, four times over: each tensor may, all together not.
    std::string bomb;
    for (const char* name : {"a", "b", "c", "d"})
        bomb += text(name) + tensor("FloatStorage", "0", 1, 0, {1 << 14, 1 << 14}, {0, 0});
    refuse({"more than 2 GiB"}, dict(bomb));
}

TEST_F(TorchFile, TellsOtherFilesApart) {
    const auto refused = [&](const std::string& bytes, std::initializer_list<std::string> parts) {
        writeFileAtomically(m_folder / "f.pt", bytes);
        test::expectBadInput(parts, [&] { readTensorFile(m_folder / "f.pt"); });
    };
    refused(test::zipBytes({{.name = "f/data.pkl", .text = dict("")}, {.name = "f/constants.pkl"}}),
            {"is a TorchScript archive"});
    refused(test::zipBytes({{.name = "f/other"}}), {"without data.pkl"});
    refused(test::zipBytes({{.name = "f/data.pkl", .text = dict("")}, {.name = "f/byteorder", .text = "big"}}),
            {"big-endian"});
    refused("\x80\x02}X\x03\x00\x00\x00keyK\x01s."s, {"is a pickle of Python, no file of tensors"});
    refused("nothing of the kind",
            {"f.pt: is a text that begins 'nothing of the kind', no file of tensors", "torch.save("});
    refused("", {"f.pt: is empty (0 bytes)", "Download it again"});
    refused(test::gzipped(test::tarBytes({{.name = "net/a.bin"}})),
            {"f.pt: is a tar archive packed by gzip (net/a.bin), no file of tensors", "Unpack it"});
    refused("GGUF\3", {"f.pt: is a GGUF file (llama.cpp), from which no tensors are read", "torch.save("});
    refused(
        "\x08\x07\x12\x07pytorch\x1a\x05"
        "2.1.0",
        {"f.pt: is an ONNX network, made by pytorch, from which"});
    refused(test::zipBytes({{.name = "x.npy"}}), {"f.pt: is an .npz of NumPy's arrays (x.npy), no file of tensors"});
    refused("\n<html>404", {"f.pt: is a web page", "Download it again"});
}

}  // namespace
}  // namespace bitdesk
