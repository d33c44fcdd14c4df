// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/opened_data.h"

#include <utility>

#include "core/data/matched_data_set.h"
#include "core/evaluate/evaluator.h"

namespace bitdesk {

using namespace Qt::StringLiterals;

OpenedData::OpenedData(QObject* parent) : QObject(parent) {
    connect(&m_opening, &Task::progressed, this, &OpenedData::progressed);
    connect(&m_opening, &Task::cancelled, this, &OpenedData::ended);
    connect(&m_opening, &Task::failed, this, [this](const Error& error) {
        if (m_model == nullptr) m_pending = m_opened;  // a model's input may be what it lacks
        emit ended();
        emit failed(u"The data set cannot be opened"_s, QString::fromUtf8(error.what()));
    });
}

DataRequest OpenedData::request() const { return m_model != nullptr ? requestOf(*m_model) : DataRequest(); }

void OpenedData::openPending() {
    if (!m_pending.isEmpty()) open(std::exchange(m_pending, QString()));
}

void OpenedData::open(const QString& spec) {
    m_pending.clear();
    m_opened = spec;
    emit began(spec);
    DataRequest request = this->request();
    request.modelClasses.clear();  // take() matches them: another model may be in hand by then
    m_opening.start(
        [spec = spec.toStdString(), request](const std::stop_token& stop, const ProgressSink& progress) mutable {
            request.stop = stop;
            request.progress = progress;
            return openDataSet(spec, Split::Test, request);
        },
        [this, asked = request.shape](std::shared_ptr<const DataSet> set) {
            emit ended();
            take(std::move(set), asked);
        });
}

/// `asked` is the shape that it was opened for: another model may be in hand by now.
void OpenedData::take(std::shared_ptr<const DataSet> set, const std::optional<ImageShape>& asked) {
    if (m_model != nullptr && asked != inputShapeOf(*m_model) && set->shape() != inputShapeOf(*m_model)) {
        open(m_opened);
        return;
    }
    if (m_model != nullptr) set = fitted(set);
    if (set == nullptr) return;
    m_set = std::move(set);
    m_spec = m_opened;
    emit opened();
}

bool OpenedData::setModel(std::shared_ptr<const MetaModel> model) {
    m_model = std::move(model);
    const bool pending = !m_pending.isEmpty(), other = m_set != nullptr && m_set->shape() != inputShapeOf(*m_model);
    if (pending) openPending();
    else if (other) open(m_spec);
    return pending || other;
}

bool OpenedData::fit() {
    const auto set = fitted(m_set);
    m_set = set != nullptr ? set : unmatched(m_set);
    emit changed();
    return set != nullptr;
}

std::shared_ptr<const DataSet> OpenedData::fitted(const std::shared_ptr<const DataSet>& set) {
    try {
        auto matched = matchedTo(set, m_model->classNames, {});
        checkDataFitsModel(*matched, *m_model);
        return matched;
    } catch (const std::exception& error) {
        emit failed(u"The data set does not fit the model"_s, QString::fromUtf8(error.what()));
        return nullptr;
    }
}

}  // namespace bitdesk
