// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/find_format.h"

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
