// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/data/matched_data_set.h"

#include "core/base/hash.h"
#include "core/data/class_matching.h"
#include "core/data/class_names.h"

namespace bitdesk {
namespace {

class MatchedDataSet final : public DataSet {
public:
    MatchedDataSet(std::shared_ptr<const DataSet> source, const std::vector<std::string>& modelClasses,
                   const ClassMatch& match)
        : m_source(std::move(source)), m_modelClass(match.modelClass) {
        m_name = m_source->name();
        m_hash = match.isIdentity() ? m_source->hash() : hashOf(*m_source, match);
        m_split = m_source->split();
        m_shape = m_source->shape();
        m_classNames = modelClasses;
        m_namedClasses = modelClasses != numberedNames(modelClasses.size());
        m_description = m_source->description();
        m_description.notes.insert(m_description.notes.end(), match.notes.begin(), match.notes.end());
    }

    const std::shared_ptr<const DataSet>& source() const { return m_source; }

    std::int64_t size() const override { return m_source->size(); }
    int label(std::int64_t index) const override {
        return m_modelClass[static_cast<std::size_t>(m_source->label(index))];
    }
    std::string fileOf(std::int64_t index) const override { return m_source->fileOf(index); }
    void copyImages(std::span<const std::int64_t> indices, std::span<std::uint8_t> out) const override {
        m_source->copyImages(indices, out);
    }
    DecodeMemory* decodeMemory() const override { return m_source->decodeMemory(); }

private:
    static std::string hashOf(const DataSet& source, const ClassMatch& match) {
        std::string text = "bitdesk classes 1:" + source.hash();
        for (const int m : match.modelClass) text += "," + std::to_string(m);
        return sha256(text);
    }

    std::shared_ptr<const DataSet> m_source;
    std::vector<int> m_modelClass;
};

ClassMatch matchOf(const DataSet& data, const std::vector<std::string>& modelClasses, const std::string& choice) {
    const DataClasses classes{.names = data.classNames(),
                              .images = classCounts(data),
                              .named = data.hasClassNames(),
                              .numbered = data.numbersClasses()};
    const std::string where = "data set '" + data.name() + "'";
    if (choice.empty()) return matchClasses(classes, modelClasses, where);
    if (choice == kByNumber) return matchClassesByNumber(classes, modelClasses, where);
    if (!isClassMapFile(choice)) return matchClassesByNumber(classes, modelClasses, where, choice == kFromOne ? 1 : 0);
    return matchClassesByMap(classes, modelClasses, readClassMap(choice), choice);
}

}  // namespace

std::shared_ptr<const DataSet> unmatched(const std::shared_ptr<const DataSet>& data) {
    const auto matched = std::dynamic_pointer_cast<const MatchedDataSet>(data);
    return matched != nullptr ? matched->source() : data;
}

std::shared_ptr<const DataSet> matchedTo(const std::shared_ptr<const DataSet>& data,
                                         const std::vector<std::string>& modelClasses, const std::string& choice) {
    auto source = unmatched(data);
    const ClassMatch match = matchOf(*source, modelClasses, choice);
    if (match.isIdentity() && match.notes.empty() && source->classNames() == modelClasses) return source;
    return std::make_shared<MatchedDataSet>(std::move(source), modelClasses, match);
}

}  // namespace bitdesk
