// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/base/machine_files.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>

#include "core/base/error.h"

namespace bitdesk {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

class Descriptor {
public:
    // A pipe in the place of a file must not hold us up: without a writer, a blocking open() waits.
    explicit Descriptor(const std::filesystem::path& path)
        : m_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~Descriptor() {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

/// 0 or an errno. Files of /proc have no size, so they are read to their end.
int readAll(int descriptor, std::string& text) {
    constexpr std::size_t kMost = 4 << 20;
    std::array<char, 16384> buffer;
    while (text.size() < kMost) {
        const ssize_t got = ::read(descriptor, buffer.data(), std::min(buffer.size(), kMost - text.size()));
        if (got == 0) break;
        if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
        else if (errno != EINTR) return errno;
    }
    return 0;
}

int readRegular(const std::filesystem::path& path, std::string& text) {
    const Descriptor file(path);
    if (file.get() < 0) return errno;
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return errno;
    if (S_ISDIR(status.st_mode)) return EISDIR;
    if (!S_ISREG(status.st_mode)) return EINVAL;
    return readAll(file.get(), text);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

template <typename Number>
std::optional<Number> parsed(std::string_view word) {
    word = trimmed(word);
    Number value{};
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (code != std::errc() || end != word.data() + word.size()) return std::nullopt;
    return value;
}

}  // namespace

std::vector<int> usableCpus() {
    constexpr int kSets = 16;  // of 1024 CPUs each
    std::array<cpu_set_t, kSets> sets{};
    std::vector<int> cpus;
    if (sched_getaffinity(0, sizeof sets, sets.data()) != 0) return cpus;
    for (int cpu = 0; cpu < kSets * CPU_SETSIZE; ++cpu)
        if (CPU_ISSET_S(cpu, sizeof sets, sets.data())) cpus.push_back(cpu);
    return cpus;
}

std::optional<std::string> readMachineFile(const MachineFiles& files, const std::filesystem::path& path, int* error) {
    std::string text;
    const int code = readRegular(files.root / path, text);
    if (error != nullptr) *error = code;
    if (code != 0) return std::nullopt;
    return text;
}

std::string firstLine(const MachineFiles& files, const std::filesystem::path& path) {
    constexpr std::size_t kLongest = 200;
    const std::string text = readMachineFile(files, path).value_or("");
    const std::string_view line = std::string_view(text).substr(0, text.find('\n'));
    return printable(trimmed(line).substr(0, kLongest));
}

std::optional<std::uint64_t> countIn(const MachineFiles& files, const std::filesystem::path& path) {
    return countFrom(firstLine(files, path));
}

std::optional<double> loadAverage(const MachineFiles& files) {
    constexpr double kHighest = 1e6;
    const std::string line = firstLine(files, "proc/loadavg");
    const auto found = numberFrom(std::string_view(line).substr(0, line.find(' ')));
    return found && *found >= 0 && *found <= kHighest ? found : std::nullopt;
}

std::optional<std::uint64_t> countFrom(std::string_view word) { return parsed<std::uint64_t>(word); }

std::optional<double> numberFrom(std::string_view word) {
    const auto value = parsed<double>(word);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.push_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

std::vector<std::string_view> wordsOfLine(std::string_view line) {
    std::vector<std::string_view> words;
    for (auto begin = line.find_first_not_of(kBlanks); begin != std::string_view::npos;) {
        const auto end = line.find_first_of(kBlanks, begin);
        words.push_back(line.substr(begin, end - begin));
        begin = line.find_first_not_of(kBlanks, end);
    }
    return words;
}

std::string_view valueOf(std::string_view text, std::string_view key) {
    for (const std::string_view line : linesOf(text)) {
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && trimmed(line.substr(0, colon)) == key)
            return trimmed(line.substr(colon + 1));
    }
    return {};
}

std::vector<std::filesystem::path> foldersIn(const MachineFiles& files, const std::filesystem::path& parent,
                                             std::string_view prefix) {
    std::vector<std::filesystem::path> found;
    std::error_code code;
    std::filesystem::directory_iterator entry(files.root / parent, code);
    for (; !code && entry != std::filesystem::directory_iterator(); entry.increment(code)) {
        std::error_code ignored;
        if (entry->path().filename().native().starts_with(prefix) && entry->is_directory(ignored))
            found.push_back(parent / entry->path().filename());
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace bitdesk
