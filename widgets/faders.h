// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QWidget>
#include <vector>

#include "core/network/bit_configuration.h"

class QLabel;
class QScrollArea;

namespace bitdesk {

/// One vertical fader that snaps to a model's bit-widths. Mouse (press, drag), wheel, Up/Down, Page keys, Home/End and
/// the digit keys move it; `moved` tells every new width, `released` the end of a drag, a turn or a key.
class Fader : public QWidget {
    Q_OBJECT
public:
    struct Caption {
        QString name;         ///< short name under the groove
        QString channels;     ///< e.g. "64→128"
        QString geometry;     ///< kernel and output map, e.g. "3×3 · 14×14"
        QString toolTip;      ///< may be rich text
        QString description;  ///< the same as plain text, for screen readers
        double share = 0;     ///< of the network's MACs, 0…1; < 0: no bar
    };

    Fader(std::vector<int> widths, const Caption& caption, QWidget* parent = nullptr);

    int bits() const { return m_bits; }
    /// Shows a width without telling anybody; 0: none (a master over unequal faders).
    void setBits(int bits);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    /// Middle of the notch of a width, in the widget's coordinates.
    QPoint notch(int bits) const;

signals:
    void moved(int bits);
    void released();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void moveTo(int bits);
    int stepped(int notches) const;
    int widthAt(int y) const;
    QRect groove() const;
    void paintGroove(QPainter& painter) const;
    void paintShare(QPainter& painter) const;
    void paintCaption(QPainter& painter) const;

    std::vector<int> m_widths;  // ascending
    Caption m_caption;
    int m_bits = 0;
    int m_wheel = 0;  // eighths of a degree not yet spent
    bool m_dragging = false;
};

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
