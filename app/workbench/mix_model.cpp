// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#include "app/workbench/mix_model.h"

#include "core/base/files.h"

namespace bitdesk {

using namespace Qt::StringLiterals;

MixModel::MixModel(QObject* parent) : QObject(parent) {
    m_loading.failAs(this, u"The mix cannot be loaded"_s);
    m_saving.failAs(this, u"The mix cannot be saved"_s);
}

void MixModel::set(const BitConfiguration& bits, const QString& what, int gesture) {
    if (bits == m_bits) return;
    m_steps.resize(m_done);  // what was undone is gone
    const Step step{.before = m_bits, .after = bits, .what = what, .gesture = gesture};
    if (!merge(step)) m_steps.push_back(step);
    m_done = m_steps.size();
    apply(bits);
    emit stepsChanged();
}

/// A gesture is one step; one that ends where it began is none.
bool MixModel::merge(const Step& step) {
    if (m_steps.empty() || step.gesture < 0 || m_steps.back().gesture != step.gesture) return false;
    m_steps.back().after = step.after;
    if (m_steps.back().before == step.after) m_steps.pop_back();
    return true;
}

void MixModel::reset(std::shared_ptr<const MetaModel> model, const BitConfiguration& bits) {
    m_model = std::move(model);
    m_steps.clear();
    m_done = 0;
    apply(bits);
    emit stepsChanged();
}

void MixModel::undo() {
    if (!canUndo()) return;
    apply(m_steps[--m_done].before);
    emit stepsChanged();
}

void MixModel::redo() {
    if (!canRedo()) return;
    apply(m_steps[m_done++].after);
    emit stepsChanged();
}

void MixModel::apply(const BitConfiguration& bits) {
    m_bits = bits;
    emit changed(m_bits);
}

QString MixModel::text() const { return m_model != nullptr ? QString::fromStdString(toText(m_bits)) : QString(); }

void MixModel::paste(const QString& text) {
    if (m_model == nullptr) return;
    constexpr int kLongest = 4096;
    const std::string mix = text.trimmed().left(kLongest).toStdString();
    try {
        if (mix.starts_with('@'))
            throw Error(ErrorKind::BadInput, "clipboard", "holds no mix", "Copy something like 4,4,3,2,…");
        set(parseBits(mix, m_model->network, m_model->bits, "clipboard"), u"paste mix"_s);
    } catch (const Error& error) {
        emit failed(u"The clipboard holds no mix for this model"_s, QString::fromUtf8(error.what()));
    }
}

void MixModel::load(const QString& path) {
    if (m_model == nullptr) {
        emit failed(u"The mix cannot be loaded"_s, u"Open a model first."_s);
        return;
    }
    m_loading.start([path = path.toStdString(),
                     model = m_model] { return parseBits("@" + path, model->network, model->bits, path); },
                    [this](const BitConfiguration& bits) { set(bits, u"load mix"_s); });
}

void MixModel::save(const QString& path) {
    if (m_model == nullptr) return;
    m_saving.start(
        [path = path.toStdString(), text = toJson(m_bits, m_model->network)] { writeFileAtomically(path, text); },
        [] {});
}

}  // namespace bitdesk
