// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/train/checkpoint.h"

#include <cstring>
#include <fstream>
#include <iterator>

#include <ATen/ops/empty.h>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/setting_name.h"
#include "core/model/safetensors.h"

namespace bitdesk {

void writeCheckpoint(const Checkpoint& checkpoint, const std::filesystem::path& path) {
    Safetensors content;
    content.metadata = checkpoint.texts;
    for (const auto& [name, tensor] : checkpoint.tensors) {
        const at::Tensor flat = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
        content.tensors.emplace(name, Tensor::f32(flat.sizes().vec(), {flat.const_data_ptr<float>(),
                                                                       static_cast<std::size_t>(flat.numel())}));
    }
    writeFileAtomically(path, serializeSafetensors(content));
}

Checkpoint readCheckpoint(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        throw Error(ErrorKind::BadInput, path.string(), "there is no such checkpoint",
                    "Train without " + settingName("resume"));
    const std::string bytes{std::istreambuf_iterator<char>(file), {}};
    const Safetensors content = parseSafetensors(std::as_bytes(std::span(bytes)), path.string());
    Checkpoint checkpoint;
    checkpoint.texts = content.metadata;
    for (const auto& [name, tensor] : content.tensors) {
        if (tensor.dtype != "F32")
            throw Error(ErrorKind::BadInput, path.string(),
                        "tensor '" + name + "' is not F32, so this is no checkpoint");
        at::Tensor values = at::empty(tensor.shape);
        std::memcpy(values.mutable_data_ptr<float>(), tensor.data.data(), tensor.data.size());
        checkpoint.tensors.emplace(name, values);
    }
    return checkpoint;
}

}  // namespace bitdesk
