// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/mix_model.h"

namespace bitdesk {

class MixModel::Change : public QUndoCommand {
public:
    Change(MixModel& model, BitConfiguration after, const QString& what, int gesture)
        : QUndoCommand(what), m_model(model), m_before(model.bits()), m_after(std::move(after)), m_gesture(gesture) {}

    void undo() override { m_model.apply(m_before); }
    void redo() override { m_model.apply(m_after); }
    int id() const override { return m_gesture < 0 ? -1 : 1; }
    bool mergeWith(const QUndoCommand* other) override {
        const auto* next = static_cast<const Change*>(other);
        if (next->m_gesture != m_gesture) return false;
        m_after = next->m_after;
        setObsolete(m_after == m_before);
        return true;
    }

private:
    MixModel& m_model;
    BitConfiguration m_before, m_after;
    int m_gesture;
};

MixModel::MixModel(QObject* parent) : QObject(parent) {}

void MixModel::set(const BitConfiguration& bits, const QString& what, int gesture) {
    if (bits == m_bits) return;
    m_undo.push(new Change(*this, bits, what, gesture));
}

void MixModel::reset(const BitConfiguration& bits) {
    m_undo.clear();
    apply(bits);
}

void MixModel::apply(const BitConfiguration& bits) {
    m_bits = bits;
    emit changed(m_bits);
}

}  // namespace bitdesk
