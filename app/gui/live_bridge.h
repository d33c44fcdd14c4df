// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <atomic>
#include <memory>
#include <optional>

#include "app/jobs/live_session.h"

namespace bitdesk {

/// Carries a LiveSession's events to the GUI thread: the only place where the worker's thread touches Qt, and it does
/// so by one queued signal. Events of older generations are dropped here, so receivers see the latest mix only.
class LiveBridge : public QObject {
    Q_OBJECT
public:
    explicit LiveBridge(QObject* parent = nullptr);
    ~LiveBridge() override;

    /// Replaces the session. The old one is cancelled and joined on a thread of its own: the GUI does not wait for it.
    void start(jobs::LiveSession::Setup setup);
    /// Ends it in the same way. The destructor alone waits for all of them.
    void stop();
    bool running() const { return m_session != nullptr; }

    void submit(const BitConfiguration& bits);
    void pinBaseline(std::optional<BitConfiguration> bits);

signals:
    void updated(const bitdesk::jobs::LiveUpdate& update);
    void latencyMeasured(const bitdesk::jobs::LiveLatency& latency);
    void layerTableReady(const bitdesk::LayerTable& table);
    void failed(const QString& message);
    /// The one that crosses threads, queued; for the bridge itself.
    void eventsArrived();

private:
    void receive();

    struct Mailbox;
    std::shared_ptr<Mailbox> m_mailbox;
    std::unique_ptr<jobs::LiveSession> m_session;
    std::vector<std::jthread> m_retiring;
    std::uint64_t m_generation = 0;
};

}  // namespace bitdesk
