// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "widgets/fader_bank.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QScrollArea>
#include <QTextDocument>
#include <algorithm>

#include "core/network/cost.h"
#include "widgets/fader.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

constexpr int kLowestBank = 216;  // captions whole, and the faders long enough for a hand

/// "stage2.block1.conv1" → ("stage2", "b1 conv1"); a name without dots is its own group.
std::pair<QString, QString> stageAndRest(const std::string& name) {
    const QString text = QString::fromStdString(name);
    const auto dot = text.indexOf('.');
    return {text.left(dot), dot < 0 ? text : shortLayerName(name.substr(name.find('.') + 1)).replace('.', ' ')};
}

Fader::Caption captionOf(const Layer& layer, double share) {
    Fader::Caption caption;
    caption.name = stageAndRest(layer.name).second;
    caption.channels = QStringLiteral("%1→%2").arg(layer.input.channels).arg(layer.output.channels);
    caption.geometry = QStringLiteral("%1×%2 · %3×%4")
                           .arg(layer.kernelHeight)
                           .arg(layer.kernelWidth)
                           .arg(layer.output.height)
                           .arg(layer.output.width);
    caption.share = share;
    const QString facts = QStringLiteral(
                              "%1\n%2 → %3 channels, kernel %4×%5, output %6×%7\n%8 MACs, %9 % of the network (the "
                              "slim bar)\n%10 weights")
                              .arg(QString::fromStdString(layer.name))
                              .arg(layer.input.channels)
                              .arg(layer.output.channels)
                              .arg(layer.kernelHeight)
                              .arg(layer.kernelWidth)
                              .arg(layer.output.height)
                              .arg(layer.output.width)
                              .arg(QLocale().toString(static_cast<qlonglong>(layer.macs)))
                              .arg(100 * share, 0, 'f', 1)
                              .arg(QLocale().toString(static_cast<qlonglong>(layer.weightCount)));
    caption.toolTip = Qt::convertFromPlainText(facts);  // a name from a file must not become markup
    caption.description = facts;
    return caption;
}

}  // namespace

FaderBank::FaderBank(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(8, 0, 8, 4);
    m_masterPlace = new QWidget;
    new QVBoxLayout(m_masterPlace);
    m_masterPlace->layout()->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_masterPlace);
    m_scroll = new QScrollArea;
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    row->addWidget(m_scroll, 1);
    setMinimumHeight(kLowestBank);
}

void FaderBank::setNetwork(const Network& network, const std::vector<int>& widths) {
    delete m_master;
    m_faders.clear();
    m_titles.clear();
    m_master = new Fader(widths, {QStringLiteral("MASTER"), QStringLiteral("all layers"), QString(),
                                  QStringLiteral("Moves every layer to one bit-width"),
                                  QStringLiteral("Moves every layer to one bit-width"), -1});
    m_masterPlace->layout()->addWidget(m_master);
    connect(m_master, &Fader::moved, this, [this](int bits) {
        m_bits.bits.assign(m_bits.size(), bits);
        setMix(m_bits);
        emit mixMoved(m_bits, m_gesture);
    });
    connect(m_master, &Fader::released, this, [this] { ++m_gesture; });

    auto* bank = new QWidget;
    auto* row = new QHBoxLayout(bank);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    std::vector<int> group;
    const int count = static_cast<int>(network.quantizable().size());
    for (int i = 0; i < count; ++i) {
        group.push_back(i);
        const QString title = stageAndRest(network.quantizableLayer(i).name).first;
        if (i + 1 < count && stageAndRest(network.quantizableLayer(i + 1).name).first == title) continue;
        row->addWidget(createGroup(network, title, group, widths), static_cast<int>(group.size()));
        group.clear();
    }
    row->addStretch(0);
    m_scroll->setWidget(bank);
    style();
    m_bits = uniformBits(network, widths.back());
    setMix(m_bits);
}

QWidget* FaderBank::createGroup(const Network& network, const QString& title, const std::vector<int>& layers,
                                const std::vector<int>& widths) {
    auto* group = new QWidget;
    auto* column = new QVBoxLayout(group);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* label = new QLabel(title);
    label->setTextFormat(Qt::PlainText);
    label->setFont(Theme::figures(font(), 0.9, true));
    column->addWidget(label);
    m_titles.push_back(label);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    const double all = static_cast<double>(macs(network));
    for (const int i : layers) {
        const Layer& layer = network.quantizableLayer(i);
        auto* fader = new Fader(widths, captionOf(layer, static_cast<double>(layer.macs) / all));
        connectFader(fader, i);
        row->addWidget(fader);
        m_faders.push_back(fader);
    }
    column->addLayout(row, 1);
    return group;
}

void FaderBank::style() {
    for (QLabel* title : m_titles) setTextColour(*title, Theme::of(palette()).muted);
}

void FaderBank::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) style();
}

void FaderBank::connectFader(Fader* fader, int layer) {
    connect(fader, &Fader::moved, this, [this, layer](int bits) { moveLayer(layer, bits); });
    connect(fader, &Fader::released, this, [this] { ++m_gesture; });
}

void FaderBank::moveLayer(int layer, int bits) {
    m_bits.bits[static_cast<std::size_t>(layer)] = bits;
    setMix(m_bits);
    m_scroll->ensureWidgetVisible(fader(layer), 80, 0);
    emit mixMoved(m_bits, m_gesture);
}

void FaderBank::setMix(const BitConfiguration& bits) {
    m_bits = bits;
    for (std::size_t i = 0; i < m_faders.size(); ++i) m_faders[i]->setBits(bits[i]);
    if (m_master != nullptr) m_master->setBits(bits.isUniform() ? bits[0] : 0);
}

}  // namespace bitdesk
