// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/fake_quantizer.h"

#include <array>
#include <string>

#include "core/base/error.h"

namespace bitdesk {

std::span<const FakeQuantizer> fakeQuantizers() {
    static const std::array kCatalogue{floorNestedFakeQuantizer()};
    return kCatalogue;
}

const FakeQuantizer& findFakeQuantizer(std::string_view name) {
    std::string known;
    for (const FakeQuantizer& quantizer : fakeQuantizers()) {
        if (name == quantizer.name) return quantizer;
        known += (known.empty() ? "" : ", ") + std::string(quantizer.name);
    }
    throw Error(ErrorKind::BadInput, "quantizer", "'" + std::string(name) + "' cannot be trained", "Known: " + known);
}

}  // namespace bitdesk
