// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStringList>
#include <QWidget>
#include <functional>
#include <string>
#include <vector>

class QCheckBox;
class QHBoxLayout;
class QLineEdit;
class QPushButton;

namespace bitdesk {

// File dialogs that are not modal to the program; `chosen` is told what is chosen, if anything is.
using FileChosen = std::function<void(const QString& file)>;

/// One that is there.
void chooseFile(QWidget* parent, const QString& title, const QString& start, const QString& filter,
                const FileChosen& chosen);
void chooseFolder(QWidget* parent, const QString& title, const QString& start, const FileChosen& chosen);
/// One to write: asks whether it may be replaced where it is there. Without an ending it gets `suffix`.
void chooseNewFile(QWidget* parent, const QString& title, const QString& start, const QString& filter,
                   const QString& suffix, const FileChosen& chosen);

/// A field for the name of a file, with buttons that choose one.
class FileField : public QWidget {
    Q_OBJECT
public:
    /// `name` is that of the line; `what` its accessible name and the title of the file dialog.
    FileField(const QString& name, const QString& what, const QString& hint, QWidget* parent = nullptr);

    QString file() const;  ///< without blanks around it; may be empty
    void setFile(const QString& file);

    /// A button for a file that is there, for a folder, or for one to write, which `replacing` tells of.
    void addOpen(const QString& text, const QString& filter);
    void addFolder(const QString& text);
    void addSave(const QString& text, const QString& filter, const QString& suffix);
    void setSaveFilter(const QString& filter, const QString& suffix);
    QPushButton* addButton(const QString& text);

signals:
    void changed();
    /// The file dialog has asked whether it may be replaced, where it is there.
    void replacing(const QString& file);

private:
    QString m_what, m_filter, m_suffix;
    QLineEdit* m_line = nullptr;
    QHBoxLayout* m_row = nullptr;
};

/// Where a report goes: a name without its ending, and a check box for each format; and a field for its limits, which
/// the form gives a row of its own, and owns: where it stands is its place among the fields that Tab goes through.
class ReportFiles : public QWidget {
    Q_OBJECT
public:
    explicit ReportFiles(QWidget* parent = nullptr);

    /// The name with each ending that is checked; empty where there is no name.
    QStringList files() const;
    QLineEdit* limitsField() const { return m_limits; }
    /// As they are typed: "drop>0.5pp; slowdown>5%".
    std::vector<std::string> limits() const;

signals:
    void changed();

private:
    void choose();

    FileField* m_base = nullptr;
    QLineEdit* m_limits = nullptr;
    QList<QCheckBox*> m_formats;
};

}  // namespace bitdesk
