# SPDX-FileCopyrightText: 2026 The Bitdesk Developers
# SPDX-License-Identifier: GPL-3.0-or-later
"""One flat namespace is safe as long as a name says one thing in it (docs/decisions/0017)."""
import collections
import os
import pathlib
import re
import unittest

ROOT = pathlib.Path(os.environ.get("BITDESK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
ROOMS = ("core", "profiling", "widgets", "app")
# The formatting puts what belongs to a namespace at the beginning of a line, and members behind blanks.
SCOPE = re.compile(r"^namespace ([\w:]*) ?\{|^\}  // namespace", re.M)
TYPE = re.compile(r"^(?:class|struct|enum class|enum|union) (\w+)(?!:|\w)[^;(]*\{", re.M)
ALIAS = re.compile(r"^using (\w+) =", re.M)
FUNCTION = re.compile(r"^(?=\S)(?!using|return|namespace|template|else|throw)(?:\[\[\w+\]\] )?[\w:<>,&* ]+?[ &*](\w+)\(([^;{]*?)\)(?: const)?(?: noexcept)?\s*[;{]",
                      re.M | re.S)
TEXTS = re.compile(r"std::string_view|std::string|QString|char ?\*|QLatin1String")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def sources(suffix):
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob(f"*{suffix}")):
            yield path.relative_to(ROOT).as_posix(), path.read_text()


def spaces(text):
    """Its pieces, each with the namespace that it is in: "bitdesk", "bitdesk::cli", "bitdesk::" for a nameless one."""
    stack, at = [], 0
    for found in SCOPE.finditer(text):
        yield "::".join(stack), text[at:found.start()]
        at = found.end()
        if found[0].startswith("}"):
            stack.pop()
        else:
            stack.append(found[1])


def kinds_of(parameters):
    """What tells overloads apart; all kinds of text are one, since each converts to the next."""
    depth, each = 0, [""]
    for letter in parameters:
        depth += letter in "<("
        depth -= letter in ">)"
        if letter == "," and not depth:
            each.append("")
        else:
            each[-1] += letter
    found = []
    for parameter in each:
        words = re.sub(r"\bconst\b|[&*]|=.*", "", parameter).split()
        found.append("text" if TEXTS.search(parameter) else " ".join(words[:-1] or words))
    return ", ".join(found)


class Names(unittest.TestCase):
    def public(self):
        """name → {header: what it is there} of the flat namespace."""
        names = collections.defaultdict(dict)
        for path, text in sources(".h"):
            for space, piece in spaces(text):
                if space != "bitdesk":
                    continue
                for name in TYPE.findall(piece) + ALIAS.findall(piece):
                    names[name].setdefault(path, set()).add("type")
                for name, parameters in FUNCTION.findall(piece):
                    if not parameters.startswith("Self"):  # a template that says by `requires` which types it is for
                        names[name].setdefault(path, set()).add(kinds_of(parameters))
        return names

    def test_the_headers_were_understood(self):
        names = self.public()
        self.assertGreater(len(names), 500)
        self.assertEqual(names["MetaModel"], {"core/model/meta_model.h": {"type"}})
        self.assertEqual(names["printable"], {"core/base/error.h": {"text"}})
        self.assertEqual(names["paretoFront"], {"core/results/trade_off.h": {"std::span< TradeOff>"}})

    def test_no_two_headers_give_one_name_to_two_things(self):
        twice = []
        for name, places in self.public().items():
            kinds = collections.Counter(kind for found in places.values() for kind in found)
            if any(count > 1 for count in kinds.values()) or ("type" in kinds and len(kinds) > 1):
                twice.append(f"{name}: {places}")
        self.assertEqual(twice, [])

    def test_no_source_hides_a_public_type_behind_its_own(self):
        public = {name for name, places in self.public().items() if {"type"} in places.values()}
        hidden = [f"{path}: {name}" for path, text in sources(".cpp") for space, piece in spaces(text)
                  for name in TYPE.findall(piece) if space != "bitdesk" and name in public]
        self.assertEqual(hidden, [])

    def test_what_all_shells_share_names_no_option(self):
        """settingName() does. What is written to be typed in a terminal is told as it is typed."""
        commands = {"app/jobs/batch_file.cpp", "core/exchange/export_nvbench.cpp"}
        foreign = ("--mem", "--lock-gpu-clocks", "--write-png")
        told = []
        for path, text in sources(".cpp"):
            if not path.startswith(("core/", "profiling/", "app/jobs/")) or path in commands:
                continue
            for line in text.splitlines():
                for literal in LITERAL.findall(line.split("//")[0]):
                    told += [f"{path}: {option}" for option in OPTION.findall(literal)
                             if option not in foreign and "bitdesk db check" not in literal]
        self.assertEqual(told, [])


if __name__ == "__main__":
    unittest.main()
