// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/report/formats.h"
#include "tests/core/report/report_fixture.h"

// Fontconfig reads its file once in a process: each of these tests is one of its own, which says on standard error what
// it was told.
namespace bitdesk {
namespace {

class MissingLetters : public testing::Test {
protected:
    void SetUp() override {
        GTEST_FLAG_SET(death_test_style, "threadsafe");
        if (!std::filesystem::exists(kDejaVu)) GTEST_SKIP() << "needs Debian's fonts-dejavu-core";
    }

    static constexpr const char* kDejaVu = "/usr/share/fonts/truetype/dejavu";

    /// Fonts of that folder alone, from now on.
    static void haveFontsOf(const std::string& folder) {
        const auto place = std::filesystem::temp_directory_path() / ("bitdesk-fonts-" + std::to_string(::getpid()));
        std::filesystem::create_directories(place);
        writeFileAtomically(place / "fonts.conf", "<?xml version=\"1.0\"?><fontconfig><dir>" + folder +
                                                      "</dir><cachedir>" + place.string() +
                                                      "/cache</cachedir></fontconfig>");
        ::setenv("FONTCONFIG_FILE", (place / "fonts.conf").c_str(), 1);
    }

    /// Ends the process: 0 where a PDF was written, the error's code else.
    [[noreturn]] static void write(const std::string& fonts, const std::string& title) {
        haveFontsOf(fonts);
        int code = 0;
        try {
            ReportInput input = test::threeMixes();
            input.title = title;
            const ReportFile file = toPdf(makeReport(input));
            std::fprintf(stderr, "%s, %zu notes.", file.bytes.substr(0, 4).c_str(), file.notes.size());
            for (const std::string& note : file.notes) std::fprintf(stderr, " %s|", note.c_str());
        } catch (const Error& error) {
            std::fprintf(stderr, "%s", error.what());
            code = static_cast<int>(error.kind());
        }
        std::filesystem::remove_all(std::filesystem::temp_directory_path() /
                                    ("bitdesk-fonts-" + std::to_string(::getpid())));
        std::exit(code);
    }
};

// fc-list ":charset=732b" and its like name no font of fonts-dejavu-core.
TEST_F(MissingLetters, OfTheEastAreNamedWithTheirPackage) {
    EXPECT_EXIT(write(kDejaVu, "猫 한국"), testing::ExitedWithCode(0),
                "%PDF, 1 notes. PDF: 3 letters stand as boxes .Chinese, Korean: U.732B, U.AD6D, U.D55C.*"
                "Install fonts-noto-cjk");
    EXPECT_EXIT(write(kDejaVu, "ねこ。"), testing::ExitedWithCode(0), "Japanese.*Install fonts-noto-cjk");
}

TEST_F(MissingLetters, OthersHaveOtherPackagesOrNone) {
    EXPECT_EXIT(write(kDejaVu, "\U0001F98A"), testing::ExitedWithCode(0),
                "1 letter stands as a box .pictures: U.1F98A.*Install fonts-noto-color-emoji");
    EXPECT_EXIT(write(kDejaVu, "हिन्दी"), testing::ExitedWithCode(0), "Devanagari.*Install fonts-noto-core");
    EXPECT_EXIT(write(kDejaVu, "\uE123"), testing::ExitedWithCode(0),
                "U.E123., since no font of this machine has them\\.[|]");
}

TEST_F(MissingLetters, WhatTheFontHasIsNotTold) {
    EXPECT_EXIT(write(kDejaVu, "Größe, Ж, Ω, עברית, ½ → ±"), testing::ExitedWithCode(0), "%PDF, 0 notes");
}

// Families called "Sans" are listed even then.
TEST_F(MissingLetters, WithoutAnyFontThereIsNoPdf) {
    EXPECT_EXIT(write("/nowhere", "Night"), testing::ExitedWithCode(static_cast<int>(ErrorKind::Resource)),
                "no font.*fonts-dejavu-core");
}

}  // namespace
}  // namespace bitdesk
