// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <optional>

#include "app/workbench/task.h"
#include "core/data/data_set.h"
#include "core/model/meta_model.h"

namespace bitdesk {

/// The data set in hand, and how it comes there: opened aside, brought to the input of the model in hand, its classes
/// matched with the model's. The present one stays until another is open.
class OpenedData : public QObject {
    Q_OBJECT
public:
    explicit OpenedData(QObject* parent = nullptr);

    const std::shared_ptr<const DataSet>& set() const { return m_set; }  ///< null: none yet
    const QString& spec() const { return m_spec; }                       ///< as it was opened
    /// What the model in hand asks of its data, if there is one.
    DataRequest request() const;

    void open(const QString& spec);
    /// Leaves the present one.
    void cancel() { m_opening.cancel(); }
    /// What waits for a model, so that images are brought to its input: opened with the next one, or by openPending().
    void setPending(const QString& spec) { m_pending = spec; }
    void openPending();
    /// Another model in hand. True: a set is being opened for it, and opened() follows.
    bool setModel(std::shared_ptr<const MetaModel> model);
    /// Matches the classes with the model's. False: they do not fit, which is told, and they are as they were opened.
    bool fit();

signals:
    void began(const QString& spec);
    void progressed(const bitdesk::Progress& progress);
    /// Whatever came of it.
    void ended();
    /// Another set is in hand.
    void opened();
    /// Or the same with other classes.
    void changed();
    void failed(const QString& title, const QString& message);

private:
    void take(std::shared_ptr<const DataSet> set, const std::optional<ImageShape>& asked);
    /// The set with the model's classes; nothing, and that is told, where they do not fit.
    std::shared_ptr<const DataSet> fitted(const std::shared_ptr<const DataSet>& set);

    std::shared_ptr<const MetaModel> m_model;
    std::shared_ptr<const DataSet> m_set;
    QString m_spec, m_opened, m_pending;  ///< m_opened: what is being opened
    Task m_opening;
};

}  // namespace bitdesk
