// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/live_bridge.h"

#include <QThread>
#include <deque>

namespace bitdesk {

using namespace Qt::StringLiterals;

/// Events on their way from the worker to the GUI thread. Shared with the session's sink, so that a session that ends
/// after its bridge finds a mailbox that nobody empties, not a dangling pointer.
struct LiveBridge::Mailbox {
    std::mutex mutex;
    std::deque<jobs::LiveEvent> events;
    LiveBridge* owner = nullptr;  ///< null once the bridge is gone or has a newer session
};

/// A session and the store that it uses: the session ends first.
struct LiveBridge::Running {
    std::shared_ptr<StoreThread> store;
    std::unique_ptr<jobs::LiveSession> session;
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
    if (m_running == nullptr) return;
    m_running->session->cancel();
    m_retiring.start(
        [running = std::move(m_running)] {
            running->session.reset();
            // What it posted last is stored however long another program locks the store.
            if (running->store != nullptr) running->store->post([](Store&) {}).get();
        },
        [] {});
}

void LiveBridge::clear() {
    stop();
    m_table.reset();
    pin(std::nullopt);
}

void LiveBridge::start(jobs::LiveSession::Setup setup, std::shared_ptr<StoreThread> store) {
    stop();
    m_mailbox = std::make_shared<Mailbox>();
    m_mailbox->owner = this;
    m_generation = 0;
    m_hasPrevious = false;
    setup.store = store.get();
    m_running = std::make_shared<Running>();
    m_running->store = std::move(store);
    m_running->session =
        std::make_unique<jobs::LiveSession>(std::move(setup), [mailbox = m_mailbox](const jobs::LiveEvent& event) {
            const std::scoped_lock lock(mailbox->mutex);
            if (mailbox->owner == nullptr) return;
            mailbox->events.push_back(event);
            if (mailbox->events.size() == 1) emit mailbox->owner->eventsArrived();
        });
    m_running->session->pinBaseline(m_baseline);
}

void LiveBridge::submit(const BitConfiguration& bits) {
    if (m_running == nullptr) return;
    m_bits = bits;
    m_generation = m_running->session->submit(bits);
}

void LiveBridge::pin(std::optional<BitConfiguration> bits) {
    m_baseline = std::move(bits);
    if (m_running != nullptr) m_running->session->pinBaseline(m_baseline);
    emit baselineChanged();
}

QString LiveBridge::referenceName() const {
    return m_baseline ? u"the baseline"_s : m_hasPrevious ? u"the mix before"_s : QString();
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
            take(*update);
        } else if (const auto* latency = std::get_if<jobs::LiveLatency>(&event)) {
            if (latency->generation == m_generation) emit latencyMeasured(*latency);
        } else if (const auto* table = std::get_if<jobs::LiveLayerTable>(&event)) {
            m_table = table->table;
            emit tableChanged();
        } else if (const auto* failure = std::get_if<jobs::LiveFailure>(&event)) {
            if (failure->generation == 0 || failure->generation == m_generation)
                emit failed(u"Evaluation failed"_s, QString::fromStdString(failure->message));
        }
    }
}

/// A finished mix is a row in the store even when the hand has moved on; only what is streaming goes stale.
void LiveBridge::take(const jobs::LiveUpdate& update) {
    if (update.generation != m_generation && !(update.finished && update.id > 0)) return;
    emit updated(update);
    if (update.finished && update.bits == m_bits) m_hasPrevious = true;
}

}  // namespace bitdesk
