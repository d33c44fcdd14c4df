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
    for (const WeightQuantizer& quantizer : weightQuantizers()) {
        const MetaModel model = randomModel(findNetwork("mlp").build({8, 8, 1}, 3), {2, 3, 8}, 5, quantizer.name);
        writeModel(model, folder / "q");
        test::expectSame(model, readModel(folder / "q"));
    }
}

}  // namespace
}  // namespace bitdesk
