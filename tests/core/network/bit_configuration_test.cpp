// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/network/bit_configuration.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "core/network/catalogue.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/network/tiny_network.h"

namespace bitdesk {
namespace {

const std::vector<int> kWidths{2, 3, 4};

const Network& tiny() {
    static const Network network = test::tinyNetwork();
    return network;
}

std::vector<int> parse(std::string_view text) { return parseBits(text, tiny(), kWidths).bits; }

TEST(ParseBits, ReadsOneForAllOrOneEach) {
    EXPECT_EQ(parse("4"), (std::vector{4, 4}));
    EXPECT_EQ(parse("2,3"), (std::vector{2, 3}));
    EXPECT_EQ(parse(" 2 , 3\n"), (std::vector{2, 3}));
    EXPECT_EQ(parse("[2,3]"), (std::vector{2, 3})) << "as CSV and JSON have it";
    EXPECT_EQ(parse(" [4] "), (std::vector{4, 4}));
}

TEST(ParseBits, NamesWhatIsWrong) {
    const auto refuses = [](std::string_view text, std::initializer_list<std::string> parts) {
        SCOPED_TRACE(text);
        test::expectBadInput(parts, [&] { parse(text); });
    };
    refuses("", {"--bits", "'' is no bit-width"});
    refuses("4,", {"'' is no bit-width"});
    refuses(",4", {"'' is no bit-width"});
    refuses("4,x", {"'x' is no bit-width"});
    refuses("4.0,3", {"'4.0' is no bit-width"});
    refuses("[2,3", {"'[2' is no bit-width"});
    refuses("[]", {"'' is no bit-width"});
    refuses("4 3", {"'4 3' is no bit-width"});
    refuses("99999999999999999999", {"is no bit-width"});
    refuses("4,3,2", {"3 bit-widths are given", "'tiny' has 2"});
    refuses("8", {"layer 'body' cannot run at 8 bits", "2, 3, 4"});
    refuses("4,-2", {"layer 'tail' cannot run at -2 bits"});
    refuses("@/nowhere/mix.json", {"/nowhere/mix.json", "cannot be read"});
    refuses("@/dev/zero", {"/dev/zero", "no regular file"});
}

TEST(BitsFromJson, NamesWhatIsWrong) {
    const auto refuses = [](std::string_view json, std::initializer_list<std::string> parts) {
        SCOPED_TRACE(json.substr(0, 60));
        test::expectBadInput(parts, [&] { bitsFromJson(json, tiny(), kWidths, "mix.json"); });
    };
    refuses("{", {"mix.json", "not valid JSON"});
    refuses("7", {"mix.json", "is no JSON object"});
    refuses("[2, 3]", {"mix.json", "is no JSON object"});
    refuses(R"({"body": 2, "tail": 3, "nose": 4})", {"mix.json", "'nose' is no layer of network 'tiny'"});
    refuses(R"({"body": 2, "tail": 3, "stem": 4})", {"'stem' is a fixed layer"});
    refuses(R"({"body": 2})", {"lacks layer 'tail'"});
    refuses(R"({"body": 2, "tail": 3, "body": 4})", {"'body' twice"});
    refuses(R"({"body": 2.5, "tail": 3})", {"'body'", "no whole number"});
    refuses(R"({"body": "2", "tail": 3})", {"'body'", "no whole number"});
    refuses(R"({"body": 4294967298, "tail": 3})", {"'body'", "no whole number"});
    refuses(R"({"body": 18446744073709551615, "tail": 3})", {"'body'", "no whole number"});
    refuses(R"({"body": 5, "tail": 3})", {"'body' cannot run at 5 bits"});
    refuses(R"({"body": [2], "tail": 3})", {"nested too deeply"});
    refuses(std::string(100'000, '['), {"nested too deeply"});
}

RC_GTEST_PROP(Bits, SurviveTextJsonAndFile, ()) {
    const auto& entry = findNetwork("resnet14");
    static const Network network = entry.build(entry.defaultInput, entry.defaultClasses);
    const BitConfiguration mix{*rc::gen::container<std::vector<int>>(14, rc::gen::inRange(2, 5))};
    RC_ASSERT(parseBits(toText(mix), network, kWidths) == mix);
    RC_ASSERT(bitsFromJson(toJson(mix, network), network, kWidths, "mix") == mix);
    const test::TemporaryFolder folder;
    test::writeText(folder / "mix.json", toJson(mix, network));
    RC_ASSERT(parseBits("@" + (folder / "mix.json").string(), network, kWidths) == mix);
}

RC_GTEST_PROP(ParseBits, ReadsOrThrowsError, (const std::string& text)) {
    if (text.starts_with('@')) return;
    try {
        checkBits(parseBits(text, tiny(), kWidths), tiny(), kWidths);
    } catch (const Error& error) {
        RC_ASSERT(error.kind() == ErrorKind::BadInput);
    }
}

TEST(Bits, WriteAsTheyAreRead) {
    EXPECT_EQ(toText({{4, 2}}), "4,2");
    EXPECT_EQ(toJson({{4, 2}}, tiny()), "{\n  \"body\": 4,\n  \"tail\": 2\n}\n");
    EXPECT_EQ(uniformBits(tiny(), 3).bits, (std::vector{3, 3}));
}

}  // namespace
}  // namespace bitdesk
