// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QObject>
#include <memory>
#include <optional>

#include "app/jobs/live_session.h"
#include "app/workbench/task.h"

namespace bitdesk {

/// What follows the hand, on the GUI thread: carries a LiveSession's events there by one queued signal, the only place
/// where its worker touches Qt, drops those of older generations, and keeps what outlives a session: the pinned
/// baseline and the layer table of the model in hand.
class LiveBridge : public QObject {
    Q_OBJECT
public:
    explicit LiveBridge(QObject* parent = nullptr);
    ~LiveBridge() override;

    /// Replaces the session; `store` may be null. The old one is cancelled and ends on a thread of its own: the GUI
    /// does not wait for it, the destructor alone does.
    void start(jobs::LiveSession::Setup setup, std::shared_ptr<StoreThread> store);
    /// Ends it in the same way.
    void stop();
    bool running() const { return m_running != nullptr; }
    /// Another model: no session, baseline or table.
    void clear();

    void submit(const BitConfiguration& bits);
    /// What differences are taken against; nothing: the mix that was finished before.
    void pin(std::optional<BitConfiguration> bits);
    const std::optional<BitConfiguration>& baseline() const { return m_baseline; }
    /// What differences are taken against, in words; empty: nothing yet.
    QString referenceName() const;
    /// Of the model in hand on this machine.
    const std::optional<LayerTable>& table() const { return m_table; }

signals:
    /// Of the mix in hand, or one that was finished as the hand moved on.
    void updated(const bitdesk::jobs::LiveUpdate& update);
    /// Of the mix in hand.
    void latencyMeasured(const bitdesk::jobs::LiveLatency& latency);
    void tableChanged();
    void baselineChanged();
    void failed(const QString& title, const QString& message);
    /// The one that crosses threads, queued; for the bridge itself.
    void eventsArrived();

private:
    struct Mailbox;
    struct Running;
    void receive();
    void take(const jobs::LiveUpdate& update);

    std::shared_ptr<Mailbox> m_mailbox;
    std::shared_ptr<Running> m_running;
    std::optional<BitConfiguration> m_baseline;
    std::optional<LayerTable> m_table;
    BitConfiguration m_bits;  ///< submitted last
    std::uint64_t m_generation = 0;
    bool m_hasPrevious = false;
    Task m_retiring;
};

}  // namespace bitdesk
