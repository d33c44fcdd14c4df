// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "core/base/what_is.h"
#include "tests/core/base/tar_file.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk {
namespace {

using namespace std::string_literals;

TEST(WhatIs, TellsFilesByTheirFirstBytes) {
    const std::string tar =
        test::tarBytes({{.name = "c/1", .text = "a"}, {.name = "c/2"}, {.name = "c/3"}, {.name = "c/4"}});
    const struct {
        std::string bytes;
        FileKind kind;
        std::string text;
    } cases[] = {
        {"", FileKind::Empty, "empty (0 bytes)"},
        {tar, FileKind::Tar, "a tar archive (c/1, c/2, c/3, …)"},
        {test::gzipped(tar), FileKind::Tar, "a tar archive packed by gzip (c/1, c/2, c/3, …)"},
        {test::gzipped("label,pixel0,pixel1\n1,0,0\n"), FileKind::Csv,
         "packed by gzip: a table in text (CSV) that begins 'label,pixel0,pixel1'"},
        {"\x1f\x8b\x08", FileKind::Packed, "packed by gzip, and damaged or empty"},
        {test::zipBytes({{.name = "a/1.png"}}), FileKind::Zip, "a zip archive (a/1.png)"},
        {test::zipBytes({{.name = "x.npy"}}), FileKind::Npz, "an .npz of NumPy's arrays (x.npy)"},
        {test::zipBytes({{.name = "m/data.pkl"}}), FileKind::TorchZip, "a file of torch.save (a PyTorch checkpoint)"},
        {test::zipBytes(
             {{.name = "m/data.pkl"}, {.name = "m/code/a.py"}, {.name = "m/b.py"}, {.name = "m/constants.pkl"}}),
         FileKind::TorchZip, "a TorchScript archive"},
        {test::zipBytes({{.name = "../x"}}), FileKind::Zip, "a zip archive that is damaged, or not to be trusted"},
        {"\x80\x02}q\x00(X\x06\x00\x00\x00labels"s, FileKind::Pickle, "a pickle of Python"},
        {"\x80\x02\x8a\nl\xfc\x9c\x46\xf9\x20j\xa8\x50\x19.\x80\x02M"s, FileKind::Pickle,
         "a PyTorch checkpoint in torch.save's old format (before 1.6)"},
        {"\x89HDF\r\n\x1a\n"s + std::string(40, '\0'), FileKind::Table,
         "an HDF5 file (Keras's .h5, MATLAB's newer .mat)"},
        {"PAR1\x15\x04"s, FileKind::Table, "a Parquet file"},
        {"GGUF\x03\0\0\0"s, FileKind::Network, "a GGUF file (llama.cpp)"},
        {"\x08\x07\x12\x07pytorch\x1a\x05"
         "2.1.0:"s,
         FileKind::Network, "an ONNX network, made by pytorch"},
        {"\x80\x02\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\""s, FileKind::Safetensors, "a safetensors file"},
        {"\0\0\x08\x03\0\0\0\x0a"s, FileKind::Idx, "an IDX file of 3 dimensions"},
        {"\n<!DOCTYPE html>\n<html><title>404"s, FileKind::WebPage,
         "a web page (HTML), as a failed download leaves one"},
        {"version https://git-lfs.github.com/spec/v1\noid sha256:4d\n"s, FileKind::LfsPointer,
         "a pointer of Git LFS, in place of the file"},
        {"%PDF-1.7\n%"s, FileKind::Text, "a PDF document"},
        {"Rar!\x1a\x07\x01\0"s, FileKind::Packed, "a RAR archive"},
        {std::string(128, '\0') + "DICM", FileKind::Dicom, "a DICOM file (medicine)"},
        {std::string(16, '\0') + "\xde\xc0\xef\xbe....", FileKind::Table, "a data base of LMDB"},
        {"\0\0\0\x20"
         "ftypisom...."s,
         FileKind::Video, "a video (MP4, QuickTime)"},
        {"RIFF....AVI LIST"s, FileKind::Video, "a video (AVI)"},
        {"\0\0\0\x20"
         "ftypavif...."s,
         FileKind::Picture, "an AVIF picture"},
        {"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"s, FileKind::Picture, "an SVG picture"},
        {"\1\1\1\0\0\0\1\x18\0\0\0\0\2\0\2\0\x08\0 "s, FileKind::Picture, "a Targa picture"},
        {"\1\1\1\0\0\0\1\x18\0\0\0\0\2\0\2\0\x07\0 "s, FileKind::Unknown, "binary data of no kind that is known here"},
        {"Dear all\x1b[31m,"s, FileKind::Unknown, "binary data of no kind that is known here"},
        {"Dear all\nhello"s, FileKind::Text, "a text that begins 'Dear all'"},
        {"{\"layers\": []}"s, FileKind::Text, "JSON, or a text like it"},
    };
    const test::TemporaryFolder folder;
    for (const auto& file : cases) {
        test::writeText(folder / "f", file.bytes);
        const WhatItIs found = whatIs(folder / "f");
        EXPECT_EQ(found.text, file.text);
        EXPECT_EQ(static_cast<int>(found.kind), static_cast<int>(file.kind)) << file.text;
        const bool archive =
            file.kind == FileKind::Tar || file.bytes.starts_with("PK") || file.bytes.starts_with("\x1f");
        EXPECT_TRUE(archive || whatBytesAre(file.bytes).text == file.text) << file.text;
    }
}

TEST(WhatIs, TellsWhatIsNoFile) {
    const test::TemporaryFolder folder;
    EXPECT_EQ(whatIs(folder.path()).text, "an empty folder");
    EXPECT_EQ(static_cast<int>(whatIs(folder / "none").kind), static_cast<int>(FileKind::Absent));
    ::mkfifo((folder / "pipe").c_str(), 0600);
    EXPECT_EQ(whatIs(folder / "pipe").text, "a pipe, a device or a socket");
    EXPECT_EQ(whatIs(folder.path()).text, "a folder (pipe)");
}

}  // namespace
}  // namespace bitdesk
