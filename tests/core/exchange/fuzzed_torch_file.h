// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/base/random.h"
#include "core/exchange/tensor_file.h"
#include "tests/core/base/temporary_folder.h"
#include "tests/core/base/zip_file.h"

namespace bitdesk::test {

/// {"model": {"w": a tensor of six floats in storage "0"}, "args": argparse.Namespace(lr=1), "best": numpy's 0.5}
inline std::string checkpointPickle() {
    using namespace std::string_literals;
    return "\x80\x02}q\x00(U\x05modelccollections\nOrderedDict\nq\x01)Rq\x02U\x01w"
           "ctorch._utils\n_rebuild_tensor_v2\nq\x03((U\x07storageq\x04"
           "ctorch\nFloatStorage\nq\x05U\x01"
           "0U\x03"
           "cpuK\x06NtQK\x00K\x02K\x03\x86K\x03K\x01\x86\x89h\x01)RtRq\x06s"
           "U\x04"
           "argscargparse\nNamespace\n)\x81}U\x02lrK\x01sbU\x04"
           "bestcnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\nU\x02"
           "f8\x89\x88\x87R(K\x03U\x01<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tbU\x08\x00\x00\x00\x00\x00\x00\xe0\x3ftRu."s;
}
inline std::string legacyFile() {
    using namespace std::string_literals;
    return "\x80\x02\x8a\nl\xfc\x9c"
           "F\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}U\rlittle_endian\x88s."s +
           checkpointPickle() + "\x80\x02]U\x01" + "0a." + littleEndian(6, 8) + std::string(24, '\x3f');
}

/// Bytes changed, taken out, doubled, moved or cut off, one to six times.
inline std::string mutated(std::string bytes, Random& random) {
    constexpr std::string_view kTelling =
        "().0123]}abceghijlqrstuKMJQRUXNGC\x80\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x92\x93\xff\x7f";
    const auto below = [&](std::size_t limit) { return static_cast<std::size_t>(random.below(limit)); };
    for (std::size_t left = 1 + below(6); left > 0 && bytes.size() > 1; --left) {
        const std::size_t at = below(bytes.size()), size = 1 + below(std::min<std::size_t>(bytes.size() - at, 24));
        switch (below(6)) {
            case 0: bytes[at] = static_cast<char>(below(256)); break;
            case 1: bytes[at] = kTelling[below(kTelling.size())]; break;
            case 2: bytes.erase(at, size); break;
            case 3: bytes.insert(below(bytes.size()), bytes.substr(at, size)); break;
            case 4: bytes.insert(at, std::string(1, kTelling[below(kTelling.size())])); break;
            default:
                if (below(8) == 0) bytes.resize(at);
                else bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        }
    }
    return bytes;
}

/// Reads `count` damaged checkpoints, in turns of the old format and of the new one with a damaged pickle: each is read
/// or refused as bad input, soon.
inline void fuzzTorchFiles(int count, std::uint64_t seed) {
    const TemporaryFolder folder;
    Random random(seed);
    int whole = 0;
    for (int i = 0; i < count; ++i) {
        const std::string bytes = i % 2 == 0
                                      ? mutated(legacyFile(), random)
                                      : zipBytes({{.name = "f/data.pkl", .text = mutated(checkpointPickle(), random)},
                                                  {.name = "f/data/0", .text = std::string(24, '\x3f')}});
        writeText(folder / "f.pt", bytes);
        const auto begin = std::chrono::steady_clock::now();
        try {
            const TensorFile file = readTensorFile(folder / "f.pt");
            for (const std::string& name : file.names) ASSERT_NE(file.find(name), nullptr);
            ++whole;
        } catch (const Error& error) {
            ASSERT_EQ(static_cast<int>(error.kind()), static_cast<int>(ErrorKind::BadInput)) << error.what();
        }
        ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30))
            << "seed " << seed << ", file " << i;
    }
    EXPECT_GT(whole, 0) << "no damage was small enough to be read over: the files are damaged too much to test much";
    EXPECT_LT(whole, count);
}

}  // namespace bitdesk::test
