// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/data/data_set.h"
#include "tests/core/base/expect_error.h"
#include "tests/core/base/temporary_folder.h"

namespace bitdesk::test {

/// A data set to make in a folder, and a cache folder that is nobody else's.
class DataFolder : public testing::Test {
protected:
    DataFolder() {
        ::setenv("XDG_CACHE_HOME", m_cache.path().c_str(), 1);
        std::filesystem::create_directories(root());
    }
    ~DataFolder() override { ::unsetenv("XDG_CACHE_HOME"); }

    std::filesystem::path root() const { return m_folder / "data"; }
    void write(const std::string& path, const std::string& bytes) const {
        std::filesystem::create_directories((root() / path).parent_path());
        writeText(root() / path, bytes);
    }
    std::shared_ptr<const DataSet> open(Split split = Split::Test, const DataRequest& request = {}) const {
        return openDataSet(root().string(), split, request);
    }
    void refused(std::initializer_list<std::string> parts, Split split = Split::Test,
                 const DataRequest& request = {}) const {
        expectBadInput(parts, [&] { open(split, request); });
    }
    std::filesystem::path cache() const { return m_cache.path(); }

    static std::vector<int> labels(const DataSet& data) {
        std::vector<int> all;
        for (std::int64_t i = 0; i < data.size(); ++i) all.push_back(data.label(i));
        return all;
    }
    static std::vector<std::uint8_t> pixels(const DataSet& data) {
        std::vector<std::int64_t> all;
        for (std::int64_t i = 0; i < data.size(); ++i) all.push_back(i);
        std::vector<std::uint8_t> out(all.size() * static_cast<std::size_t>(data.imageBytes()));
        data.copyImages(all, out);
        return out;
    }

private:
    TemporaryFolder m_folder, m_cache;
};

}  // namespace bitdesk::test
