// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/onnx_file.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/wire_format_lite.h>
#include <limits>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/what_is.h"
#include "core/exchange/onnx_import/external_data.h"
#include "core/exchange/onnx_import/graph_checks.h"

namespace bitdesk {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

constexpr std::uint64_t kMostBytes = std::numeric_limits<int>::max();  // what protobuf reads
constexpr int kMostLevels = 64;

/// Counts what a parser would make objects of. A message of two bytes becomes one of two hundred: without a limit a
/// small file fills the memory.
class PartCounter {
public:
    /// False where the bytes are no such message, or hold more parts than a network has.
    bool count(CodedInputStream& stream, const Descriptor& type, int levels) {
        if (levels == 0) return false;
        while (const std::uint32_t tag = stream.ReadTag()) {
            if (++m_parts > kMostParts) return false;
            const FieldDescriptor* field = type.FindFieldByNumber(WireFormatLite::GetTagFieldNumber(tag));
            const bool delimited = WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
            if (!delimited) {
                if (!WireFormatLite::SkipField(&stream, tag)) return false;
                continue;
            }
            std::uint32_t length = 0;
            if (!stream.ReadVarint32(&length) || length > kMostBytes) return false;
            if (field != nullptr && field->type() == FieldDescriptor::TYPE_MESSAGE) {
                const auto limit = stream.PushLimit(static_cast<int>(length));
                if (!count(stream, *field->message_type(), levels - 1) || stream.BytesUntilLimit() != 0) return false;
                stream.PopLimit(limit);
            } else {
                if (!stream.Skip(static_cast<int>(length))) return false;
                // Numbers that are packed as one byte each become eight.
                if (field != nullptr && field->is_packed()) m_packed += length;
                if (m_packed > kMostPacked) return false;
            }
        }
        return stream.ConsumedEntireMessage();
    }

private:
    static constexpr std::int64_t kMostParts = 3'000'000, kMostPacked = std::int64_t{1} << 30;
    std::int64_t m_parts = 0, m_packed = 0;
};

template <typename Read>
bool readWith(const std::string& bytes, const Read& read) {
    google::protobuf::io::ArrayInputStream array(bytes.data(), static_cast<int>(bytes.size()));
    CodedInputStream stream(&array);
    stream.SetRecursionLimit(kMostLevels);
    return read(stream);
}

[[noreturn]] void refuseOther(const std::filesystem::path& path) {
    const WhatItIs what = whatIs(path);
    const bool known = what.kind != FileKind::Unknown && what.kind != FileKind::Network;
    throw Error(ErrorKind::BadInput, path.string(), known ? "is " + what.text : "is no ONNX file, or a damaged one",
                "Export it again: torch.onnx.export(model, (images,), FILE)");
}

onnx::ModelProto parsed(const std::filesystem::path& path) {
    const std::string bytes = readFile(path, kMostBytes);
    const bool fits = readWith(bytes, [](CodedInputStream& stream) {
        return PartCounter().count(stream, *onnx::ModelProto::descriptor(), kMostLevels);
    });
    onnx::ModelProto model;
    const auto parse = [&](CodedInputStream& stream) {
        return model.ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage();
    };
    if (!fits || !readWith(bytes, parse) || !model.has_graph() || model.graph().node_size() == 0) refuseOther(path);
    return model;
}

}  // namespace

onnx::ModelProto readOnnxFile(const std::filesystem::path& path) {
    onnx::ModelProto model = parsed(path);
    checkGraph(model, path.string());
    readExternalData(model, path);
    checkTensors(model, path.string());
    checkWithLibrary(model, path.string());
    return model;
}

}  // namespace bitdesk
