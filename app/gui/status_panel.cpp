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
    m_sweepStrip =
        new ProgressStrip(u"job"_s, u"sweep: measuring latency, 99 min left"_s,
                          u"Ends the sweep. What is finished is stored; the same sweep goes on from there."_s);
    addPermanentWidget(m_sweepStrip);
    m_data = named(u"statusData"_s, new QToolButton);
    m_data->setAutoRaise(true);
    connect(m_data, &QToolButton::clicked, this, &StatusPanel::dataClicked);
    addWidget(m_data);
    m_dataStrip = new ProgressStrip(u"data"_s, u"checking images, 99 min left"_s, u"The present data set stays open"_s);
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
    addWidget(style(m_model = named(u"statusModel"_s, new QLabel)));
    addWidget(style(m_device = new QLabel));
    addWidget(style(m_speed = named(u"statusSpeed"_s, new QLabel)));
    addWidget(style(m_conditions = new ElidedLabel), 1);
    addPermanentWidget(style(m_store = new QLabel));
    m_speed->setToolTip(
        u"Images evaluated in a second. Higher where a deep fader moved: the layers before it are not computed again, "
        "their results are kept from the mix before."_s);
}

/// The strip comes with the first progress: only a folder that is checked takes its time.
void StatusPanel::followData() {
    OpenedData& opened = m_workbench.data();
    connect(m_dataStrip, &ProgressStrip::cancelled, &opened, &OpenedData::cancel);
    connect(&opened, &OpenedData::began, this, [this](const QString& spec) {
        m_dataStrip->hide();
        m_data->setText(u"opening %1 …"_s.arg(QFileInfo(spec).fileName()));
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
        m_sweepStrip->begin(u"sweep: preparing"_s);
        m_conditions->hide();  // there is not room for both
    });
    connect(&sweep, &Sweep::progressed, this,
            [this](const Progress& progress) { m_sweepStrip->tell(progress, u"sweep: "_s); });
    connect(&sweep, &Sweep::ended, this, [this] {
        m_sweepStrip->hide();
        m_conditions->show();
    });
    connect(&sweep, &Sweep::saved, this,
            [this](const QString& path) { showMessage(u"Saved. It runs by: bitdesk batch %1"_s.arg(path), 8000); });
}

void StatusPanel::followLive() {
    connect(&m_workbench, &Workbench::opening, this, [this](const QString& what) {
        if (what.isEmpty()) showAll();
        else m_speed->setText(u"opening %1 …"_s.arg(what));
    });
    connect(&m_workbench, &Workbench::estimated, this, [this](const jobs::LiveUpdate& update) {
        if (update.seconds > 0 && !update.fromStore)
            m_speed->setText(u"%1 images/s"_s.arg(static_cast<double>(update.seen) / update.seconds, 0, 'f', 0));
    });
    connect(&m_workbench.live(), &LiveBridge::latencyMeasured, this, [this](const jobs::LiveLatency& latency) {
        m_conditions->setText(QString::fromStdString(latency.conditions));
        QStringList warnings;
        for (const std::string& warning : latency.measurement.warnings) warnings << QString::fromStdString(warning);
        m_conditions->setFacts(warnings.isEmpty() ? u"Nothing disturbed the last measurement."_s
                                                  : warnings.join(u'\n'));
    });
}

void StatusPanel::showAll() {
    showData();
    showModel();
    const jobs::DeviceChoice device = m_workbench.device();
    m_device->setText(
        u"%1 on %2, %3 thread(s)%4"_s.arg(QString::fromStdString(jobs::backendOf(device)), m_workbench.startup().device)
            .arg(m_workbench.arbiter().threads())
            .arg(jobs::traitsOf(device).simulated ? u", simulated bits"_s : QString()));
    m_speed->setText(QString());
    m_conditions->setText(QString());
    showStore();
}

void StatusPanel::showData() {
    QString text = u"no data set"_s;
    if (const auto& set = m_workbench.data().set(); set != nullptr) {
        constexpr int kLongest = 40;
        const QString name = shownText(set->name());
        const QString shown = name.startsWith(u'/') ? QFileInfo(name).fileName() : name;
        text = u"%1, %2: %3 images"_s
                   .arg(shown.size() > kLongest ? shown.left(kLongest) + u'…' : shown,
                        QLatin1String(splitName(set->split())))
                   .arg(set->size());
        const auto& notes = set->description().notes;
        if (!notes.empty()) text += notes.size() == 1 ? u", 1 note"_s : u", %1 notes"_s.arg(notes.size());
        QStringList lines{name};
        for (const std::string& note : notes) lines << shownText(note);
        lines << u"Shows its classes and images (%1)"_s.arg(dataKey().toString(QKeySequence::NativeText));
        m_data->setToolTip(toolTipOf(lines.join(u'\n')));
    }
    m_data->setText(text.replace(u'&', u"&&"_s));
}

void StatusPanel::showModel() {
    const QString note = quantizationNote(m_workbench);
    m_model->setVisible(!note.isEmpty());
    m_model->setText(QString::fromLatin1(jobs::kNotMetaQuantized));
    const auto& model = m_workbench.model();
    m_model->setToolTip(toolTipOf(u"%1: %2"_s.arg(model != nullptr ? shownText(model->name) : QString(), note)));
    setTextColour(*m_model, Theme::of(palette()).warning);
}

void StatusPanel::showStore() {
    QString text = u"results are not stored"_s;
    if (const auto& store = m_workbench.results().store(); store != nullptr) {
        text = QString::fromStdString(store->path().string());
        if (!store->writes()) text += u" · may only be read: results are not stored"_s;
        if (store->waiting()) text += u" · locked by another program, waiting to store"_s;
    }
    const auto& session = m_workbench.results().session();
    m_store->setText(session ? u"session %1, kept apart · %2"_s.arg(session->name, text) : text);
}

void StatusPanel::changeEvent(QEvent* event) {
    QStatusBar::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_model != nullptr) showModel();
}

}  // namespace bitdesk
