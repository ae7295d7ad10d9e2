#!/usr/bin/env python3
"""Checks that the modules of core, kernels, trainer and viewer form no cycle, and that no layer calls upwards.

It reads the sources and compiles nothing, so it takes a second. A module uses another when a path in it leads to an
item that is defined there, whatever re-exports lie in between; tests are left out. Two things are checked:

- Modules side by side in one folder (each with everything below it) form no cycle.
- A module at the top of a crate uses only what lies below it by the list in the crate's lib.rs, whose lines read
  `layer NAME …` from the bottom up; what stands on one line does not use each other either. A crate without such lines is
  checked for cycles alone.

The method of a value whose type is never named is not seen, nor is a path that a macro builds.

Usage: tools/modules.py [--edges CRATE]    (--edges lists who uses what, for a look at a crate's shape)
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CRATES = ["core", "kernels", "trainer", "viewer"]

LAYER = re.compile(r"^//! layer (.+)$", re.M)
ITEM = re.compile(
    r"(?:pub(?:\([^)]*\))?\s+)?(?:default\s+)?(?:const\s+|async\s+|unsafe\s+|extern\s+\"[^\"]*\"\s+)*"
    r"(?:(?:struct|enum|union|fn|trait|type|const|static(?:\s+mut)?|mod)\s+|macro_rules!\s*)([A-Za-z_]\w*)"
)
USE = re.compile(r"(?<!\w)(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]*);")
PATH = re.compile(r"(?<![\w:.])(?:::)?([A-Za-z_]\w*(?:\s*::\s*[A-Za-z_]\w*)+)")
NAME = re.compile(r"(?<![\w:.'])[A-Za-z_]\w*")


class Module:
    """One `mod`, in a file of its own or inside of another's."""

    def __init__(self, name, parent, file):
        self.name, self.parent, self.file = name, parent, file
        self.children = {}
        self.items = set()
        self.imports = {}  # name in scope -> path, as a list of names from the crate's root or from here
        self.globs = []
        self.text = ""
        self.has_macros = False  # calls that may define items

    @property
    def path(self):
        return f"{self.parent.path}::{self.name}" if self.parent else "crate"

    def above(self):
        """This module and all that it lies in, from the crate down."""
        return (self.parent.above() if self.parent else []) + [self]

    def all(self):
        yield self
        for child in self.children.values():
            yield from child.all()


def plain(text):
    """The text with comments, strings and characters blanked out; newlines stay, so that lines still count."""
    out, i = [], 0
    blank = lambda s: re.sub(r"[^\n]", " ", s)
    pattern = re.compile(
        r"//[^\n]*|/\*.*?\*/|r(#*)\".*?\"\1|b?\"(?:\\.|[^\"\\])*\"|b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{[^}]*\}|.)|[^'\\\n])'",
        re.S,
    )
    for match in pattern.finditer(text):
        out.append(text[i : match.start()])
        out.append(blank(match.group()))
        i = match.end()
    return "".join(out) + text[i:]


def end_of_item(text, start):
    """Where the item that begins here ends: behind its block, or behind its semicolon."""
    depth = 0
    for i in range(start, len(text)):
        c = text[i]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0 and c == "}":
                return i + 1
        elif c == ";" and depth == 0:
            return i + 1
    return len(text)


def without_tests(text):
    """The text without what is compiled for tests only."""
    pattern = re.compile(r"#\[cfg\((?:test|all\(test\b[^]]*|any\(test\b[^]]*)\)\]|#\[test\]")
    while match := pattern.search(text):
        start = match.end()
        # Further attributes of the same item.
        while attribute := re.compile(r"\s*#\[[^]]*\]").match(text, start):
            start = attribute.end()
        end = end_of_item(text, start)
        text = text[: match.start()] + re.sub(r"[^\n]", " ", text[match.start() : end]) + text[end:]
    return text


def use_trees(tree, prefix=()):
    """The (path, name) pairs of a `use`: name is "*" for a glob, and None for `as _`."""
    tree = tree.strip()
    if not tree:
        return
    if "{" in tree:
        head, _, rest = tree.partition("{")
        body = rest[: rest.rindex("}")]
        head = tuple(p.strip() for p in head.split("::") if p.strip())
        depth, part = 0, ""
        for c in body + ",":
            if c == "," and depth == 0:
                yield from use_trees(part, prefix + head)
                part = ""
                continue
            depth += {"{": 1, "}": -1}.get(c, 0)
            part += c
        return
    path, _, alias = tree.partition(" as ")
    names = prefix + tuple(p.strip() for p in path.split("::") if p.strip())
    if names[-1] == "self" and len(names) > 1:
        names = names[:-1]
    alias = alias.strip()
    yield list(names), None if alias == "_" else alias or names[-1]


def fill(module, text):
    """Takes in what a module defines and imports; `text` is plain and without tests."""
    body, i, depth = [], 0, 0
    while i < len(text):
        c = text[i]
        if depth == 0 and (c.isalpha() or c == "_") and (i == 0 or not (text[i - 1].isalnum() or text[i - 1] in "_:'#")):
            use = USE.match(text, i)
            if use:
                for names, alias in use_trees(" ".join(use.group(1).split())):
                    if alias == "*":
                        module.globs.append(names[:-1])
                    else:
                        module.imports[alias or f"_{len(module.imports)}"] = names
                body.append(re.sub(r"[^\n]", " ", text[i : use.end()]))
                i = use.end()
                continue
            item = ITEM.match(text, i)
            if item:
                name = item.group(1)
                if re.search(r"\bmod\s+\w+$", item.group()):
                    i = add_child(module, name, text, item.end(), i, body)
                    continue
                module.items.add(name)
                body.append(text[i : item.end()])
                i = item.end()
                continue
            word = re.compile(r"\w+").match(text, i).group()
            body.append(word)
            i += len(word)
            continue
        depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(c, 0)
        body.append(c)
        i += 1
    module.text = "".join(body)
    module.has_macros = bool(re.search(r"(?m)^[a-z_]\w*!\s*[({]", module.text))
    # A `use` inside of a function counts like one of the module.
    for use in USE.finditer(module.text):
        for names, alias in use_trees(" ".join(use.group(1).split())):
            if alias == "*":
                module.globs.append(names[:-1])
            elif alias:
                module.imports.setdefault(alias, names)


def add_child(module, name, text, at, start, body):
    rest = re.compile(r"\s*([;{])").match(text, at)
    if rest and rest.group(1) == "{":
        end = end_of_item(text, at)
        child = Module(name, module, module.file)
        child.line = text.count("\n", 0, at)
        module.children[name] = child
        inner = text[rest.end() : end - 1]
        fill(child, "\n" * text.count("\n", 0, rest.end()) + inner)
        body.append("\n" * text.count("\n", start, end))
        return end
    folder = module.file.parent if module.file.name in ("mod.rs", "lib.rs", "main.rs") else module.file.with_suffix("")
    attribute = re.search(r'#\[path\s*=\s*$', "".join(body)[-80:])
    for file in [folder / f"{name}.rs", folder / name / "mod.rs"]:
        if file.is_file() and not attribute:
            child = Module(name, module, file)
            module.children[name] = child
            fill(child, without_tests(plain(file.read_text())))
    return rest.end() if rest else at


def read_crate(folder):
    root = Module("crate", None, ROOT / folder / "src/lib.rs")
    fill(root, without_tests(plain(root.file.read_text())))
    main = ROOT / folder / "src/main.rs"
    return root, main if main.is_file() else None


def resolve(module, names, seen=frozenset()):
    """The module in which what a path names is defined, as seen from `module`; None for what is not of this crate."""
    key = (module, tuple(names))
    if key in seen or not names:
        return None
    seen = seen | {key}
    first, rest = names[0], list(names[1:])
    if first == "crate":
        return descend(module.above()[0], rest, seen)
    if first == "self":
        return descend(module, rest, seen)
    if first == "super":
        return descend(module.parent, rest, seen) if module.parent else None
    return descend(module, names, seen, reached=False)


def descend(module, names, seen, reached=True):
    """Follows a path from a module; `reached` says that the path led here, so that the next name must be in it."""
    if not names:
        return module
    first, rest = names[0], names[1:]
    if first == "super":
        return descend(module.parent, rest, seen) if module.parent else None
    if first in module.children:
        return descend(module.children[first], rest, seen)
    if first in module.items:
        return module
    if first in module.imports and module.imports[first][0] != first:
        return resolve_import(module, module.imports[first] + list(rest), seen)
    for glob in module.globs:
        found = resolve_import(module, glob + list(names), seen)
        if found:
            return found
    # What a macro defined.
    return module if module.has_macros and reached else None


def resolve_import(module, names, seen):
    """An import's path begins at the crate, at this module's parents, or with a name that is in scope here."""
    if names[0] in ("crate", "self", "super"):
        return resolve(module, names, seen)
    key = (module, tuple(names), "import")
    if key in seen:
        return None
    seen = seen | {key}
    if names[0] in module.children:
        return descend(module.children[names[0]], names[1:], seen)
    if names[0] in module.items:
        return module
    if names[0] in module.imports and module.imports[names[0]][0] != names[0]:
        return resolve_import(module, module.imports[names[0]] + names[1:], seen)
    return None


def uses(module):
    """(module, path) for everything of the crate that a module uses."""
    for names in list(module.imports.values()):
        target = resolve_import(module, names, frozenset())
        if target:
            yield target, "::".join(names)
    for names in module.globs:
        target = resolve_import(module, names, frozenset())
        if target:
            # What a glob brings is known by the names that are used.
            text = set(NAME.findall(module.text))
            for name in sorted(text & (target.items | set(target.imports))):
                found = descend(target, [name], frozenset())
                if found:
                    yield found, "::".join(names + [name])
    for match in PATH.finditer(module.text):
        names = re.split(r"\s*::\s*", match.group(1))
        target = resolve(module, names)
        if target:
            yield target, "::".join(names)


def edges(root):
    """(from, to) -> one path that makes it so, between modules of files."""
    found = {}
    for module in root.all():
        for target, path in uses(module):
            if target is not module:
                found.setdefault((module, target), path)
    return found


def cycles(nodes, out):
    """Groups of nodes that reach each other (Tarjan), each of at least two."""
    index, low, stack, on, groups = {}, {}, [], set(), []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        on.add(node)
        for to in out.get(node, ()):
            if to not in index:
                visit(to)
                low[node] = min(low[node], low[to])
            elif to in on:
                low[node] = min(low[node], index[to])
        if low[node] == index[node]:
            group = []
            while True:
                member = stack.pop()
                on.discard(member)
                group.append(member)
                if member == node:
                    break
            if len(group) > 1:
                groups.append(group)

    for node in nodes:
        if node not in index:
            visit(node)
    return groups


def check_cycles(root, found):
    """Cycles between modules that lie side by side, each with all that is in it."""
    complaints = []
    for parent in root.all():
        out, why = {}, {}
        for (source, target), path in found.items():
            a, b = source.above(), target.above()
            depth = len(parent.above())
            if a[: depth] != b[: depth] or a[depth - 1 : depth] != [parent] or len(a) == depth or len(b) == depth:
                continue
            if a[depth] is not b[depth]:
                out.setdefault(a[depth].name, set()).add(b[depth].name)
                why.setdefault((a[depth].name, b[depth].name), (source, path))
        for group in cycles(list(parent.children), out):
            lines = []
            for a in sorted(group):
                for b in sorted(out.get(a, ())):
                    if b in group:
                        source, path = why[a, b]
                        lines.append(f"    {a} → {b}: {source.file.relative_to(ROOT)} uses {path}")
            complaints.append(f"{parent.path}: a cycle of {', '.join(sorted(group))}\n" + "\n".join(lines))
    return complaints


def check_layers(crate, root, found):
    file = f"{crate}/src/lib.rs"
    layers = LAYER.findall(root.file.read_text())
    if not layers:
        return []
    place = {name: i for i, names in enumerate(layers) for name in names.split()}
    complaints = []
    for name in root.children:
        if name not in place:
            complaints.append(f"{file}: module {name} has no layer; put it into the list")
    for name in place:
        if name not in root.children:
            complaints.append(f"{file}: the layer {name} is no module")
    for (source, target), path in found.items():
        a, b = source.above(), target.above()
        if len(a) > 1 and len(b) > 1 and a[1] is not b[1] and place.get(b[1].name, -1) >= place.get(a[1].name, len(layers)):
            where = source.file.relative_to(ROOT)
            complaints.append(f"{where} calls upwards: {path}, of {b[1].name}, which is not below {a[1].name}")
    return complaints


def main():
    if sys.argv[1:2] == ["--edges"]:
        root, _ = read_crate(sys.argv[2])
        for (source, target), path in sorted(edges(root).items(), key=lambda e: (e[0][0].path, e[0][1].path)):
            print(f"{source.path} → {target.path}    ({path})")
        return 0
    complaints, count = [], 0
    for crate in CRATES:
        root, _ = read_crate(crate)
        found = edges(root)
        count += sum(1 for _ in root.all())
        complaints += check_cycles(root, found) + check_layers(crate, root, found)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    if not complaints:
        print(f"{count} modules, no cycle, nothing calls upwards")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
