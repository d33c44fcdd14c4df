// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/image_facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <string_view>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/setting_name.h"

namespace bitdesk {
namespace {

namespace fs = std::filesystem;

/// A new number where a decoder, or its checks, change: what passed the old ones is read again.
constexpr std::string_view kFirstLine = "bitdesk image manifest 2\n";
constexpr std::size_t kHexDigits = 64;

fs::path placeFor(const fs::path& folder) {
    std::error_code code;
    const fs::path canonical = fs::canonical(folder, code);
    if (code) return {};
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    fs::path base;
    if (cache != nullptr && *cache == '/') base = cache;
    else if (home != nullptr && *home == '/') base = fs::path(home) / ".cache";
    else return {};
    return base / "bitdesk" / "data-manifests" / (sha256(canonical.native()) + ".txt");
}

/// Fields of a line, separated by blanks; the last holds the rest.
class Fields {
public:
    explicit Fields(std::string_view line) : m_rest(line) {}

    std::int64_t number() {
        std::int64_t value = 0;
        const auto parsed = std::from_chars(m_rest.data(), m_rest.data() + m_rest.size(), value);
        m_good = m_good && parsed.ec == std::errc{};
        skip(static_cast<std::size_t>(parsed.ptr - m_rest.data()));
        return value;
    }
    Digest digest() {
        Digest digest{};
        m_good = m_good && m_rest.size() > kHexDigits;
        for (std::size_t i = 0; m_good && i < digest.size(); ++i) {
            const char* begin = m_rest.data() + 2 * i;
            m_good = std::from_chars(begin, begin + 2, digest[i], 16).ptr == begin + 2;
        }
        skip(kHexDigits);
        return digest;
    }
    std::string rest() const { return std::string(m_rest); }
    bool good() const { return m_good; }

private:
    void skip(std::size_t size) {
        m_good = m_good && m_rest.size() > size && m_rest[size] == ' ';
        m_rest.remove_prefix(std::min(size + 1, m_rest.size()));
    }
    std::string_view m_rest;
    bool m_good = true;
};

}  // namespace

ImageManifest ImageManifest::load(const fs::path& folder) {
    constexpr std::uint64_t kMost = std::uint64_t{2} << 30;
    ImageManifest manifest;
    manifest.m_place = placeFor(folder);
    std::error_code code;
    if (!fs::is_regular_file(manifest.m_place, code)) return manifest;
    std::string text;
    try {
        text = readFile(manifest.m_place, kMost);
    } catch (const Error&) {
        return manifest;
    }
    // Its last line is the hash of what stands before.
    if (!text.starts_with(kFirstLine) || text.size() < kFirstLine.size() + kHexDigits) return manifest;
    std::string_view body = std::string_view(text).substr(0, text.size() - kHexDigits);
    if (sha256(body) != std::string_view(text).substr(body.size())) return manifest;
    body.remove_prefix(kFirstLine.size());
    std::unordered_map<std::string, File> files;
    while (!body.empty()) {
        const auto end = body.find('\n');
        Fields fields(body.substr(0, end));
        File file;
        file.stamp.bytes = fields.number();
        file.stamp.modified = fields.number();
        file.stamp.changed = fields.number();
        ImageFacts& facts = file.facts;
        for (int* number :
             {&facts.shape.height, &facts.shape.width, &facts.shape.channels, &facts.orientation, &facts.brightest})
            *number = static_cast<int>(fields.number());
        facts.jpeg = fields.number() != 0;
        facts.digest = fields.digest();
        if (!fields.good() || end == std::string_view::npos) return manifest;
        files.emplace(fields.rest(), file);
        body.remove_prefix(end + 1);
    }
    manifest.m_files = std::move(files);
    return manifest;
}

void ImageManifest::save() const {
    if (m_place.empty()) return;
    constexpr std::size_t kNumbers = 80;  // of a line, at most as a rule
    std::size_t size = kFirstLine.size() + kHexDigits;
    for (const auto& [path, file] : m_files) size += kNumbers + kHexDigits + path.size();
    std::string text;
    text.reserve(size);
    text += kFirstLine;
    for (const auto& [path, file] : m_files) {
        const ImageFacts& facts = file.facts;
        for (const std::int64_t number : {file.stamp.bytes, file.stamp.modified, file.stamp.changed})
            text += std::to_string(number) + ' ';
        for (const int number : {facts.shape.height, facts.shape.width, facts.shape.channels, facts.orientation,
                                 facts.brightest, facts.jpeg ? 1 : 0})
            text += std::to_string(number) + ' ';
        text += toHex(facts.digest) + ' ' + path + '\n';
    }
    text += sha256(text);
    std::error_code code;
    fs::create_directories(m_place.parent_path(), code);
    try {
        writeFileAtomically(m_place, text);
    } catch (const Error&) {  // a cache
    }
}

std::optional<ImageManifest::File> ImageManifest::find(const std::string& path, const FileStamp& stamp) const {
    const auto found = m_files.find(path);
    if (found == m_files.end() || found->second.stamp != stamp) return std::nullopt;
    return found->second;
}

namespace {

/// Values of 8 or 12 bits that were saved as 16 leave this much of the upper half unused.
constexpr int kDarkHalf = 16;

std::string counted(std::int64_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace

void PictureNotes::add(const ImageFacts& facts) {
    const std::scoped_lock lock(m_mutex);
    m_anyJpeg = m_anyJpeg || facts.jpeg;
    m_turned += facts.orientation != 1 ? 1 : 0;
    if (facts.brightest == ImageFacts::kEight || facts.brightest >= kDarkHalf) return;
    ++m_dark;
    m_brightest = std::max(m_brightest, facts.brightest);
}

std::vector<std::string> PictureNotes::sentences(bool exif) const {
    std::vector<std::string> notes;
    if (m_turned > 0 && !exif)
        notes.push_back(counted(m_turned, "image") + (m_turned == 1 ? " carries" : " carry") +
                        " an EXIF orientation, which is not applied (" + settingName("exif") + " applies it)");
    if (m_turned > 0 && exif)
        notes.push_back(counted(m_turned, "image") + (m_turned == 1 ? " was" : " were") +
                        " turned as the EXIF orientation says");
    if (m_dark > 0)
        notes.push_back(counted(m_dark, "picture") + " of 16 bits " + (m_dark == 1 ? "has" : "have") +
                        " no value above " + std::to_string(m_brightest * 256 + 255) +
                        ": the upper half, which is taken, is " + (m_brightest == 0 ? "black" : "almost black") +
                        "; save " + (m_dark == 1 ? "it" : "them") + " as 8 bits");
    return notes;
}

}  // namespace bitdesk
