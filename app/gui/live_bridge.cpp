// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/gui/live_bridge.h"

#include <QThread>
#include <deque>

namespace bitdesk {

/// Events on their way from the worker to the GUI thread. Shared with the session's sink, so that a session that ends
/// after its bridge finds a mailbox that nobody empties, not a dangling pointer.
struct LiveBridge::Mailbox {
    std::mutex mutex;
    std::deque<jobs::LiveEvent> events;
    LiveBridge* owner = nullptr;  ///< null once the bridge is gone or has a newer session
};

LiveBridge::LiveBridge(QObject* parent) : QObject(parent) {
    connect(this, &LiveBridge::eventsArrived, this, &LiveBridge::receive, Qt::QueuedConnection);
}

LiveBridge::~LiveBridge() { stop(); }

void LiveBridge::stop() {
    if (m_mailbox != nullptr) {
        const std::scoped_lock lock(m_mailbox->mutex);
        m_mailbox->owner = nullptr;
    }
    m_mailbox.reset();
    if (m_session == nullptr) return;
    m_session->cancel();
    m_retiring.emplace_back([session = std::move(m_session)]() mutable { session.reset(); });
}

void LiveBridge::start(jobs::LiveSession::Setup setup) {
    stop();
    m_mailbox = std::make_shared<Mailbox>();
    m_mailbox->owner = this;
    m_generation = 0;
    m_session =
        std::make_unique<jobs::LiveSession>(std::move(setup), [mailbox = m_mailbox](const jobs::LiveEvent& event) {
            const std::scoped_lock lock(mailbox->mutex);
            if (mailbox->owner == nullptr) return;
            mailbox->events.push_back(event);
            if (mailbox->events.size() == 1) emit mailbox->owner->eventsArrived();
        });
}

void LiveBridge::submit(const BitConfiguration& bits) {
    if (m_session != nullptr) m_generation = m_session->submit(bits);
}

void LiveBridge::pinBaseline(std::optional<BitConfiguration> bits) {
    if (m_session != nullptr) m_session->pinBaseline(std::move(bits));
}

void LiveBridge::receive() {
    Q_ASSERT(QThread::currentThread() == thread());
    if (m_mailbox == nullptr) return;
    std::deque<jobs::LiveEvent> events;
    {
        const std::scoped_lock lock(m_mailbox->mutex);
        events.swap(m_mailbox->events);
    }
    for (const jobs::LiveEvent& event : events) {
        if (const auto* update = std::get_if<jobs::LiveUpdate>(&event)) {
            // A finished mix is a row in the store even when the hand has moved on; only what is streaming goes stale.
            if (update->generation == m_generation || (update->finished && update->id > 0)) emit updated(*update);
        } else if (const auto* latency = std::get_if<jobs::LiveLatency>(&event)) {
            if (latency->generation == m_generation) emit latencyMeasured(*latency);
        } else if (const auto* table = std::get_if<jobs::LiveLayerTable>(&event)) {
            emit layerTableReady(table->table);
        } else if (const auto* failure = std::get_if<jobs::LiveFailure>(&event)) {
            if (failure->generation == 0 || failure->generation == m_generation)
                emit failed(QString::fromStdString(failure->message));
        }
    }
}

}  // namespace bitdesk
