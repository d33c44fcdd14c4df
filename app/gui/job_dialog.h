// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QDialog>
#include <functional>
#include <utility>

#include "app/workbench/task.h"

class QFormLayout;
class QLabel;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;

namespace bitdesk {

/// A dialog that does its work itself, on a thread: a form, then a bar while the job runs, then what came of it. What
/// was typed stays. While it runs, Cancel, Esc and the window's close button end the job, not the dialog.
class JobDialog : public QDialog {
    Q_OBJECT
public:
    bool running() const { return m_task.running(); }
    /// Of the last job.
    bool failed() const { return m_failed; }

    void reject() override;

signals:
    /// Done, failed or cancelled; the outcome is shown.
    void ended();

protected:
    static constexpr int kDialogWidth = 88;  ///< characters

    /// `startText` is of the button that starts, the default one.
    JobDialog(const QString& name, const QString& title, const QString& startText, QWidget* parent);

    QFormLayout* form() const { return m_form; }
    /// Beside the others; enabled where a job has succeeded.
    QPushButton* addButton(const QString& text);
    virtual void startWanted() = 0;
    /// Whether all is there that a job needs; the reason is the button's tool tip, empty: yes.
    virtual QString missing() const = 0;
    /// To be called whenever missing() may have changed.
    void refresh();

    /// `work(stop, progress)` runs elsewhere, then `done(result)` here, which shows an outcome or starts the next.
    /// `failure` is the headline where it throws.
    template <typename Work, typename Done>
    void run(const QString& activity, const QString& failure, Work work, Done done) {
        begin(activity, failure);
        m_task.start(std::move(work), [this, done = std::move(done)](auto result) {
            end();
            done(std::move(result));
        });
    }
    void showOutcome(const QString& headline, const QString& text);
    void showProblem(const QString& headline, const QString& text);
    /// Runs `go` at once where `file` is not there or the file dialog has asked already; else asks first.
    void confirmReplacing(const QString& file, const std::function<void()>& go);
    /// A file that a file dialog was told to replace.
    void setConfirmed(const QString& file) { m_confirmed = file; }

    void changeEvent(QEvent* event) override;

private:
    QWidget* createOutcome();
    QWidget* createButtons(const QString& startText);
    void begin(const QString& activity, const QString& failure);
    void end();
    void tell(const QString& headline, const QString& text, bool failed);
    void showCancelled();
    void colourHeadline();
    void askReplacing(const QString& file, std::function<void()> go);

    QWidget* m_fields = nullptr;
    QFormLayout* m_form = nullptr;
    QLabel* m_activity = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_headline = nullptr;
    QPlainTextEdit* m_outcome = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_close = nullptr;
    QList<QPushButton*> m_afterwards;
    QString m_failure, m_confirmed;
    bool m_failed = false, m_done = false, m_ending = false;
    Task m_task;  // last, so first to go
};

}  // namespace bitdesk
