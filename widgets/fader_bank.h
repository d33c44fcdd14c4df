// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <vector>

#include "core/network/bit_configuration.h"

class QLabel;
class QScrollArea;

namespace bitdesk {

class Fader;

/// The console: a master fader, then one fader per quantizable layer, grouped by stage, scrolling sideways.
class FaderBank : public QWidget {
    Q_OBJECT
public:
    explicit FaderBank(QWidget* parent = nullptr);

    /// Builds the faders of a network; nothing is told.
    void setNetwork(const Network& network, const std::vector<int>& widths);
    /// Shows a mix without telling anybody.
    void setMix(const BitConfiguration& bits);

    Fader* master() const { return m_master; }
    Fader* fader(int layer) const { return m_faders.at(static_cast<std::size_t>(layer)); }

signals:
    /// A hand moved something: the whole new mix. `gesture` counts hand movements, so that one drag can be undone as
    /// one.
    void mixMoved(const bitdesk::BitConfiguration& bits, int gesture);

protected:
    void changeEvent(QEvent* event) override;

private:
    void style();
    QWidget* createGroup(const Network& network, const QString& title, const std::vector<int>& layers,
                         const std::vector<int>& widths);
    void connectFader(Fader* fader, int layer);
    void moveLayer(int layer, int bits);

    QScrollArea* m_scroll = nullptr;
    QWidget* m_masterPlace = nullptr;
    Fader* m_master = nullptr;
    std::vector<Fader*> m_faders;
    std::vector<QLabel*> m_titles;  ///< of the stages
    BitConfiguration m_bits;
    int m_gesture = 0;
};

}  // namespace bitdesk
