// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <initializer_list>
#include <string>

#include "tests/core/data/data_folder.h"
#include "tests/core/data/image_files.h"

namespace bitdesk::test {

/// A folder of small images to make.
class ImageDataFolder : public DataFolder {
protected:
    void image(const std::string& path, int value) const { write(path, greyPng(2, 2, value)); }
    void images(std::initializer_list<std::string> paths) const {
        for (const std::string& path : paths) image(path, 1);
    }
    void twoClasses(const std::string& part = "") const {
        image(part + "b/1.png", 3);
        image(part + "a/2.png", 2);
        image(part + "a/1.png", 1);
    }
    static bool told(const DataSet& data, const std::string& text) {
        for (const std::string& note : data.description().notes)
            if (note.find(text) != std::string::npos) return true;
        return false;
    }
};

}  // namespace bitdesk::test
