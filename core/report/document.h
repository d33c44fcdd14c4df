// SPDX-FileCopyrightText: 2026 The Bitdesk Developers
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/report/drawing.h"
#include "core/report/report.h"

// What a report says and in which order, once for all formats that are read by people. All texts are plain: a format
// escapes them.
namespace bitdesk {

enum class Tone { Plain, Good, Bad, Muted };

struct Cell {
    std::string text;
    Tone tone = Tone::Plain;
};
struct Column {
    std::string title;
    bool number = false;  ///< set flush right
};
struct TableBlock {
    std::string caption;
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;  ///< each as long as columns
};
struct FigureBlock {
    std::string caption;
    std::string description;  ///< for those who do not see it
    Drawing drawing;
};
struct TextBlock {
    std::string text;
    Tone tone = Tone::Plain;
    bool lead = false;  ///< the verdict at the top
};
struct ListBlock {
    std::vector<Cell> entries;
};
struct CodeBlock {
    std::string text;
};
/// Much small text that few read: raw samples.
struct FineBlock {
    std::string title, text;
};
using Block = std::variant<TextBlock, TableBlock, FigureBlock, ListBlock, CodeBlock, FineBlock>;

struct Section {
    std::string title;  ///< empty: the verdict at the top
    std::vector<Block> blocks;
    bool detail = false;  ///< may be folded away in a short format
};

struct Document {
    std::string title, subtitle;
    std::vector<Section> sections;
};

Document makeDocument(const Report& report);

}  // namespace bitdesk
