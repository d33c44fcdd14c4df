// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <gtest/gtest.h>

#include "core/model/model_file.h"
#include "core/network/catalogue.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/model/tiny_model.h"

namespace bitdesk {
namespace {

TEST(ModelFile, EveryCatalogueNetworkSurvivesARoundTrip) {
    const test::TemporaryFolder folder;
    for (const CatalogueNetwork& entry : networkCatalogue()) {
        const MetaModel model = openModel("random:" + std::string(entry.name), 5);
        EXPECT_EQ(writeModel(model, folder / "m"), model.hash) << entry.name;
        test::expectSame(model, readModel(folder / "m"));
    }
}

}  // namespace
}  // namespace bitdesk
