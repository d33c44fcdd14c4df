// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/job_runner.h"

#include <chrono>
#include <string>

namespace bitdesk {

ProgressSink thinned(ProgressSink sink) {
    static constexpr std::chrono::milliseconds kPause(60);
    return [sink = std::move(sink), next = std::chrono::steady_clock::time_point(),
            activity = std::string()](const Progress& progress) mutable {
        if (std::chrono::steady_clock::now() < next && progress.activity == activity) return;
        next = std::chrono::steady_clock::now() + kPause;
        activity = progress.activity;
        sink(progress);
    };
}

void JobRunner::tell(const Progress& progress) {
    const auto deliver = [this, progress] {
        if (m_running)
            emit progressed(QString::fromStdString(progress.activity), progress.fraction, progress.remainingSeconds);
    };
    QMetaObject::invokeMethod(this, deliver, Qt::QueuedConnection);
}

}  // namespace bitdesk
