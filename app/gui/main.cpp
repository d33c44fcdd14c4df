// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include <CLI/CLI.hpp>
#include <QApplication>
#include <csignal>
#include <iostream>

#include "app/gui/main_window.h"
#include "app/gui/window_settings.h"
#include "app/jobs/executors.h"
#include "app/workbench/workbench.h"
#include "core/base/build_info.h"
#include "core/base/setting_name.h"

int main(int argc, char** argv) {
    std::string model, data = "fashion-mnist", database, device = "cpu";
    int threads = 0;
    CLI::App options{"Bitdesk: a mixing desk for bit-widths"};
    options.name("bitdesk-gui");
    options.set_version_flag("--version", std::string("bitdesk-gui ") + BITDESK_VERSION);
    options.add_option("MODEL", model, "a .safetensors model, or random:NETWORK");
    options.add_option("--data", data, "fashion-mnist, or a folder or file")->capture_default_str();
    options.add_option("--db", database, "results database (default: the user's data folder)");
    options.add_option("--device", device, "cpu or cuda:N")->capture_default_str();
    options.add_option("--threads", threads, "0: all CPUs")->check(CLI::Range(0, 4096));
    try {
        // Before Qt: --help and --version need no display.
        options.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        constexpr int kUsage = 2;
        return options.exit(error, std::cout, std::cerr) == 0 ? 0 : kUsage;
    }
    std::signal(SIGXFSZ, SIG_IGN);  // a file that a limit (ulimit -f) keeps from growing is told by the write
    bitdesk::jobs::useShortSpin(argv);
    bitdesk::nameSettings(bitdesk::windowSettingName);
    int noArguments = 1;
    QApplication application(noArguments, argv);
    QApplication::setApplicationName(QStringLiteral("Bitdesk"));
    QApplication::setOrganizationName(QStringLiteral("Bitdesk"));
    QApplication::setApplicationVersion(QStringLiteral(BITDESK_VERSION));
    bitdesk::Workbench workbench({.model = QString::fromStdString(model),
                                  .data = QString::fromStdString(data),
                                  .database = QString::fromStdString(database),
                                  .device = QString::fromStdString(device),
                                  .threads = threads,
                                  .measureLatency = true});
    bitdesk::MainWindow window(workbench);
    window.show();
    return QApplication::exec();
}
