// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/status_panel.h"

#include <QEvent>
#include <QFileInfo>
#include <QLabel>
#include <QTimer>
#include <QToolButton>

#include "app/gui/progress_strip.h"
#include "app/jobs/import_job.h"
#include "app/workbench/workbench.h"
#include "widgets/building_blocks.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {

QString quantizationNote(const Workbench& workbench) {
    const auto& model = workbench.model();
    return model != nullptr && model->provenance.contains("quantization")
               ? shownText(model->provenance.at("quantization"))
               : QString();
}

StatusPanel::StatusPanel(Workbench& workbench, QWidget* parent) : QStatusBar(parent), m_workbench(workbench) {
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_sweepStrip = new ProgressStrip(QStringLiteral("job"), QStringLiteral("sweep: measuring latency, 99 min left"));
    m_sweepStrip->setCancelToolTip(
        QStringLiteral("Ends the sweep. What is finished is stored; the same sweep goes on from there."));
    addPermanentWidget(m_sweepStrip);
    m_data = named(QStringLiteral("statusData"), new QToolButton);
    m_data->setAutoRaise(true);
    connect(m_data, &QToolButton::clicked, this, &StatusPanel::dataClicked);
    addWidget(m_data);
    m_dataStrip = new ProgressStrip(QStringLiteral("data"), QStringLiteral("checking images, 99 min left"));
    m_dataStrip->setCancelToolTip(QStringLiteral("The present data set stays open"));
    addPermanentWidget(m_dataStrip);
    createLabels();
    followData();
    followSweep();
    followLive();
    connect(&workbench, &Workbench::modelChanged, this, &StatusPanel::showAll);
    connect(&workbench.results(), &Results::storeChanged, this, &StatusPanel::showAll);
    connect(&workbench.results(), &Results::sessionChanged, this, &StatusPanel::showStore);
    connect(&workbench, &Workbench::told, this, [this](const QString& text) { showMessage(text, 4000); });
    // A lock comes and goes without a word of ours.
    auto* look = new QTimer(this);
    connect(look, &QTimer::timeout, this, &StatusPanel::showStore);
    look->start(std::chrono::seconds(1));
    showAll();
}

void StatusPanel::createLabels() {
    const auto style = [](QLabel* label) {
        label->setTextFormat(Qt::PlainText);
        label->setContentsMargins(6, 0, 6, 0);
        return label;
    };
    addWidget(style(m_model = named(QStringLiteral("statusModel"), new QLabel)));
    addWidget(style(m_device = new QLabel));
    addWidget(style(m_speed = named(QStringLiteral("statusSpeed"), new QLabel)));
    addWidget(style(m_conditions = new ElidedLabel), 1);
    addPermanentWidget(style(m_store = new QLabel));
    m_speed->setToolTip(QStringLiteral(
        "Images evaluated in a second. Higher where a deep fader moved: the layers before it are not computed again, "
        "their results are kept from the mix before."));
}

/// The strip comes with the first progress: only a folder that is checked takes its time.
void StatusPanel::followData() {
    OpenedData& opened = m_workbench.data();
    connect(m_dataStrip, &ProgressStrip::cancelled, &opened, &OpenedData::cancel);
    connect(&opened, &OpenedData::began, this, [this](const QString& spec) {
        m_dataStrip->hide();
        m_data->setText(QStringLiteral("opening %1 …").arg(QFileInfo(spec).fileName()));
    });
    connect(&opened, &OpenedData::progressed, this, [this](const Progress& progress) {
        if (m_dataStrip->isHidden()) m_dataStrip->begin(QString());
        m_dataStrip->tell(progress);
        m_conditions->hide();  // there is not room for both
    });
    connect(&opened, &OpenedData::ended, this, [this] {
        m_dataStrip->hide();
        m_conditions->setVisible(m_sweepStrip->isHidden());
        showData();
    });
    connect(&opened, &OpenedData::opened, this, &StatusPanel::showAll);
    connect(&opened, &OpenedData::changed, this, &StatusPanel::showData);
}

void StatusPanel::followSweep() {
    Sweep& sweep = m_workbench.sweep();
    connect(m_sweepStrip, &ProgressStrip::cancelled, &sweep, &Sweep::cancel);
    connect(&sweep, &Sweep::began, this, [this] {
        m_sweepStrip->begin(QStringLiteral("sweep: preparing"));
        m_conditions->hide();  // there is not room for both
    });
    connect(&sweep, &Sweep::progressed, this,
            [this](const Progress& progress) { m_sweepStrip->tell(progress, QStringLiteral("sweep: ")); });
    connect(&sweep, &Sweep::ended, this, [this] {
        m_sweepStrip->hide();
        m_conditions->show();
    });
    connect(&sweep, &Sweep::saved, this, [this](const QString& path) {
        showMessage(QStringLiteral("Saved. It runs by: bitdesk batch %1").arg(path), 8000);
    });
}

void StatusPanel::followLive() {
    connect(&m_workbench, &Workbench::opening, this, [this](const QString& what) {
        if (what.isEmpty()) showAll();
        else m_speed->setText(QStringLiteral("opening %1 …").arg(what));
    });
    connect(&m_workbench, &Workbench::estimated, this, [this](const jobs::LiveUpdate& update) {
        if (update.seconds > 0 && !update.fromStore)
            m_speed->setText(
                QStringLiteral("%1 images/s").arg(static_cast<double>(update.seen) / update.seconds, 0, 'f', 0));
    });
    connect(&m_workbench.live(), &LiveBridge::latencyMeasured, this, [this](const jobs::LiveLatency& latency) {
        m_conditions->setText(QString::fromStdString(latency.conditions));
        QStringList warnings;
        for (const std::string& warning : latency.measurement.warnings) warnings << QString::fromStdString(warning);
        m_conditions->setFacts(warnings.isEmpty() ? QStringLiteral("Nothing disturbed the last measurement.")
                                                  : warnings.join(u'\n'));
    });
}

void StatusPanel::showAll() {
    showData();
    showModel();
    const jobs::DeviceChoice device = m_workbench.device();
    m_device->setText(QStringLiteral("%1 on %2, %3 thread(s)%4")
                          .arg(QString::fromStdString(jobs::backendOf(device)), m_workbench.startup().device)
                          .arg(m_workbench.arbiter().threads())
                          .arg(jobs::traitsOf(device).simulated ? QStringLiteral(", simulated bits") : QString()));
    m_speed->setText(QString());
    m_conditions->setText(QString());
    showStore();
}

void StatusPanel::showData() {
    QString text = QStringLiteral("no data set");
    if (const auto& set = m_workbench.data().set(); set != nullptr) {
        constexpr int kLongest = 40;
        const QString name = shownText(set->name());
        const QString shown = name.startsWith(u'/') ? QFileInfo(name).fileName() : name;
        text = QStringLiteral("%1, %2: %3 images")
                   .arg(shown.size() > kLongest ? shown.left(kLongest) + u'…' : shown,
                        QLatin1String(splitName(set->split())))
                   .arg(set->size());
        const auto& notes = set->description().notes;
        if (!notes.empty())
            text += notes.size() == 1 ? QStringLiteral(", 1 note") : QStringLiteral(", %1 notes").arg(notes.size());
        QStringList lines{name};
        for (const std::string& note : notes) lines << shownText(note);
        lines << QStringLiteral("Shows its classes and images (%1)").arg(dataKey().toString(QKeySequence::NativeText));
        m_data->setToolTip(toolTipOf(lines.join(u'\n')));
    }
    m_data->setText(text.replace(u'&', QStringLiteral("&&")));
}

void StatusPanel::showModel() {
    const QString note = quantizationNote(m_workbench);
    m_model->setVisible(!note.isEmpty());
    m_model->setText(QString::fromLatin1(jobs::kNotMetaQuantized));
    const auto& model = m_workbench.model();
    m_model->setToolTip(
        toolTipOf(QStringLiteral("%1: %2").arg(model != nullptr ? shownText(model->name) : QString(), note)));
    setTextColour(*m_model, Theme::of(palette()).warning);
}

void StatusPanel::showStore() {
    QString text = QStringLiteral("results are not stored");
    if (const auto& store = m_workbench.results().store(); store != nullptr) {
        text = QString::fromStdString(store->path().string());
        if (!store->writes()) text += QStringLiteral(" · may only be read: results are not stored");
        if (store->waiting()) text += QStringLiteral(" · locked by another program, waiting to store");
    }
    const auto& session = m_workbench.results().session();
    m_store->setText(session ? QStringLiteral("session %1, kept apart · %2").arg(session->name, text) : text);
}

void StatusPanel::changeEvent(QEvent* event) {
    QStatusBar::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_model != nullptr) showModel();
}

}  // namespace bitdesk
