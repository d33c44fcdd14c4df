# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads rooms and link lines off the CMake files and #include lines off the sources, and tells where they disagree."""
import collections
import pathlib
import re

INCLUDE = re.compile(r'^\s*#include\s+[<"]([^>"]+)[>"]', re.M)
ROOM = re.compile(r"bitdesk_room\(\s*(\w+)([^)]*)\)")
EXECUTABLE = re.compile(r"target_link_libraries\(\s*[\w-]+\s+PRIVATE([^)]*)\)")
FIELDS = ("PUBLIC", "PRIVATE", "HEADERS")

# Which target a header of others comes from. Qt's classes are one header each.
TARGETS = {
    r"nlohmann/": ["nlohmann_json::nlohmann_json"],
    r"fmt/": ["fmt::fmt", "bitdesk::torch"],  # LibTorch's headers bring their own
    r"CLI/": ["CLI11::CLI11"],
    r"boost/": ["Boost::headers", "Boost::boost"],
    r"SQLiteCpp/": ["SQLiteCpp"],
    r"sqlite3\.h$": ["SQLite::SQLite3"],
    r"zlib\.h$": ["ZLIB::ZLIB"],
    r"j(peglib|error)\.h$": ["JPEG::JPEG"],
    r"png\.h$": ["PNG::PNG"],
    r"openssl/": ["OpenSSL::Crypto"],
    r"zip\.h$": ["PkgConfig::LIBZIP"],
    r"archive(_entry)?\.h$": ["PkgConfig::LIBARCHIVE"],
    r"utf8proc\.h$": ["PkgConfig::UTF8PROC"],
    r"(pango/|cairo)": ["PkgConfig::PANGOCAIRO"],
    r"onnx/": ["onnx", "onnx_proto"],
    r"google/protobuf/": ["protobuf::libprotobuf"],
    r"(torch|ATen|c10)/": ["bitdesk::torch"],
    r"dlfcn\.h$": ["${CMAKE_DL_LIBS}"],
    r"(thread|mutex|condition_variable|stop_token|future)$": ["Threads::Threads"],
    r"qcustomplot\.h$": ["QCustomPlotQt6::QCustomPlotQt6"],
    r"(QtPrintSupport/|QPrint)": ["Qt6::PrintSupport"],
    r"(QtSvg/|QSvg)": ["Qt6::Svg"],
    r"(QtCore/|Q(Object|String|StringList|Coreapplication|CoreApplication|Settings|Timer|Thread|File|FileInfo|Dir|Url|Locale|DateTime"
    r"|Elapsed\w*|Variant|Point|PointF|Rect|RectF|Size|Process|Abstract(ItemModel|TableModel)|SortFilterProxyModel"
    r"|RegularExpression|Meta\w+|Pointer|Signal\w+|StandardPaths|Mime\w+|Translator|Collator|SaveFile|Json\w+)$)":
        ["Qt6::Core", "Qt6::Widgets"],
    r"(QtGui/|QtWidgets/|Q[A-Z]\w+$)": ["Qt6::Widgets"],
}
# Of the language, the C library and the system: no target.
SYSTEM = re.compile(r"[a-z_0-9]+$|(sys|linux|net|arpa|netinet)/|(unistd|fcntl|sched|poll|signal|errno|time|pthread|cxxabi|immintrin"
                    r"|cpuid|dirent|fnmatch|glob|pwd|termios|semaphore|numaif|omp|x86intrin|malloc|spawn|stdio|setjmp|execinfo)\.h$")
# Linked for a reason that is no #include: what headers of others include, and Qt's reader of SVG icons.
NOT_INCLUDED = {"Threads::Threads", "onnx_proto", "protobuf::libprotobuf", "Qt6::PrintSupport", "Qt6::Svg"}


class Room:
    def __init__(self, folder, links):
        self.folder, self.public, self.private, self.main = folder, links["PUBLIC"], links["PRIVATE"], set()
        self.files = {}  # path: included names


class Tree:
    def __init__(self, root, folders=("core", "profiling", "app", "widgets")):
        self.root, self.rooms = pathlib.Path(root), {}
        for cmake in sorted(path for folder in folders for path in (self.root / folder).rglob("CMakeLists.txt")):
            text = re.sub(r"#.*", "", cmake.read_text())
            if (found := ROOM.search(text)) is None:
                continue
            links, field = {name: set() for name in FIELDS}, None
            for word in found[2].split():
                field = word if word in FIELDS else field
                if word != field and field is not None:
                    links[field].add(word)
            room = self.rooms["bitdesk_" + found[1]] = Room(cmake.parent.relative_to(self.root), links)
            for line in EXECUTABLE.findall(text):
                room.main |= set(line.split()) - {"bitdesk_flags"}
        for folder in folders:
            for path in sorted((self.root / folder).rglob("*")):
                name = path.relative_to(self.root)
                if path.suffix in (".h", ".cpp") and (owner := self.owner(name)):
                    self.rooms[owner].files[name.as_posix()] = INCLUDE.findall(path.read_text())

    def owner(self, path):
        """The room of the nearest folder above that is one."""
        folders = {room.folder: name for name, room in self.rooms.items()}
        return next((folders[folder] for folder in pathlib.PurePath(path).parents if folder in folders), None)

    def of_header(self, header):
        """The targets that a header may come from; none: of the system. None: nobody knows it."""
        if (owner := self.owner(header)) is not None:
            return [owner]
        for pattern, targets in TARGETS.items():
            if re.match(pattern, header):
                return targets
        return [] if SYSTEM.match(header) else None

    def seen(self, links):
        """What link lines give: the targets, and what those of them that are rooms pass on."""
        seen, left = set(), list(links)
        while left:
            if (target := left.pop()) not in seen:
                seen.add(target)
                left += self.rooms[target].public if target in self.rooms else ()
        if "QCustomPlotQt6::QCustomPlotQt6" in seen or "Qt6::Svg" in seen:
            seen.add("Qt6::Widgets")
        return seen

    def users(self):
        """The rooms that see a header of another one: they include it, or one of that room that includes it."""
        users = collections.defaultdict(set)
        for name, room in self.rooms.items():
            left = [header for headers in room.files.values() for header in headers]
            while left:
                header = left.pop()
                owner = self.owner(header)
                if owner not in (None, name) and name not in users[header]:
                    users[header].add(name)
                    left += [inner for inner in self.rooms[owner].files.get(header, ()) if self.owner(inner) == owner]
        return users

    def unlinked(self):
        """Includes of what the link lines do not give, as 'file: header'. What another room's source sees of a header
        comes from the public links, or from those of that room."""
        users, found = self.users(), []
        everything = {name: self.seen({name} | room.public | room.private) for name, room in self.rooms.items()}
        for name, room in self.rooms.items():
            passed_on = self.seen({name} | room.public)
            for path, headers in room.files.items():
                views = [everything[name] | (self.seen(room.main) if path.endswith("/main.cpp") else set())]
                views += [passed_on | everything[user] for user in users.get(path, ())]
                for header in headers:
                    targets = self.of_header(header)
                    if targets is None:
                        found.append(f"{path}: {header} is of no known target")
                    elif targets and targets != ["Threads::Threads"] and not all(view & set(targets) for view in views):
                        found.append(f"{path}: {header}")
        return found

    def unused(self):
        """Links of a room that none of its files includes anything of, as 'room: target'."""
        found = []
        for name, room in self.rooms.items():
            used = {target for headers in room.files.values() for header in headers for target in self.of_header(header) or ()}
            found += [f"{name}: {link}" for link in sorted((room.public | room.private) - used - NOT_INCLUDED)]
        return found

    def circles(self):
        """Circles of rooms, of headers, and of pieces of work that call each other: lists of names. A piece is a header
        with its source. A source that makes what builds upon its own header, as a catalogue does, closes no circle."""
        rooms = {name: {link for link in room.public | room.private if link in self.rooms} for name, room in self.rooms.items()}
        included = {path: {header for header in headers if self.owner(header) == name}
                    for name, room in self.rooms.items() for path, headers in room.files.items()}
        headers = {path: names for path, names in included.items() if path.endswith(".h")}
        calls = {}
        for path, names in included.items():
            own = path.removesuffix(".cpp") + ".h"
            if path.endswith(".cpp"):
                calls[own] = {header for header in names - {own} if own not in reached(header, headers)}
        return circles(rooms) + circles(headers) + circles(calls)


def reached(start, edges):
    found, left = set(), [start]
    while left:
        if (node := left.pop()) not in found:
            found.add(node)
            left += edges.get(node, ())
    return found


def circles(edges):
    """The strongly connected parts with more than one node (Tarjan)."""
    order, low, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = low[node] = len(order)
        stack.append(node)
        for other in edges.get(node, ()):
            if other not in order:
                visit(other)
            if other in stack:
                low[node] = min(low[node], low[other])
        if low[node] == order[node]:
            part = [stack.pop()]
            while part[-1] != node:
                part.append(stack.pop())
            if len(part) > 1:
                found.append(sorted(part))

    for node in list(edges):
        if node not in order:
            visit(node)
    return sorted(found)
