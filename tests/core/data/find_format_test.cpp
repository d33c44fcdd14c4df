// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/data_format.h"

#include <gtest/gtest.h>

#include "tests/core/base/tar_file.h"
#include "tests/core/data/data_folder.h"
#include "tests/core/data/image_files.h"
#include "tests/core/data/small_data.h"

namespace bitdesk {
namespace {

class FindFormat : public test::DataFolder {
protected:
    void told(const std::string& name, const std::string& bytes, std::initializer_list<std::string> parts) const {
        write(name, bytes);
        SCOPED_TRACE(name);
        test::expectBadInput(parts, [&] { openDataSet((root() / name).string(), Split::Test); });
    }
    void idx(const std::string& folder) const {
        write(folder + "/t10k-images-idx3-ubyte", test::idxHeader({2, 1, 1}) + "ab");
        write(folder + "/t10k-labels-idx1-ubyte", test::idxHeader({2}) + std::string("\0\1", 2));
    }
    void classFolders() const {
        for (const char* name : {"a/0.png", "a/1.png", "b/0.png", "b/1.png"}) write(name, test::greyPng(2, 2, 1));
    }
};

TEST_F(FindFormat, WhatIsNoDataSetIsToldAsWhatItIs) {
    told("set.tar.gz", test::gzipped(test::tarBytes({{.name = "pets/cat/1.jpg"}})),
         {"set.tar.gz: holds no data set of a known format: it is a tar archive packed by gzip (pets/cat/1.jpg)",
          "Unpack it (tar -xf ", "IDX files"});
    told("net.pth.tar", test::zipBytes({{.name = "net/data.pkl"}}), {"it is a file of torch.save", "np.savez(FILE"});
    told("set.npz", "<html>404", {"it is a web page (HTML)", "Download it again"});
    told("set.bin", "version https://git-lfs.github.com/spec/v1\n", {"a pointer of Git LFS", "git lfs pull"});
    told("mnist.csv", "label,pixel0\n7,0\n",
         {"it is a table in text (CSV) that begins 'label,pixel0'", "np.savez(FILE"});
    told("images", test::idxHeader({1, 2, 2}),
         {"it is an IDX file of 3 dimensions", "Name it and its labels as train-images"});
    told("cat.png", test::greyPng(2, 2, 1), {"it is a PNG picture", "class folders"});
    told("empty", "", {"it is empty (0 bytes)"});
    told("set.zip", test::zipBytes({{.name = "a/1.png"}}), {"it is a zip archive (a/1.png)", "Unpack it"});
    std::filesystem::remove(root() / "cat.png");
    refused({"/data: holds no data set of a known format: it is a folder (empty, images, mnist.csv, …)"});
}

/// A folder of such files is told as what its files are, and as what to make of them.
TEST_F(FindFormat, FoldersOfOtherFilesAreToldAsWhatTheseAre) {
    using namespace std::string_literals;
    const std::string npy = "\x93NUMPY....", dicom = std::string(128, '\0') + "DICM", parquet = "PAR1....",
                      lmdb = std::string(16, '\0') + "\xde\xc0\xef\xbe....", arrow = "ARROW1..";
    const std::string film =
        "\0\0\0\x20"
        "ftypisom...."s;
    const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d\n";
    const struct {
        std::vector<std::pair<std::string, std::string>> files;
        std::string told, hint;
    } cases[] = {
        {{{"README.md", "# pets"}, {"data/test-00000.parquet", parquet}, {"data/train-00000.parquet", parquet}},
         "; data/test-00000.parquet is a Parquet file.",
         "np.savez(FILE, x_test="},
        {{{"dataset_dict.json", "{}"}, {"test/data-0.arrow", arrow}, {"test/state.json", "{}"}},
         "; test/data-0.arrow is an Arrow file.",
         "Image.fromarray(x).save('test/cat/1.png')"},
        {{{"set/data.mdb", lmdb}, {"set/lock.mdb", "\1\2\3"}}, "; set/data.mdb is a data base of LMDB.", "np.savez"},
        {{{"data.mdb", lmdb}, {"lock.mdb", "\1\2\3"}},
         "it is a folder (data.mdb, lock.mdb); data.mdb is a data base of LMDB.",
         "np.savez"},
        {{{"cat/1.npy", npy}, {"cat/2.npy", npy}, {"cat/3.npy", npy}, {"dog/1.npy", npy}},
         "; cat/1.npy is an array of NumPy (.npy).",
         "np.savez"},
        {{{"cat/1.dcm", dicom}, {"labels.csv", "a,b"}}, "; cat/1.dcm is a DICOM file", "dcmj2pnm --write-png"},
        {{{"cat/1.mp4", film}, {"dog/1.mp4", film}, {"dog/2.npy", npy}},
         "; cat/1.mp4 is a video (MP4, QuickTime), dog/2.npy is an array",
         "ffmpeg -i FILE"},
        {{{"cat/1.npy", pointer}, {"dog/1.npy", pointer}}, "; cat/1.npy is a pointer of Git LFS", "git lfs pull"},
        {{{"cat/1.txt", "hello"}},
         "; cat/1.txt is a text that begins 'hello'.",
         "Name the folder that holds the classes"},
        {{{"cat/.hidden", "x"}}, "/data: holds folders, but no images in them. Name the folder", ""},
    };
    for (const auto& folder : cases) {
        for (const auto& [name, bytes] : folder.files) write(name, bytes);
        SCOPED_TRACE(folder.told);
        refused({"/data: holds ", folder.told, folder.hint});
        std::filesystem::remove_all(root());
    }
}

TEST_F(FindFormat, PicturesThatAreNotReadAreTold) {
    write("cat/1.pcx", "\n\5\1\x08....");
    write("dog/1.ras", "\x59\xa6\x6a\x95....");
    refused({"cat/1.pcx: is a PCX picture; PNG and JPEG are read (and 1 more file fails)", "mogrify"});
}

TEST_F(FindFormat, ASingleSetBelowIsFound) {
    idx("x/MNIST/raw");
    write("x/MNIST/readme.txt", "hello");
    EXPECT_EQ(findFormat(root()).path, root() / "x/MNIST/raw");
    EXPECT_EQ(open()->name(), (root() / "x/MNIST/raw").string());
    idx("y/deep/down/below");  // deeper than is looked
    EXPECT_EQ(findFormat(root()).path, root() / "x/MNIST/raw");
    idx(".hidden");
    EXPECT_EQ(open()->size(), 2);
    idx("y");
    refused({"/data: holds 2 data sets: x/MNIST/raw, y", "Name the one that is meant, as "});
}

TEST_F(FindFormat, ClassFoldersStayAnImageFolderWhateverLiesBesideThem) {
    classFolders();
    idx("c");
    write("x_test.npy", "no array");
    write("y_test.npy", "no array");
    write("set.npz", test::zipBytes({{.name = "x.npy"}}));
    EXPECT_STREQ(findFormat(root()).format->name, "image folder");
    std::filesystem::remove_all(root() / "a");
    std::filesystem::remove_all(root() / "b");
    EXPECT_STREQ(findFormat(root()).format->name, "npy");
    std::filesystem::remove(root() / "x_test.npy");
    EXPECT_EQ(findFormat(root()).path, root() / "c");
    std::filesystem::remove_all(root() / "c");
    EXPECT_EQ(findFormat(root()).path, root() / "set.npz");
}

}  // namespace
}  // namespace bitdesk
