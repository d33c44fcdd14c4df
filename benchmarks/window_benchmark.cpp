// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

// What the person sees: from the mouse on a fader to an estimate of the new mix in the readout of the real window.
#include <benchmark/benchmark.h>

#include <QApplication>
#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/main_window.h"
#include "app/workbench/workbench.h"
#include "benchmarks/percentiles.h"
#include "core/base/random.h"
#include "widgets/faders.h"
#include "widgets/readouts.h"

namespace bitdesk {
namespace {

constexpr int kPatience = 60'000;  // milliseconds

void dragToFirstEstimate(benchmark::State& state) {
    const QTemporaryDir folder;
    Workbench workbench({.model = QStringLiteral(BITDESK_SOURCE_DIR "/resources/models/fashion-mnist.safetensors"),
                         .data = QStringLiteral("fashion-mnist"),
                         .database = folder.filePath(QStringLiteral("results.sqlite")),
                         .device = QStringLiteral("cpu"),
                         .threads = 0,
                         .measureLatency = false});
    MainWindow window(workbench);
    window.resize(1280, 800);
    window.show();
    const auto shows = [&] {
        const ReadoutState now = window.findChild<Readouts*>()->accuracyState();
        return now == ReadoutState::Streaming || now == ReadoutState::Final || now == ReadoutState::Stored;
    };
    if (!QTest::qWaitFor([&] { return workbench.live().running() && shows(); }, kPatience)) {
        state.SkipWithError("the window shows no estimate");
        return;
    }
    Random random(2);
    std::vector<double> milliseconds;
    for (auto _ : state) {
        QTest::qWait(static_cast<int>(random.below(60)));
        const int layer = static_cast<int>(random.below(workbench.mix().bits().size()));
        Fader* fader = window.findChild<FaderBank*>()->fader(layer);
        const QPoint target = fader->notch(2 + (fader->bits() - 1) % 3);
        QElapsedTimer clock;
        clock.start();
        QTest::mouseClick(fader, Qt::LeftButton, {}, target);
        // Without a time limit: with one, Qt polls, and the polling takes a core from what is timed.
        while (!shows()) QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        const double took = static_cast<double>(clock.nsecsElapsed()) * 1e-9;
        state.SetIterationTime(took);
        milliseconds.push_back(1000 * took);
    }
    reportPercentiles(state, milliseconds);
}
BENCHMARK(dragToFirstEstimate)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(200);

}  // namespace
}  // namespace bitdesk

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QStandardPaths::setTestModeEnabled(true);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("bitdesk-benchmarks"));
    QApplication::setOrganizationName(QStringLiteral("bitdesk-benchmarks"));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
