// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/base/random.h"
#include "core/model/model_file.h"
#include "core/model/safetensors.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

using Json = nlohmann::ordered_json;

const std::string& validBytes() {
    static const std::string bytes = serializeModel(test::tinyModel());
    return bytes;
}

struct Corruption {
    const char* name;
    std::function<std::string()> make;
    const char* reason;
};

void PrintTo(const Corruption& corruption, std::ostream* out) { *out << corruption.name; }

class HostileFile : public testing::TestWithParam<Corruption> {};

TEST_P(HostileFile, IsRefusedByNameAndReason) {
    const test::TemporaryFolder folder;
    test::writeText(folder / "hostile.safetensors", GetParam().make());
    test::expectBadInput({(folder / "hostile.safetensors").string(), GetParam().reason},
                         [&] { readModel(folder / "hostile.safetensors"); });
}

const auto kName = [](const auto& test) { return std::string(test.param.name); };

// ---- the frame: length, header, data ----

std::string frame(const std::string& header, const std::string& data) {
    const std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes + header + data;
}

std::size_t headerLength() {
    std::uint64_t length = 0;
    std::memcpy(&length, validBytes().data(), sizeof length);
    return length;
}
std::string validHeader() { return validBytes().substr(8, headerLength()); }
std::string validData() { return validBytes().substr(8 + headerLength()); }

std::string withLength(std::uint64_t length) {
    std::string bytes = validBytes();
    std::memcpy(bytes.data(), &length, sizeof length);
    return bytes;
}

const Corruption kFrames[] = {
    {"Empty", [] { return std::string(); }, "too short"},
    {"SevenBytes", [] { return validBytes().substr(0, 7); }, "too short"},
    {"OnlyTheLength", [] { return validBytes().substr(0, 8); }, "cut short"},
    {"CutInTheHeader", [] { return validBytes().substr(0, 100); }, "cut short"},
    {"CutByOneByte", [] { return validBytes().substr(0, validBytes().size() - 1); }, "cut short"},
    {"CutAtTheData", [] { return validBytes().substr(0, 8 + headerLength()); }, "cut short"},
    {"OneByteMore", [] { return validBytes() + "x"; }, "1 bytes behind its last tensor"},
    {"NoLength", [] { return withLength(0); }, "does not begin with '{'"},
    {"ShorterLength", [] { return withLength(headerLength() - 40); }, "is not valid JSON"},
    {"OversizedLength", [] { return withLength(100'000'001); }, "header is too large"},
    {"LargestLength", [] { return withLength(~std::uint64_t{0}); }, "header is too large"},
    {"Zeros", [] { return std::string(4096, '\0'); }, "does not begin with '{'"},
    {"PlainText", [] { return std::string("This is no model at all."); }, "header is too large"},
    {"EmptyHeader", [] { return frame("{}", ""); }, "lacks the metadata 'bitdesk.format'"},
    {"DeepHeader", [] { return frame("{\"a\":" + std::string(100'000, '['), ""); }, "nested too deeply"},
    {"InvalidUtf8", [] { return frame("{\"\xc3\x28\":{}}", ""); }, "is not valid JSON at byte"},
    {"NulInTheHeader", [] { return frame(validHeader() + std::string(8, '\0'), validData()); }, "NUL"},
    {"DuplicateTensor",
     [] {
         const std::string entry = R"({"body.codes":{"dtype":"I8","shape":[0],"data_offsets":[0,0]},)";
         return frame(entry + validHeader().substr(1), validData());
     },
     "its header has the key 'body.codes' twice"},
    {"DuplicateMetadata", [] { return frame("{\"__metadata__\":{}," + validHeader().substr(1), validData()); },
     "its header has the key '__metadata__' twice"},
};
INSTANTIATE_TEST_SUITE_P(Frame, HostileFile, testing::ValuesIn(kFrames), kName);

// ---- the header's entries ----

std::function<std::string()> entry(const char* tensor, const char* key, const Json& value) {
    return [=] {
        Json header = Json::parse(validHeader());
        header.at(tensor)[key] = value;
        return frame(header.dump(), validData());
    };
}

Json offsetsOf(const char* tensor) { return Json::parse(validHeader()).at(tensor).at("data_offsets"); }

const Corruption kEntries[] = {
    {"UnknownType", entry("body.codes", "dtype", "I4"), "tensor 'body.codes': has no known dtype"},
    {"OtherTypeOfThatSize", entry("body.codes", "dtype", "U8"), "tensor 'body.codes': has type U8 where I8 is needed"},
    {"IntegersForFloats", entry("body.weight_scale", "dtype", "I32"),
     "tensor 'body.weight_scale': has type I32 where F32"},
    {"WiderType", entry("body.codes", "dtype", "F32"), "tensor 'body.codes': has 81 bytes where"},
    {"NegativeExtent", entry("body.codes", "shape", {-3, 3, 3, -3}), "tensor 'body.codes': 'shape' holds something"},
    {"HugeExtents", entry("body.codes", "shape", {1ULL << 62, 1ULL << 62}),
     "tensor 'body.codes': its shape is too large"},
    {"ExtentsThatWrapToTheSize", entry("body.codes", "shape", {(1ULL << 63) + 81, 2}), "its shape is too large"},
    {"OtherShapeOfThatSize", entry("body.codes", "shape", {9, 9}),
     "tensor 'body.codes': has shape [9, 9] where [3, 3, 3, 3] is needed"},
    {"ManyDimensions", entry("body.codes", "shape", std::vector<int>(1000, 1)), "tensor 'body.codes': 'shape'"},
    {"NormOfOtherShape", entry("tail.norm.mean", "shape", {1, 9, 4}),
     "tensor 'tail.norm.mean': has shape [1, 9, 4] where [3, 3, 4]"},
    {"OffsetsBackwards", entry("body.codes", "data_offsets", {100, 19}), "tensor 'body.codes': its data_offsets"},
    {"OffsetsNegative", entry("body.codes", "data_offsets", {-81, 0}), "tensor 'body.codes': 'data_offsets' holds"},
    {"OffsetsBeyondTheEnd", entry("body.codes", "data_offsets", {1'000'000, 1'000'081}),
     "tensor 'body.codes': ends at byte 1000081"},
    {"OffsetsThatWrap", entry("body.codes", "data_offsets", {~0ULL - 80, ~0ULL}), "tensor 'body.codes': ends at byte"},
    {"OffsetsOfAnother", entry("body.norm.gamma", "data_offsets", offsetsOf("body.norm.beta")),
     "tensor 'body.norm.gamma': overlaps"},
    {"OffsetsAHole", entry("body.codes", "data_offsets", {1, 82}), "tensor '"},
    {"MetadataNoObject",
     [] {
         Json header = Json::parse(validHeader());
         header["__metadata__"] = 3;
         return frame(header.dump(), validData());
     },
     "__metadata__ is no JSON object"},
    {"MetadataNumber", entry("__metadata__", "bitdesk.format", 1), "__metadata__ entry 'bitdesk.format' is no text"},
};
INSTANTIATE_TEST_SUITE_P(Entries, HostileFile, testing::ValuesIn(kEntries), kName);

// ---- whole files with wrong content ----

std::function<std::string()> content(std::function<void(Safetensors&)> change) {
    return [=] {
        Safetensors content = parseSafetensors(std::as_bytes(std::span(validBytes())), "valid");
        change(content);
        return serializeSafetensors(content);
    };
}
std::function<std::string()> metadata(const char* key, const std::string& value) {
    return content([=](Safetensors& c) { c.metadata[key] = value; });
}
template <typename T>
std::function<std::string()> element(const char* tensor, std::size_t index, T value) {
    return content(
        [=](Safetensors& c) { std::memcpy(c.tensors.at(tensor).data.data() + index * sizeof(T), &value, sizeof(T)); });
}
std::string networkWith(const char* node, const char* key, const Json& value) {
    Json json = Json::parse(networkToJson(test::tinyNetwork()));
    for (Json& entry : json["nodes"])
        if (entry["name"] == node) entry[key] = value;
    return json.dump();
}

const Corruption kContents[] = {
    {"MissingTensor", content([](Safetensors& c) { c.tensors.erase("tail.codes"); }),
     "tensor 'tail.codes': is missing"},
    {"MissingNorm", content([](Safetensors& c) { c.tensors.erase("tail.norm.var"); }), "'tail.norm.var': is missing"},
    {"UnknownTensor", content([](Safetensors& c) { c.tensors["nose.codes"] = Tensor::i8({0}, {}); }),
     "tensor 'nose.codes': belongs to nothing"},
    {"BiasWhereNoneIs",
     content([](Safetensors& c) { c.tensors["body.bias"] = Tensor::f32({3}, std::vector<float>(3)); }),
     "tensor 'body.bias': belongs to nothing"},
    {"CodeTooLow", element<std::int8_t>("body.codes", 80, -8), "tensor 'body.codes': holds a code outside -7 … 7"},
    {"CodeTooHigh", element<std::int8_t>("tail.codes", 0, 8), "tensor 'tail.codes': holds a code outside -7 … 7"},
    {"CodeLowestOfAll", element<std::int8_t>("stem.codes", 0, -128), "tensor 'stem.codes': holds a code outside -127"},
    {"ScaleNaN", element("body.weight_scale", 1, std::nanf("")), "tensor 'body.weight_scale': holds NaN"},
    {"ScaleInfinite", element("body.act_scale", 1, INFINITY), "tensor 'body.act_scale': holds NaN or infinity"},
    {"ScaleZero", element("body.act_scale", 2, 0.0F), "tensor 'body.act_scale': holds a value that is not between"},
    {"ScaleNegative", element("stem.weight_scale", 2, -1.0F), "tensor 'stem.weight_scale': holds a value"},
    {"ScaleDenormal", element("stem.act_scale", 0, 1e-44F), "tensor 'stem.act_scale': holds a value"},
    {"BiasInfinite", element("classifier.bias", 0, -INFINITY), "tensor 'classifier.bias': holds NaN or infinity"},
    {"VarianceNegative", element("tail.norm.var", 35, -1.0F), "tensor 'tail.norm.var': holds a negative variance"},
    {"GammaNaN", element("tail.norm.gamma", 0, std::nanf("")), "tensor 'tail.norm.gamma': holds NaN"},
};
INSTANTIATE_TEST_SUITE_P(Content, HostileFile, testing::ValuesIn(kContents), kName);

const Corruption kMetadata[] = {
    {"NoFormat", content([](Safetensors& c) { c.metadata.erase("bitdesk.format"); }),
     "lacks the metadata 'bitdesk.format'"},
    {"NewerFormat", metadata("bitdesk.format", "3"), "has model format '3', this program reads 1 and 2. Use a newer"},
    {"NoNetwork", content([](Safetensors& c) { c.metadata.erase("bitdesk.network"); }), "lacks the metadata"},
    {"NetworkNoJson", metadata("bitdesk.network", "{"), "the network is not valid JSON"},
    {"NetworkDeep", metadata("bitdesk.network", std::string(100'000, '[')), "the network is nested too deeply"},
    {"NetworkCycle", metadata("bitdesk.network", networkWith("stem.relu", "inputs", {"relu"})),
     "node 'stem.relu': its input 'relu' comes later"},
    {"NetworkLoop", metadata("bitdesk.network", networkWith("relu", "inputs", {"relu"})), "node 'relu': its input"},
    {"NetworkOperation", metadata("bitdesk.network", networkWith("relu", "op", "exec")),
     "node 'relu': operation 'exec'"},
    {"NetworkHuge", metadata("bitdesk.network", networkWith("input", "shape", {16777216, 16777216, 16777216})),
     "node 'input'"},
    {"NetworkOfOtherWidth", metadata("bitdesk.network", networkWith("classifier", "out_features", 4)),
     "tensor 'classifier.codes': has shape [3, 4] where [4, 4] is needed"},
    {"UnknownQuantizer", metadata("bitdesk.quantizer", "magic"), "its quantizer 'magic' is not known"},
    {"BitsEmpty", metadata("bitdesk.bits", "[]"), "'bitdesk.bits' is no list of 1 to 7"},
    {"BitsMany", metadata("bitdesk.bits", "[1,2,3,4,5,6,7,8]"), "'bitdesk.bits' is no list of 1 to 7"},
    {"BitsFractions", metadata("bitdesk.bits", "[2.9,3.9,4.9]"), "'bitdesk.bits' is no list of 1 to 7"},
    {"BitsThatNarrow", metadata("bitdesk.bits", "[4294967298,4294967299,4294967300]"), "'bitdesk.bits' is no list"},
    {"BitsText", metadata("bitdesk.bits", R"(["2","3","4"])"), "'bitdesk.bits' is no list"},
    {"BitsDescending", metadata("bitdesk.bits", "[4,3,2]"), "bit-widths are not ascending"},
    {"BitsTwice", metadata("bitdesk.bits", "[2,4,4]"), "bit-widths are not ascending"},
    {"BitsOne", metadata("bitdesk.bits", "[1,3,4]"), "bit-widths are not ascending numbers from 2"},
    {"BitsFewer", metadata("bitdesk.bits", "[2,4]"), "tensor 'body.act_scale': has shape [3] where [2] is needed"},
    {"ClassesFewer", metadata("bitdesk.classes", R"(["a","b"])"), "has 2 class names, but its network has 3"},
    {"ClassesNumbers", metadata("bitdesk.classes", "[1,2,3]"), "'bitdesk.classes' is no list of names"},
    {"ClassesObject", metadata("bitdesk.classes", "{}"), "'bitdesk.classes' is no list of names"},
    {"ClassesDeep", metadata("bitdesk.classes", std::string(100'000, '[')), "'bitdesk.classes' is nested too deeply"},
    {"NormalizationOneSided", metadata("bitdesk.normalization", R"({"mean":[0.5,0.5]})"), "'bitdesk.normalization'"},
    {"NormalizationTruths", metadata("bitdesk.normalization", R"({"mean":[true,false],"std":[1,1]})"),
     "'bitdesk.normalization' has no list of numbers 'mean'"},
    {"NormalizationHuge", metadata("bitdesk.normalization", R"({"mean":[0,1e300],"std":[1,1]})"), "NaN or infinity"},
    {"NormalizationOverflow", metadata("bitdesk.normalization", R"({"mean":[0,1e999],"std":[1,1]})"), "out of range"},
    {"NormalizationZero", metadata("bitdesk.normalization", R"({"mean":[0,0],"std":[1,0]})"), "is not between"},
    {"NormalizationChannels", metadata("bitdesk.normalization", R"({"mean":[0,0,0],"std":[1,1]})"), "3 values, 2"},
    {"ProvenanceNested", metadata("bitdesk.provenance", R"({"a":{"b":1}})"), "'bitdesk.provenance' is nested too"},
    {"ProvenanceNumbers", metadata("bitdesk.provenance", R"({"a":1})"), "'bitdesk.provenance' is no object of texts"},
    {"ProvenanceTwice", metadata("bitdesk.provenance", R"({"a":"1","a":"2"})"), "has the key 'a' twice"},
};
INSTANTIATE_TEST_SUITE_P(Metadata, HostileFile, testing::ValuesIn(kMetadata), kName);

// ---- files that are none, and files without a name for their damage ----

TEST(HostileFiles, OtherThanFilesAreRefused) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    test::expectBadInput({"/pipe: is no regular file"}, [&] { readModel(folder / "pipe"); });
    test::expectBadInput({"is a folder"}, [&] { readModel(folder.path()); });
    test::expectBadInput({"/dev/zero: is no regular file"}, [&] { readModel("/dev/zero"); });
}

TEST(HostileFiles, MoreThan2GiBIsRefusedUnread) {
    const test::TemporaryFolder folder;
    test::writeText(folder / "large", "");
    if (::truncate((folder / "large").c_str(), (off_t{1} << 31) + 1) != 0) GTEST_SKIP() << "no sparse files here";
    test::expectBadInput({"/large: is too large"}, [&] { readModel(folder / "large"); });
}

/// Reads a damaged model: it loads whole or throws Error naming the file; anything else fails the test.
void readDamaged(const std::filesystem::path& path, const std::string& bytes) {
    test::writeText(path, bytes);
    try {
        const MetaModel model = readModel(path);
        checkModel(model, "again");
        EXPECT_FALSE(serializeModel(model).empty());
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::BadInput) << error.what();
        EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos) << error.what();
    }
}

TEST(HostileFiles, EveryTruncationIsRefused) {
    const test::TemporaryFolder folder;
    for (std::size_t size = 0; size < validBytes().size(); size += size < headerLength() ? 37 : 5) {
        test::writeText(folder / "m", validBytes().substr(0, size));
        test::expectBadInput({"/m"}, [&] { readModel(folder / "m"); });
    }
}

TEST(HostileFiles, RandomDamageLoadsOrThrowsError) {
    const test::TemporaryFolder folder;
    Random random(20260101);
    for (int round = 0; round < 1500; ++round) {
        std::string bytes = validBytes();
        // Most of what can go wrong stands in the header.
        const std::size_t region = random.below(4) == 0 ? bytes.size() : 8 + headerLength();
        for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips)
            bytes[random.below(region)] ^= static_cast<char>(1U << random.below(8));
        readDamaged(folder / "m", bytes);
    }
}

RC_GTEST_PROP(HostileFiles, MovedAndRepeatedPiecesLoadOrThrowError, ()) {
    const test::TemporaryFolder folder;
    const std::string& valid = validBytes();
    const auto from = *rc::gen::inRange<std::size_t>(0, valid.size());
    const auto length = *rc::gen::inRange<std::size_t>(0, 200);
    const auto to = *rc::gen::inRange<std::size_t>(8, valid.size());
    std::string bytes = valid;
    bytes.insert(to, valid.substr(from, length));
    std::uint64_t header = headerLength() + (to < 8 + headerLength() ? std::min(length, valid.size() - from) : 0);
    std::memcpy(bytes.data(), &header, sizeof header);
    readDamaged(folder / "m", bytes);
}

}  // namespace
}  // namespace bitdesk
