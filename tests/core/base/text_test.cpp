// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/base/base64.h"
#include "core/base/json.h"
#include "core/base/quoting.h"
#include "core/base/utf8.h"

namespace bitdesk {
namespace {

TEST(Base64, IsRfc4648s) {
    const auto bytes = [](const std::string& text) { return std::vector<std::uint8_t>(text.begin(), text.end()); };
    EXPECT_EQ(toBase64({}), "");
    EXPECT_EQ(toBase64(bytes("f")), "Zg==");
    EXPECT_EQ(toBase64(bytes("fo")), "Zm8=");
    EXPECT_EQ(toBase64(bytes("foobar")), "Zm9vYmFy");
    for (const char* text : {"", "f", "fo", "foo", "foob"}) EXPECT_EQ(fromBase64(toBase64(bytes(text))), bytes(text));
    for (const char* wrong : {"Z", "Zg=", "Zg", "Z===", "====", "Zm 9", "Zg==Zg==", "Zm9\n", "Zm9-"})
        EXPECT_FALSE(fromBase64(wrong)) << wrong;
}

TEST(Utf8, ReplacesWhatIsNone) {
    EXPECT_EQ(validUtf8("plain"), "plain");
    EXPECT_EQ(validUtf8("µ \"\\ €"), "µ \"\\ €");
    EXPECT_EQ(validUtf8("a\xff"), "a\ufffd");
}

// Expectations: Python's unicodedata.normalize("NFC", …).
TEST(Utf8, HasOneSpellingOfAName) {
    EXPECT_EQ(nfc("plain"), "plain");
    EXPECT_EQ(nfc("Caf\u00e9"), "Caf\u00e9");
    EXPECT_EQ(nfc("Cafe\u0301"), "Caf\u00e9");
    EXPECT_EQ(nfc("\u1112\u1161\u11ab"), "\ud55c");  // Hangul, as macOS' old file system writes it
    EXPECT_EQ(nfc("a\u0323\u0302"), "\u1ead");       // two marks
    EXPECT_EQ(nfc("a\u0302\u0323"), "\u1ead");       // in the other order
    EXPECT_EQ(nfc("\u212b"), "\u00c5");              // the sign for ångström
    EXPECT_EQ(nfc("\ufb01"), "\ufb01");              // a ligature is a letter of its own
    EXPECT_EQ(nfc(std::string("e\0\u0301", 4)), std::string("e\0\u0301", 4));
    EXPECT_EQ(nfc("e\xff"), "e\xff");
}

TEST(ShellQuoted, IsReadBackAsOneWord) {
    EXPECT_EQ(shellQuoted("plain/file-1.x"), "plain/file-1.x");
    EXPECT_EQ(shellQuoted(""), "''");
    EXPECT_EQ(shellQuoted("a b"), "'a b'");
    EXPECT_EQ(shellQuoted("it's $HOME"), "'it'\\''s $HOME'");
}

TEST(CsvCell, IsQuotedAndNeverAFormula) {
    EXPECT_EQ(csvCell("a"), "a");
    EXPECT_EQ(csvCell("a,b"), "\"a,b\"");
    EXPECT_EQ(csvCell("say \"x\""), "\"say \"\"x\"\"\"");
    for (const char* formula : {"=1+1", "+1", "-1", "@SUM(1)"}) EXPECT_EQ(csvCell(formula), std::string("'") + formula);
    EXPECT_EQ(csvCell("\t=1"), "' =1");
}

TEST(CsvCell, SteersNoTerminal) {
    EXPECT_EQ(csvCell("a\x1b[31mX"), "a?[31mX");
    EXPECT_EQ(csvCell("two\nlines\r"), "two lines?");
}

TEST(JsonText, SaysTheSameWithoutSteeringATerminal) {
    const std::string told = "a\x1b\x7f\u009b\u202e\u2066\u2028\t\u00e4\u2030";
    const std::string text = jsonText({{"name", told}});
    EXPECT_EQ(text, "{\n  \"name\": \"a\\u001b\\u007f\\u009b\\u202e\\u2066\\u2028\\t\u00e4\u2030\"\n}\n");
    EXPECT_EQ(nlohmann::json::parse(text)["name"], told);
    EXPECT_EQ(jsonText("\xff", 0), "\"\ufffd\"\n");
}

// LibreOffice with German numbers makes 4.3 of "4,3", the 4th of March of "4-3", and 4:03 of "4:3"; text begins with
// none of what a number, a day or a formula begins with.
TEST(CsvList, IsTextInEverySpreadsheet) {
    EXPECT_EQ(csvList(std::vector{4, 3}), "\"[4,3]\"");
    EXPECT_EQ(csvList(std::vector{4}), "[4]");
    EXPECT_EQ(csvList(std::vector{4, 4, 2}), "\"[4,4,2]\"");
    EXPECT_EQ(csvList({}), "[]");
}

TEST(CsvForSpreadsheets, IsUtf8ThatSaysSo) {
    EXPECT_EQ(csvForSpreadsheets("a,\xC3\xA4\n"),
              "\xEF\xBB\xBF"
              "a,\xC3\xA4\n");
    EXPECT_EQ(csvForSpreadsheets("\xE4"), "\xEF\xBB\xBF\xEF\xBF\xBD") << "what is none becomes U+FFFD";
    EXPECT_EQ(csvForSpreadsheets(""), "\xEF\xBB\xBF");
}

}  // namespace
}  // namespace bitdesk
