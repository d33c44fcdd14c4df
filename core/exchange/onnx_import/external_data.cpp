// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/exchange/onnx_import/external_data.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/machine_limits.h"
#include "core/exchange/onnx_import/element_types.h"
#include "core/exchange/onnx_import/graph_terms.h"

namespace bitdesk {
namespace {

constexpr std::int64_t kMostExternalBytes = std::int64_t{1} << 32;

/// Where a tensor's data lie.
struct Location {
    std::string file;
    std::int64_t offset = 0, length = -1;  ///< −1: as many bytes as the shape calls for
};

class ExternalReader {
public:
    explicit ExternalReader(const std::filesystem::path& path)
        : m_path(path), m_folder(std::filesystem::absolute(path).parent_path()) {}

    void read(onnx::TensorProto& tensor) {
        const std::string where = tensorPlace(tensor, m_path.string());
        const Location location = locationOf(tensor, where);
        const std::int64_t bytes = elementCount(tensor, where) * elementBytes(tensor.data_type(), where);
        if (location.length >= 0 && location.length != bytes)
            fail(where, "has " + std::to_string(location.length) + " bytes of data, its shape calls for " +
                            std::to_string(bytes));
        m_total += bytes;
        if (m_total > kMostExternalBytes) fail(m_path.string(), "its tensors have more than 4 GiB");
        const std::filesystem::path file = checkedPath(location.file, where);
        std::error_code code;
        const auto size = std::filesystem::file_size(file, code);
        if (code || size < static_cast<std::uint64_t>(location.offset) ||
            size - static_cast<std::uint64_t>(location.offset) < static_cast<std::uint64_t>(bytes))
            fail(where, "its data reach beyond the end of '" + shownOnnxName(location.file) + "'");
        requireMemory(bytes, file.string());
        std::string data(static_cast<std::size_t>(bytes), '\0');
        std::ifstream stream(file, std::ios::binary);
        stream.seekg(location.offset);
        if (!stream.read(data.data(), bytes)) fail(where, "its data in '" + file.string() + "' cannot be read");
        tensor.set_raw_data(std::move(data));
        tensor.clear_external_data();
        tensor.set_data_location(onnx::TensorProto::DEFAULT);
    }

private:
    [[noreturn]] static void fail(const std::string& where, const std::string& reason, const std::string& hint = {}) {
        throw Error(ErrorKind::BadInput, where, reason, hint);
    }

    static std::int64_t number(const std::string& text, const std::string& where) {
        std::int64_t value = -1;
        const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
        if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() || value < 0)
            fail(where, "has a place of its data that is no number: '" + shownOnnxName(text) + "'");
        return value;
    }

    static Location locationOf(const onnx::TensorProto& tensor, const std::string& where) {
        Location location;
        for (const auto& entry : tensor.external_data()) {
            if (entry.key() == "location") location.file = entry.value();
            if (entry.key() == "offset") location.offset = number(entry.value(), where);
            if (entry.key() == "length") location.length = number(entry.value(), where);
        }
        if (location.file.empty()) fail(where, "keeps its data elsewhere and does not say where");
        return location;
    }

    /// Below the model's folder, by its name and by where links lead.
    std::filesystem::path checkedPath(const std::string& name, const std::string& where) {
        const auto known = m_checked.find(name);
        if (known != m_checked.end()) return known->second;
        const std::filesystem::path relative(name);
        const bool climbs = std::ranges::any_of(relative, [](const auto& part) { return part == ".."; });
        const std::string shown = "'" + shownOnnxName(name) + "'";
        if (relative.is_absolute() || climbs || name.find('\0') != std::string::npos)
            fail(where, "its data lie in " + shown + ", which is not below the file's own folder");
        const std::filesystem::path file = m_folder / relative;
        if (!isThere(file))
            fail(where, "its data lie in " + shown + ", which is not there",
                 "Keep both files in one folder, or export with external_data=False");
        if (typeOf(file) != std::filesystem::file_type::regular) fail(where, "its data lie in " + shown + ", no file");
        std::error_code code;
        auto real = std::filesystem::canonical(file, code);
        const auto folder = std::filesystem::canonical(m_folder, code);
        const auto end = std::mismatch(folder.begin(), folder.end(), real.begin(), real.end());
        if (code || end.first != folder.end())
            fail(where, "its data lie in " + shown + ", a link that leaves the file's own folder");
        m_checked.emplace(name, real);
        return real;
    }

    std::filesystem::path m_path, m_folder;
    std::map<std::string, std::filesystem::path> m_checked;
    std::int64_t m_total = 0;
};

}  // namespace

void readExternalData(onnx::ModelProto& model, const std::filesystem::path& path) {
    ExternalReader reader(path);
    const auto readWhereElsewhere = [&](onnx::TensorProto& tensor) {
        if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0)
            reader.read(tensor);
    };
    for (auto& tensor : *model.mutable_graph()->mutable_initializer()) readWhereElsewhere(tensor);
    for (auto& node : *model.mutable_graph()->mutable_node())
        for (auto& attribute : *node.mutable_attribute())
            if (attribute.has_t()) readWhereElsewhere(*attribute.mutable_t());
}

}  // namespace bitdesk
