// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/data_dialog.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QStyledItemDelegate>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cstring>

#include "app/gui/progress_strip.h"
#include "core/base/error.h"
#include "widgets/building_blocks.h"
#include "widgets/elided_label.h"
#include "widgets/format.h"
#include "widgets/theme.h"

namespace bitdesk {
namespace {

// The work of a preview, for a thread that is not the GUI's.

DataOverview overviewOf(const DataSet& data) {
    DataOverview overview;
    overview.ofClass.resize(data.classNames().size());
    for (std::int64_t i = 0; i < data.size(); ++i)
        overview.ofClass[static_cast<std::size_t>(data.label(i))].push_back(i);
    overview.mixed.reserve(static_cast<std::size_t>(data.size()));
    std::vector<const std::vector<std::int64_t>*> left;  // that have another image; one class may have most of them
    for (const auto& indices : overview.ofClass) left.push_back(&indices);
    for (std::size_t round = 0; !left.empty(); ++round) {
        std::erase_if(left, [&](const auto* indices) { return round >= indices->size(); });
        for (const auto* indices : left) overview.mixed.push_back((*indices)[round]);
    }
    return overview;
}

/// One image, at most `longest` pixels high and wide. One channel is grey, three are colours; of others the first is
/// shown.
QImage imageOf(const DataSet& data, std::int64_t index, int longest) {
    constexpr int kColours = 3;
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(data.imageBytes()));
    data.copyImages(std::span(&index, 1), pixels);
    const bool colour = data.channels() == kColours;
    const auto channels = static_cast<std::size_t>(data.channels()), width = static_cast<std::size_t>(data.width());
    QImage image(data.width(), data.height(), colour ? QImage::Format_RGB888 : QImage::Format_Grayscale8);
    for (int y = 0; y < data.height(); ++y) {
        const std::uint8_t* row = pixels.data() + static_cast<std::size_t>(y) * width * channels;
        uchar* line = image.scanLine(y);
        if (colour || channels == 1) std::memcpy(line, row, width * channels);
        else
            for (std::size_t x = 0; x < width; ++x) line[x] = row[x * channels];
    }
    if (std::max(image.width(), image.height()) <= longest) return image;
    return image.scaled(longest, longest, Qt::KeepAspectRatio, Qt::SmoothTransformation);
}

/// Throws Error (BadInput) naming a file that changed, Cancelled.
std::vector<CaptionedImage> captioned(const DataSet& data, std::span<const std::int64_t> indices,
                                      const std::stop_token& stop) {
    constexpr int kLongest = 256;
    std::vector<CaptionedImage> images;
    for (const std::int64_t index : indices) {
        if (stop.stop_requested()) throw Cancelled();
        const QString name = shownText(data.classNames()[static_cast<std::size_t>(data.label(index))]);
        images.push_back({.image = imageOf(data, index, kLongest),
                          .caption = name,
                          .toolTip = u"image %1: %2"_s.arg(index).arg(name)});
    }
    return images;
}

/// Draws ClassCounts::kShareRole as a slim bar.
class CountBarDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
        QStyledItemDelegate::paint(painter, option, index);
        const Theme theme = Theme::of(option.palette);
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        constexpr double kHeight = 6, kMargin = 6;
        QRectF bar = QRectF(option.rect).adjusted(kMargin, 0, -kMargin, 0);
        bar.setTop(bar.center().y() - kHeight / 2);
        bar.setHeight(kHeight);
        bar.setWidth(bar.width() * index.data(ClassCounts::kShareRole).toDouble());
        painter->fillRect(bar, selected ? option.palette.color(QPalette::HighlightedText) : theme.accent);
    }
};

}  // namespace

ClassCounts::ClassCounts(QObject* parent) : QStandardItemModel(0, kColumns, parent) {
    setHorizontalHeaderLabels({u"class"_s, u"images"_s, QString()});
}

void ClassCounts::setCounts(const QStringList& names, const std::vector<std::int64_t>& counts) {
    removeRows(0, rowCount());
    const std::int64_t largest = counts.empty() ? 1 : std::max<std::int64_t>(1, std::ranges::max(counts));
    for (int row = 0; row < names.size(); ++row) {
        const qlonglong images = counts[static_cast<std::size_t>(row)];
        auto* name = new QStandardItem(names[row]);
        auto* number = new QStandardItem(QLocale().toString(images));
        auto* bar = new QStandardItem;
        name->setData(names[row], kSortRole);
        number->setData(images, kSortRole);
        number->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        bar->setData(images, kSortRole);
        bar->setData(static_cast<double>(images) / static_cast<double>(largest), kShareRole);
        for (QStandardItem* item : {name, number, bar}) {
            item->setEditable(false);
            item->setToolTip(toolTipOf(u"class %1, %2: %L3 images"_s.arg(row).arg(names[row]).arg(images)));
        }
        appendRow({name, number, bar});
    }
}

DataDialog::DataDialog(std::shared_ptr<const DataSet> dataSet, QString spec, DataRequest request, QWidget* parent)
    : QDialog(parent), m_spec(std::move(spec)), m_request(std::move(request)) {
    setWindowTitle(u"Data set"_s);
    setObjectName(u"dataDialog"_s);
    setAttribute(Qt::WA_DeleteOnClose);
    QWidget* classes = createClasses();
    auto* halves = splitter(Qt::Horizontal, classes, createImages(), {0, 1}, {340, 520});
    auto* column = new QVBoxLayout(this);
    column->addWidget(createFacts());
    column->addWidget(halves, 1);
    column->addWidget(createBottom());
    resize(900, 660);
    const auto showFailure = [this](const Error& error) { m_grid->setNote(QString::fromUtf8(error.what())); };
    connect(&m_counting, &Task::failed, this, showFailure);
    connect(&m_loading, &Task::failed, this, showFailure);
    connect(&m_opening, &Task::progressed, m_strip, [this](const Progress& progress) { m_strip->tell(progress); });
    connect(&m_opening, &Task::cancelled, this, &DataDialog::endOpening);
    connect(&m_opening, &Task::failed, this, [this, showFailure](const Error& error) {
        endOpening();
        showFailure(error);
    });
    setData(std::move(dataSet));
    m_classes->setFocus();
}

QLabel* DataDialog::addFact(QFormLayout* form, const char* name) {
    auto* label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    QSizePolicy policy = label->sizePolicy();
    policy.setHorizontalPolicy(QSizePolicy::Expanding);
    label->setSizePolicy(policy);
    form->addRow(QString::fromLatin1(name), label);
    return label;
}

QWidget* DataDialog::createFacts() {
    m_name = new ElidedLabel;
    m_split = named(u"split"_s, new QComboBox, u"Split"_s);
    auto* box = new QWidget;
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->addRow(u"Data set"_s, m_name);
    form->addRow(u"Split"_s, m_split);
    form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_note = addFact(form, "Note");
    m_images = addFact(form, "Images");
    m_format = addFact(form, "Format");
    m_preparation = addFact(form, "Preparation");
    m_memory = addFact(form, "Memory");
    m_name->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    connect(m_split, &QComboBox::activated, this,
            [this] { showSplit(parseSplit(m_split->currentText().toStdString())); });
    return box;
}

QWidget* DataDialog::createClasses() {
    m_counts = new ClassCounts(this);
    m_sorted = new QSortFilterProxyModel(this);
    m_sorted->setSourceModel(m_counts);
    m_sorted->setSortRole(ClassCounts::kSortRole);
    m_classes = tableOf(m_sorted, u"classes"_s, u"Classes and their images"_s);
    m_classes->setSortingEnabled(true);
    m_classes->sortByColumn(-1, Qt::AscendingOrder);  // as the data set has them
    m_classes->setSelectionMode(QAbstractItemView::SingleSelection);
    m_classes->setTabKeyNavigation(false);
    m_classes->horizontalHeader()->setSectionResizeMode(ClassCounts::Name, QHeaderView::Stretch);
    m_classes->setColumnWidth(ClassCounts::Images, fontMetrics().horizontalAdvance(u"1,281,167"_s) + 16);
    m_classes->setColumnWidth(ClassCounts::Bar, 64);
    m_classes->setItemDelegateForColumn(ClassCounts::Bar, new CountBarDelegate(m_classes));
    m_classes->setMinimumWidth(240);
    // Not the current row: a view that gets the focus has one that nobody chose.
    connect(m_classes->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QModelIndexList rows = m_classes->selectionModel()->selectedRows();
        if (!rows.isEmpty()) showClass(m_sorted->mapToSource(rows.first()).row());
    });
    return m_classes;
}

QWidget* DataDialog::createImages() {
    m_grid = new ImageGrid;
    m_range = named(u"range"_s, new QLabel);
    m_range->setTextFormat(Qt::PlainText);
    m_range->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    const auto makeButton = [](const QString& text, const char* name) {
        auto* button = named(QLatin1String(name), new QToolButton);
        button->setText(text);
        return button;
    };
    m_previous = makeButton(u"Previous"_s, "previous");
    m_next = makeButton(u"Next"_s, "next");
    m_all = makeButton(u"All classes"_s, "all");
    connect(m_previous, &QToolButton::clicked, this, [this] { turnPage(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { turnPage(1); });
    connect(m_all, &QToolButton::clicked, this, [this] {
        m_classes->clearSelection();
        showClass(std::nullopt);
    });
    return inAColumn({m_grid, inARow({m_range, m_all, m_previous, m_next})});
}

QWidget* DataDialog::createBottom() {
    m_strip = new ProgressStrip(u"dataStrip"_s, u"checking images, 99 min left"_s);
    connect(m_strip, &ProgressStrip::cancelled, &m_opening, &Task::cancel);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setText(u"Close"_s);
    buttons->button(QDialogButtonBox::Close)->setDefault(true);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return inARow({m_strip, buttons});
}

void DataDialog::setData(std::shared_ptr<const DataSet> dataSet) {
    m_loading.cancel();
    m_data = std::move(dataSet);
    m_overview = {};
    m_class.reset();
    m_page = 0;
    showFacts();
    m_counts->setCounts({}, {});
    m_grid->setNote(u"…"_s);
    showPager();
    m_counting.start([shown = m_data] { return overviewOf(*shown); },
                     [this](DataOverview overview) { takeOverview(std::move(overview)); });
}

void DataDialog::showFacts() {
    const DataDescription& description = m_data->description();
    m_split->clear();
    for (const Split split : description.splits) m_split->addItem(QString::fromLatin1(splitName(split)));
    m_split->setCurrentText(QString::fromLatin1(splitName(m_data->split())));
    m_split->setEnabled(m_split->count() > 1);
    m_name->setText(shownText(m_data->name()));
    const auto channels = m_data->channels();
    m_images->setText(u"%L1 of %2×%3 pixels, %4, in %L5 classes"_s.arg(m_data->size())
                          .arg(m_data->height())
                          .arg(m_data->width())
                          .arg(channels == 1   ? u"grey"_s
                               : channels == 3 ? u"in colour"_s
                                               : u"%1 channels"_s.arg(channels))
                          .arg(m_data->classNames().size()));
    m_format->setText(shownText(description.format));
    m_preparation->setText(shownText(description.preprocessing));
    m_memory->setText(u"at most %1 of pixels"_s.arg(QLocale().formattedDataSize(description.memory)));
    m_note->setText(shownText(fmt::format("{}", fmt::join(description.notes, "; "))));
    auto* form = qobject_cast<QFormLayout*>(m_note->parentWidget()->layout());
    form->setRowVisible(m_note, !description.notes.empty());
    form->setRowVisible(m_preparation, !description.preprocessing.empty());
}

void DataDialog::takeOverview(DataOverview overview) {
    m_overview = std::move(overview);
    QStringList names;
    for (const std::string& name : m_data->classNames()) names << shownText(name);
    std::vector<std::int64_t> counts;
    for (const auto& indices : m_overview.ofClass) counts.push_back(std::ssize(indices));
    m_counts->setCounts(names, counts);
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
    m_loading.cancel();
    const auto& indices = shown();
    const std::size_t first = m_page * ImageGrid::kCells, last = std::min(first + ImageGrid::kCells, indices.size());
    if (first >= last) {
        m_grid->setNote(u"no images of this class"_s);
        return;
    }
    std::vector<std::int64_t> page(indices.begin() + static_cast<std::ptrdiff_t>(first),
                                   indices.begin() + static_cast<std::ptrdiff_t>(last));
    m_loading.start([of = m_data, page = std::move(page)](const std::stop_token& stop,
                                                          const ProgressSink&) { return captioned(*of, page, stop); },
                    [this, of = m_data](std::vector<CaptionedImage> images) {
                        if (of == m_data) m_grid->setImages(std::move(images));
                    });
}

void DataDialog::showPager() {
    const std::size_t all = shown().size(), first = m_page * ImageGrid::kCells,
                      last = std::min(first + ImageGrid::kCells, all);
    QString text;
    if (all > 0) text = u"%L1 – %L2 of %L3"_s.arg(first + 1).arg(last).arg(all);
    if (all > 0 && m_class) text += u", %1"_s.arg(shownText(m_data->classNames()[static_cast<std::size_t>(*m_class)]));
    m_range->setText(text);
    m_previous->setEnabled(m_page > 0);
    m_next->setEnabled(last < all);
    m_all->setEnabled(m_class.has_value());
}

/// The present one stays until the other is open.
void DataDialog::showSplit(Split split) {
    if (split == m_data->split()) return;
    m_strip->begin(u"opening %1"_s.arg(QLatin1String(splitName(split))));
    m_opening.start(
        [spec = m_spec.toStdString(), split, request = m_request](const std::stop_token& stop,
                                                                  const ProgressSink& progress) mutable {
            request.stop = stop;
            request.progress = progress;
            return openDataSet(spec, split, request);
        },
        [this](std::shared_ptr<const DataSet> opened) {
            m_strip->hide();
            setData(std::move(opened));
        });
}

void DataDialog::endOpening() {
    m_strip->hide();
    showFacts();
}

}  // namespace bitdesk
