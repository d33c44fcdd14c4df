// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>
#include <QStandardItemModel>
#include <memory>
#include <optional>
#include <vector>

#include "app/workbench/task.h"
#include "core/data/data_set.h"
#include "widgets/image_grid.h"

class QComboBox;
class QFormLayout;
class QLabel;
class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace bitdesk {

class ElidedLabel;
class ProgressStrip;

/// Classes of a data set and how many images each has.
class ClassCounts : public QStandardItemModel {
public:
    enum Column { Name, Images, Bar, kColumns };
    static constexpr int kSortRole = Qt::UserRole;       ///< a number where the column shows one
    static constexpr int kShareRole = Qt::UserRole + 1;  ///< of Bar: 0 … 1, of the largest class

    explicit ClassCounts(QObject* parent = nullptr);

    /// A count for each name.
    void setCounts(const QStringList& names, const std::vector<std::int64_t>& counts);
    std::int64_t count(int row) const { return index(row, Images).data(kSortRole).toLongLong(); }
};

/// Where the images of each class lie.
struct DataOverview {
    std::vector<std::vector<std::int64_t>> ofClass;  ///< indices, ascending
    std::vector<std::int64_t> mixed;                 ///< the first of each class, the second of each, …
};

/// A preview of a data set: what it is, its classes and their counts, and some images. Images are decoded, and other
/// splits opened, on threads of their own.
class DataDialog : public QDialog {
    Q_OBJECT
public:
    /// `spec` and `request`: as `dataSet` was opened, for its other splits.
    DataDialog(std::shared_ptr<const DataSet> dataSet, QString spec, DataRequest request, QWidget* parent = nullptr);

    const ClassCounts* counts() const { return m_counts; }
    const ImageGrid* grid() const { return m_grid; }
    void showSplit(Split split);
    /// Images of one class, or of all.
    void showClass(std::optional<int> index);
    void turnPage(int by);

private:
    QWidget* createFacts();
    QWidget* createClasses();
    QWidget* createImages();
    QWidget* createBottom();
    QLabel* addFact(QFormLayout* form, const char* name);
    void setData(std::shared_ptr<const DataSet> dataSet);
    void showFacts();
    void takeOverview(DataOverview overview);
    void loadPage();
    const std::vector<std::int64_t>& shown() const;
    void showPager();
    /// The present split stays.
    void endOpening();

    std::shared_ptr<const DataSet> m_data;
    QString m_spec;
    DataRequest m_request;
    DataOverview m_overview;
    std::optional<int> m_class;
    std::size_t m_page = 0;

    QComboBox* m_split = nullptr;
    ElidedLabel* m_name = nullptr;
    QLabel* m_images = nullptr;
    QLabel* m_format = nullptr;
    QLabel* m_preparation = nullptr;
    QLabel* m_note = nullptr;
    QLabel* m_memory = nullptr;
    ClassCounts* m_counts = nullptr;
    QSortFilterProxyModel* m_sorted = nullptr;
    QTableView* m_classes = nullptr;
    ImageGrid* m_grid = nullptr;
    QLabel* m_range = nullptr;
    QToolButton* m_previous = nullptr;
    QToolButton* m_next = nullptr;
    QToolButton* m_all = nullptr;
    ProgressStrip* m_strip = nullptr;
    Task m_counting, m_loading, m_opening;  // last, so first to go
};

}  // namespace bitdesk
