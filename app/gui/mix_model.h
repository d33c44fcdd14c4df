// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <QUndoStack>

#include "core/network/bit_configuration.h"

namespace bitdesk {

/// The mix in hand, with undo: whoever changes it goes through set(), whoever shows it listens to changed().
class MixModel : public QObject {
    Q_OBJECT
public:
    explicit MixModel(QObject* parent = nullptr);

    const BitConfiguration& bits() const { return m_bits; }
    /// Changes of the same `gesture` (≥ 0) undo as one; −1 never merges. An equal mix is no change.
    void set(const BitConfiguration& bits, const QString& what, int gesture = -1);
    /// A new network: nothing to undo.
    void reset(const BitConfiguration& bits);

    QUndoStack* undoStack() { return &m_undo; }

signals:
    void changed(const bitdesk::BitConfiguration& bits);

private:
    class Change;
    void apply(const BitConfiguration& bits);

    BitConfiguration m_bits;
    QUndoStack m_undo;
};

}  // namespace bitdesk
