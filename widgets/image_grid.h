// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QString>
#include <QWidget>
#include <vector>

namespace bitdesk {

/// An image with a line below it.
struct CaptionedImage {
    QImage image;
    QString caption;
    QString toolTip;
};

/// A page of images in equal cells, each as large as its cell allows: small ones keep their pixels sharp.
class ImageGrid : public QWidget {
    Q_OBJECT
public:
    static constexpr int kColumns = 6, kRows = 4, kCells = kColumns * kRows;

    explicit ImageGrid(QWidget* parent = nullptr);

    void setImages(std::vector<CaptionedImage> images);
    /// Words in place of images.
    void setNote(const QString& note);
    int count() const { return static_cast<int>(m_images.size()); }
    const CaptionedImage& image(int index) const { return m_images[static_cast<std::size_t>(index)]; }
    const QString& note() const { return m_note; }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;

private:
    QRect cell(int index) const;

    std::vector<CaptionedImage> m_images;
    QString m_note;
};

}  // namespace bitdesk
