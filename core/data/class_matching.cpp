// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/class_matching.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <utility>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/setting_name.h"
#include "core/base/utf8.h"
#include "core/data/class_names.h"

namespace bitdesk {
namespace {

constexpr int kNone = -1, kSeveral = -2;

using Numbers = std::vector<std::int64_t>;
using Found = std::optional<std::vector<int>>;

/// 0, 1, …, count − 1.
template <typename Number = std::int64_t>
std::vector<Number> countTo(std::size_t count) {
    std::vector<Number> numbers(count);
    std::iota(numbers.begin(), numbers.end(), Number{0});
    return numbers;
}
Numbers sorted(Numbers numbers) {
    std::ranges::sort(numbers);
    return numbers;
}
bool counts(const std::optional<Numbers>& numbers) { return numbers && sorted(*numbers) == countTo(numbers->size()); }

/// A way of matching that was found, and why it is not by the same names.
struct Way {
    Found found;
    std::string why;
};

class Matching {
public:
    Matching(const DataClasses& data, const std::vector<std::string>& model)
        : m_data(data),
          m_model(model),
          m_modelNamed(model != numberedNames(model.size())),
          m_dataNumbers(data.named ? numbersOf(data.names) : countTo(data.names.size())),
          m_modelNumbers(numbersOf(model)) {}

    ClassMatch match(const std::string& where) const {
        if (m_data.names == m_model) return told({countTo<int>(m_model.size()), {}});
        if (const Found same = bySpelling(nfc)) return told({same, {}});
        if (const Found alike = bySpelling(looseName))
            return told(
                {alike, "class names are taken for the same though letter case, separators or leading zeros differ"});
        const Way way = byNumber();
        if (way.found) return told(way);
        refuse(where);
    }

    ClassMatch matchByNumber(const std::string& where, std::optional<int> first) const {
        const auto fail = [&](const char* reason) {
            throw Error(ErrorKind::BadInput, where, "cannot be matched by number: " + (reason + (": " + bothSides())),
                        "Say " + ways());
        };
        if (first && !m_dataNumbers) fail("its classes are no numbers");
        if (!first && isInDoubt()) fail("it is not said whether its numbers count from 0 or from 1");
        const Found found = byNumberFrom(first);
        if (!found) fail("it has images of numbers that are none of the model's classes");
        return told({found, "classes are matched by number, as was asked for"});
    }

    ClassMatch matchByMap(const std::map<std::string, std::string>& map, const std::string& file) const {
        const auto dataClasses = positions(m_data.names), modelClasses = positions(m_model);
        std::vector<int> found(m_data.names.size(), kNone);
        for (const auto& entry : map) {
            const std::string& from = entry.first;
            const std::string& to = entry.second;
            const auto fail = [&](const std::string& reason) {
                throw Error(ErrorKind::BadInput, file, "'" + shownName(from) + "' " + reason);
            };
            const auto c = dataClasses.find(nfc(from)), m = modelClasses.find(nfc(to));
            if (c == dataClasses.end()) fail("is no class of the data, which has " + someOf(m_data.names));
            if (m == modelClasses.end())
                fail("is to be " + quotedName(to) + ", which is no class of the model; it has " + someOf(m_model));
            if (c->second == kSeveral) fail("is the name of several of the data's classes");
            if (m->second == kSeveral)
                fail("is to be " + quotedName(to) + ", as several of the model's classes are called");
            found[static_cast<std::size_t>(c->second)] = m->second;
        }
        for (std::size_t c = 0; c < found.size(); ++c)
            if (found[c] == kNone && hasImages(c))
                throw Error(ErrorKind::BadInput, file,
                            "says nothing of the data's class " + quotedName(m_data.names[c]) + "; the model has " +
                                someOf(m_model));
        return told(
            {found, "classes are matched as " + shownName(std::filesystem::path(file).filename().string()) + " says"});
    }

private:
    bool hasImages(std::size_t c) const { return m_data.images[c] > 0; }

    /// Where each name stands, in one spelling; kSeveral where several are spelled so.
    static std::unordered_map<std::string, int> positions(const std::vector<std::string>& names,
                                                          std::string (*spelled)(const std::string&) = nfc) {
        std::unordered_map<std::string, int> known;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const auto [entry, fresh] = known.emplace(spelled(names[i]), static_cast<int>(i));
            if (!fresh) entry->second = kSeveral;
        }
        return known;
    }

    /// One to one, or nothing: where a class with images has no counterpart, or not one alone.
    Found bySpelling(std::string (*spelled)(const std::string&)) const {
        auto known = positions(m_model, spelled);
        std::vector<int> found(m_data.names.size(), kNone);
        for (std::size_t c = 0; c < found.size(); ++c) {
            const auto entry = known.find(spelled(m_data.names[c]));
            if (entry != known.end() && entry->second >= 0) found[c] = std::exchange(entry->second, kSeveral);
            else if (hasImages(c)) return std::nullopt;
        }
        return found;
    }

    Found byValue(const Numbers& data, const Numbers& model) const {
        std::unordered_map<std::int64_t, int> known;
        for (std::size_t m = 0; m < model.size(); ++m) known.emplace(model[m], static_cast<int>(m));
        std::vector<int> found(data.size(), kNone);
        for (std::size_t c = 0; c < found.size(); ++c) {
            const auto entry = known.find(data[c]);
            if (entry != known.end()) found[c] = entry->second;
            else if (hasImages(c)) return std::nullopt;
        }
        return found;
    }

    Way byNumber() const {
        if (!m_data.named) return ofUnnamedData();
        if (!m_modelNamed) return ofUnnamedModel();
        const bool sameCount = m_data.names.size() == m_model.size();
        if (m_dataNumbers && m_modelNumbers && areOneNumbering())
            return {byValue(*m_dataNumbers, *m_modelNumbers), "classes that are numbers are matched by these"};
        if (sameCount && counts(m_dataNumbers) && areNames(m_modelNumbers))
            return {byValue(*m_dataNumbers, countTo(m_model.size())),
                    "the data's classes are numbers: they are matched by number"};
        // A folder's classes come in the order of their names, which is no numbering.
        if (sameCount && counts(m_modelNumbers) && areNames(m_dataNumbers) && m_data.numbered)
            return {byValue(countTo(m_data.names.size()), *m_modelNumbers),
                    "the model's classes are numbers: they are matched by number"};
        return {};
    }

    Way ofUnnamedData() const {
        const std::string from =
            range().first > 0 ? "; if its labels count from 1, say " + settingName("class-map") + " from-1" : "";
        return {byValue(*m_dataNumbers, areNames(m_modelNumbers) ? countTo(m_model.size()) : *m_modelNumbers),
                "the data has no class names: classes are matched by number" + from};
    }

    Way ofUnnamedModel() const {
        const std::string why = "the model has no class names: classes are matched by number";
        if (!areNames(m_dataNumbers)) {
            const bool fromZero = std::ranges::find(*m_dataNumbers, 0) != m_dataNumbers->end();
            return {fromZero ? byValue(*m_dataNumbers, countTo(m_model.size())) : std::nullopt, why};
        }
        if (m_data.names.size() != m_model.size()) return {};
        return {countTo<int>(m_model.size()), why};
    }

    /// Whether names tell no numbering of either side: no numbers, or large ones such as years.
    bool areNames(const std::optional<Numbers>& numbers) const {
        const auto most = static_cast<std::int64_t>(std::max(m_data.names.size(), m_model.size()));
        return !numbers || std::ranges::all_of(*numbers, [&](std::int64_t n) { return n > most; });
    }

    /// The same numbers, or the data has some of the model's and both begin with 0.
    bool areOneNumbering() const {
        const Numbers data = sorted(*m_dataNumbers), model = sorted(*m_modelNumbers);
        return data == model || (data.front() == 0 && model.front() == 0 && std::ranges::includes(model, data));
    }

    /// The lowest and the highest number of a class with images.
    std::pair<std::int64_t, std::int64_t> range() const {
        std::int64_t low = std::numeric_limits<std::int64_t>::max(), high = 0;
        for (std::size_t c = 0; c < m_data.names.size(); ++c)
            if (hasImages(c)) {
                low = std::min(low, (*m_dataNumbers)[c]);
                high = std::max(high, (*m_dataNumbers)[c]);
            }
        return {low, high};
    }

    /// Folders of some of the numbers: 1 may be the first or the second class. Labels of an array are places.
    bool isInDoubt() const {
        if (!m_data.named || !m_dataNumbers) return false;
        const auto [low, high] = range();
        return low > 0 && high < static_cast<std::int64_t>(m_model.size());
    }

    Found byNumberFrom(std::optional<int> first) const {
        Numbers numbers = m_dataNumbers.value_or(countTo(m_data.names.size()));
        if (!first && m_dataNumbers) {
            const auto size = static_cast<std::int64_t>(m_model.size());
            const auto [low, high] = range();
            if (low > 0 && high == size) first = 1;
            else if (m_data.named && high >= size && numbers.size() == m_model.size()) numbers = ranked(numbers);
        }
        for (std::int64_t& number : numbers) number -= first.value_or(0);
        return byValue(numbers, counts(m_modelNumbers) ? *m_modelNumbers : countTo(m_model.size()));
    }

    /// The place of each among all, for numbers that are no places, such as years.
    static Numbers ranked(const Numbers& numbers) {
        const Numbers order = sorted(numbers);
        Numbers ranks;
        for (const std::int64_t n : numbers) ranks.push_back(std::ranges::lower_bound(order, n) - order.begin());
        return ranks;
    }

    std::string pairs(const std::vector<int>& modelClass) const {
        constexpr int kShown = 4;
        std::string text;
        int shown = 0;
        for (std::size_t c = 0; c < modelClass.size(); ++c) {
            if (modelClass[c] == kNone || m_data.names[c] == m_model[static_cast<std::size_t>(modelClass[c])]) continue;
            if (shown++ == kShown) return text + ", …";
            text += (text.empty() ? "" : ", ") + quotedName(m_data.names[c]) + " is " +
                    quotedName(m_model[static_cast<std::size_t>(modelClass[c])]);
        }
        return text;
    }

    ClassMatch told(const Way& way) const {
        ClassMatch match{.modelClass = *way.found, .notes = {}};
        if (const std::string differing = pairs(match.modelClass); !way.why.empty() && !differing.empty())
            match.notes.push_back(way.why + " (" + differing + ")");
        std::vector<char> there(m_model.size());
        for (const int m : match.modelClass)
            if (m != kNone) there[static_cast<std::size_t>(m)] = 1;
        std::vector<std::string> missing;
        for (std::size_t m = 0; m < m_model.size(); ++m)
            if (there[m] == 0) missing.push_back(m_model[m]);
        if (!missing.empty())
            match.notes.push_back("the data lacks " + std::to_string(missing.size()) + " of the model's " +
                                  std::to_string(m_model.size()) + " classes: " + someOf(missing));
        return match;
    }

    std::string bothSides() const {
        const std::size_t count = m_data.names.size();
        return "the data has " + std::to_string(count) + (count == 1 ? " class (" : " classes (") +
               someOf(m_data.names) + "), the model has " + std::to_string(m_model.size()) + " (" + someOf(m_model) +
               ")";
    }

    /// What of it is worth a look, where that is not all.
    std::string atFault() const {
        const auto known = positions(m_model, looseName);
        std::vector<std::string> lacking;
        for (std::size_t c = 0; c < m_data.names.size(); ++c)
            if (hasImages(c) && !known.contains(looseName(m_data.names[c]))) lacking.push_back(m_data.names[c]);
        if (lacking.empty()) return "; several are the same but for letter case, separators or leading zeros";
        if (lacking.size() < m_data.names.size()) return "; the model lacks " + someOf(lacking);
        const bool fromElsewhere = m_data.named && !areNames(m_dataNumbers) && !counts(m_dataNumbers);
        return fromElsewhere ? "; it is not said which class of the model is the first of numbers that are not 0, 1, …"
                             : "";
    }

    /// What a user can say that would work.
    std::string ways() const {
        std::size_t shown = 0;
        while (shown + 1 < m_data.names.size() && !hasImages(shown)) ++shown;
        const std::string file = settingName("class-map") +
                                 " FILE.json, which holds the model's class of each of the data's: {\"" +
                                 shownName(m_data.names[shown]) + "\": \"" + shownName(m_model.front()) + "\", …}";
        if (isInDoubt()) {
            const auto low = static_cast<std::size_t>(range().first);
            const std::string number = std::to_string(low);
            return settingName("class-map") + " from-1 (" + number + " is " + quotedName(m_model[low - 1]) + "), " +
                   settingName("class-map") + " from-0 (it is " + quotedName(m_model[low]) + "), or " + file;
        }
        return (byNumberFrom({}) ? settingName("class-map") + " by-number, or " : "") + file;
    }

    [[noreturn]] void refuse(const std::string& where) const {
        throw Error(ErrorKind::BadInput, where, "its classes are not the model's: " + bothSides() + atFault(),
                    "Match them with " + ways());
    }

    const DataClasses& m_data;
    const std::vector<std::string>& m_model;
    bool m_modelNamed;
    std::optional<Numbers> m_dataNumbers, m_modelNumbers;
};

}  // namespace

bool ClassMatch::isIdentity() const {
    for (std::size_t c = 0; c < modelClass.size(); ++c)
        if (modelClass[c] != kNone && modelClass[c] != static_cast<int>(c)) return false;
    return true;
}

ClassMatch matchClasses(const DataClasses& data, const std::vector<std::string>& model, const std::string& where) {
    return Matching(data, model).match(where);
}

ClassMatch matchClassesByNumber(const DataClasses& data, const std::vector<std::string>& model,
                                const std::string& where, std::optional<int> first) {
    return Matching(data, model).matchByNumber(where, first);
}

ClassMatch matchClassesByMap(const DataClasses& data, const std::vector<std::string>& model,
                             const std::map<std::string, std::string>& map, const std::string& file) {
    return Matching(data, model).matchByMap(map, file);
}

std::map<std::string, std::string> readClassMap(const std::string& file) {
    constexpr std::uint64_t kMostBytes = 16 << 20;
    constexpr int kDepth = 2;
    const char* hint = "It holds the model's class of each of the data's: {\"cat\": \"Cat\", \"c7\": \"Sneaker\"}";
    const auto json = parseStrictJson(readFile(file, kMostBytes), kDepth, file, "the class map");
    if (!json.is_object() || json.empty())
        throw Error(ErrorKind::BadInput, file, "the class map is no object with entries", hint);
    std::map<std::string, std::string> map;
    for (const auto& [from, to] : json.items()) {
        if (!to.is_string()) throw Error(ErrorKind::BadInput, file, quotedName(from) + " is to be no name", hint);
        if (!map.emplace(nfc(from), to.get<std::string>()).second)
            throw Error(ErrorKind::BadInput, file, "has the class " + quotedName(from) + " twice", hint);
    }
    return map;
}

}  // namespace bitdesk
