// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What a preview shows, and where it comes from.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QToolButton>
#include <algorithm>

#include "app/gui/data_dialog.h"
#include "app/gui/job_runner.h"
#include "app/gui/progress_strip.h"
#include "core/present/words.h"
#include "widgets/class_counts.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"

namespace bitdesk {

void DataDialog::setData(std::shared_ptr<const DataSet> dataSet) {
    m_pageStop.request_stop();
    m_data = std::move(dataSet);
    m_overview = {};
    m_class.reset();
    m_page = 0;
    showFacts();
    m_counts->setCounts({}, {});
    m_grid->setNote(QStringLiteral("…"));
    showPager();
    m_background.run(
        Overview, [shown = m_data] { return overviewOf(*shown); },
        [this](DataOverview overview) { takeOverview(std::move(overview)); },
        [this](const QString& message) { m_grid->setNote(message); });
}

void DataDialog::showFacts() {
    const DataDescription& description = m_data->description();
    m_split->clear();
    for (const Split split : description.splits) m_split->addItem(QString::fromLatin1(splitName(split)));
    m_split->setCurrentText(QString::fromLatin1(splitName(m_data->split())));
    m_split->setEnabled(m_split->count() > 1);
    m_name->setText(shownText(m_data->name()));
    const auto channels = m_data->channels();
    m_images->setText(QStringLiteral("%L1 of %2×%3 pixels, %4, in %L5 classes")
                          .arg(m_data->size())
                          .arg(m_data->height())
                          .arg(m_data->width())
                          .arg(channels == 1   ? QStringLiteral("grey")
                               : channels == 3 ? QStringLiteral("in colour")
                                               : QStringLiteral("%1 channels").arg(channels))
                          .arg(m_data->classNames().size()));
    m_format->setText(shownText(description.format));
    m_preparation->setText(shownText(description.preprocessing));
    m_memory->setText(QStringLiteral("at most %1 of pixels").arg(QLocale().formattedDataSize(description.memory)));
    m_note->setText(shownText(fmt::format("{}", fmt::join(description.notes, "; "))));
    auto* form = qobject_cast<QFormLayout*>(m_note->parentWidget()->layout());
    form->setRowVisible(m_note, !description.notes.empty());
    form->setRowVisible(m_preparation, !description.preprocessing.empty());
}

QString DataDialog::facts() const {
    QStringList lines{m_name->text(), m_split->currentText()};
    for (const QLabel* label : {m_images, m_format, m_preparation, m_memory, m_note}) lines << label->text();
    return lines.join(u'\n');
}

void DataDialog::takeOverview(DataOverview overview) {
    m_overview = std::move(overview);
    QStringList names;
    for (const std::string& name : m_data->classNames()) names << shownText(name);
    m_counts->setCounts(std::move(names), m_overview.counts());
    loadPage();
}

const std::vector<std::int64_t>& DataDialog::shown() const {
    if (m_class && static_cast<std::size_t>(*m_class) < m_overview.ofClass.size())
        return m_overview.ofClass[static_cast<std::size_t>(*m_class)];
    return m_overview.mixed;
}

void DataDialog::showClass(std::optional<int> index) {
    m_class = index;
    m_page = 0;
    loadPage();
}

void DataDialog::turnPage(int by) {
    const auto pages = (static_cast<std::ptrdiff_t>(shown().size()) + ImageGrid::kCells - 1) / ImageGrid::kCells;
    const std::ptrdiff_t wanted = static_cast<std::ptrdiff_t>(m_page) + by;
    m_page = static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(wanted, 0, std::max<std::ptrdiff_t>(pages - 1, 0)));
    loadPage();
}

void DataDialog::loadPage() {
    showPager();
    m_pageStop.request_stop();
    m_pageStop = std::stop_source();
    const auto& indices = shown();
    const std::size_t first = m_page * ImageGrid::kCells, last = std::min(first + ImageGrid::kCells, indices.size());
    if (first >= last) {
        m_grid->setNote(QStringLiteral("no images of this class"));
        return;
    }
    std::vector<std::int64_t> page(indices.begin() + static_cast<std::ptrdiff_t>(first),
                                   indices.begin() + static_cast<std::ptrdiff_t>(last));
    m_background.run(
        Page,
        [of = m_data, page = std::move(page), stop = m_pageStop.get_token()] { return captioned(*of, page, stop); },
        [this, of = m_data](std::vector<CaptionedImage> images) {
            if (of == m_data) m_grid->setImages(std::move(images));
        },
        [this, stop = m_pageStop.get_token()](const QString& message) {
            if (!stop.stop_requested()) m_grid->setNote(message);
        });
}

void DataDialog::showPager() {
    const std::size_t all = shown().size(), first = m_page * ImageGrid::kCells,
                      last = std::min(first + ImageGrid::kCells, all);
    QString text;
    if (all > 0) text = QStringLiteral("%L1 – %L2 of %L3").arg(first + 1).arg(last).arg(all);
    if (all > 0 && m_class)
        text += QStringLiteral(", %1").arg(shownText(m_data->classNames()[static_cast<std::size_t>(*m_class)]));
    m_range->setText(text);
    m_previous->setEnabled(m_page > 0);
    m_next->setEnabled(last < all);
    m_all->setEnabled(m_class.has_value());
}

/// The present one stays until the other is open.
void DataDialog::showSplit(Split split) {
    if (split == m_data->split()) return;
    m_openStop.request_stop();
    m_openStop = std::stop_source();
    DataRequest request = m_request;
    request.stop = m_openStop.get_token();
    request.progress = thinned([this, stop = m_openStop](const Progress& progress) {
        const auto tell = [this, stop, progress] {
            if (stop == m_openStop)
                m_strip->tell(QString::fromStdString(progress.activity + remainingText(progress.remainingSeconds)),
                              progress.fraction);
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    });
    m_strip->begin(QStringLiteral("opening %1").arg(QLatin1String(splitName(split))));
    m_background.run(
        OpenSplit, [spec = m_spec.toStdString(), split, request] { return openDataSet(spec, split, request); },
        [this](std::shared_ptr<const DataSet> opened) {
            m_strip->hide();
            setData(std::move(opened));
        },
        [this, stop = m_openStop](const QString& message) {
            m_strip->hide();
            showFacts();
            if (!stop.stop_requested()) m_grid->setNote(message);
        });
}

}  // namespace bitdesk
