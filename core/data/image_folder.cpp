// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_folder.h"

#include "core/data/image_folder_data_set.h"

namespace bitdesk {
namespace {

std::shared_ptr<const DataSet> open(const std::filesystem::path& path, const SplitPlan& plan,
                                    const DataRequest& request) {
    return std::make_shared<ImageFolderDataSet>(indexImageFolder(path, plan.part), plan, request);
}

}  // namespace

const DataFormat& imageFolderFormat() {
    static const DataFormat kFormat{"image folder", isImageFolder, imageFolderParts, nullptr, open};
    return kFormat;
}

}  // namespace bitdesk
