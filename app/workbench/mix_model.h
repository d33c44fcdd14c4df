// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QString>
#include <memory>
#include <vector>

#include "app/workbench/task.h"
#include "core/model/meta_model.h"
#include "core/network/bit_configuration.h"

namespace bitdesk {

/// The mix in hand, with undo: whoever changes it goes through set(), whoever shows it listens to changed(). Knows the
/// model that it is of, so it reads and writes mixes as text and files.
class MixModel : public QObject {
    Q_OBJECT
public:
    explicit MixModel(QObject* parent = nullptr);

    const BitConfiguration& bits() const { return m_bits; }
    /// Changes of the same `gesture` (≥ 0) undo as one; −1 never merges. An equal mix is no change.
    void set(const BitConfiguration& bits, const QString& what, int gesture = -1);
    /// Another model: nothing to undo.
    void reset(std::shared_ptr<const MetaModel> model, const BitConfiguration& bits);

    bool canUndo() const { return m_done > 0; }
    bool canRedo() const { return m_done < m_steps.size(); }
    /// What undo() and redo() are of: "fader"; empty: nothing.
    QString undoText() const { return canUndo() ? m_steps[m_done - 1].what : QString(); }
    QString redoText() const { return canRedo() ? m_steps[m_done].what : QString(); }
    void undo();
    void redo();

    /// "4,4,3,2,…"; empty without a model.
    QString text() const;
    /// Takes such a text, never a file's name: a text that comes from outside must not make the program read files.
    void paste(const QString& text);
    void load(const QString& path);
    void save(const QString& path);

signals:
    void changed(const bitdesk::BitConfiguration& bits);
    /// There is something else to undo or redo.
    void stepsChanged();
    void failed(const QString& title, const QString& message);

private:
    struct Step {
        BitConfiguration before, after;
        QString what;
        int gesture = -1;
    };
    bool merge(const Step& step);
    void apply(const BitConfiguration& bits);

    std::shared_ptr<const MetaModel> m_model;
    BitConfiguration m_bits;
    std::vector<Step> m_steps;
    std::size_t m_done = 0;  ///< steps that are not undone
    Task m_loading, m_saving;
};

}  // namespace bitdesk
