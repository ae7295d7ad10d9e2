#!/usr/bin/env python3
"""Lists the licences of what the program and the page contain, from `cargo metadata`: `./x licences [FILE]`.

    python3 tools/licences.py            # writes THIRD-PARTY.md
    python3 tools/licences.py --check    # says whether it is up to date
    python3 tools/licences.py --texts F  # the licence texts themselves, each once, into F: for whoever gives a build away
"""

import hashlib
import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIST = ROOT / "THIRD-PARTY.md"
PARTS = [
    ("program", "transfermap-trainer", "x86_64-unknown-linux-gnu"),
    ("page", "transfermap-viewer", "wasm32-unknown-unknown"),
]


def contained(package, platform):
    """The packages that a build of `package` contains: its normal dependencies, and theirs."""
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", platform]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    packages = {p["id"]: p for p in metadata["packages"]}
    nodes = {n["id"]: n for n in metadata["resolve"]["nodes"]}
    start = next(id for id, p in packages.items() if p["name"] == package)
    seen, open_ = set(), [start]
    while open_:
        id = open_.pop()
        if id in seen:
            continue
        seen.add(id)
        # Procedural macros run while compiling, and nothing of them is in the result.
        if any("proc-macro" in target["kind"] for target in packages[id]["targets"]):
            continue
        open_ += [d["pkg"] for d in nodes[id]["deps"] if any(k["kind"] is None for k in d["dep_kinds"])]
    return [packages[id] for id in seen if packages[id]["source"]]


def listing(found):
    lines = [
        "# Software of others in transfermap",
        "",
        "Made by `./x licences`; what the program and the page contain, with the licence that each package names.",
        "",
        "| package | version | licence | in |",
        "| --- | --- | --- | --- |",
    ]
    for (name, version), (package, parts) in sorted(found.items()):
        licence = package["license"] or f"see {package['license_file']}"
        lines.append(f"| {name} | {version} | {licence.replace('/', ' OR ')} | {', '.join(parts)} |")
    return "\n".join(lines) + "\n"


def texts(found):
    by_text = {}
    for (name, version), (package, _) in sorted(found.items()):
        folder = pathlib.Path(package["manifest_path"]).parent
        for path in sorted(folder.iterdir()):
            if path.is_file() and path.name.upper().startswith(("LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE")):
                text = path.read_text(errors="replace").strip()
                key = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
                by_text.setdefault(key, (text, []))[1].append(f"{name} {version}")
    return "\n".join(f"{'=' * 80}\n{', '.join(names)}\n\n{text}\n" for text, names in by_text.values())


def main():
    found = {}
    for part, package, platform in PARTS:
        for p in contained(package, platform):
            found.setdefault((p["name"], p["version"]), (p, []))[1].append(part)
    without = [f"{n} {v}" for (n, v), (p, _) in found.items() if not p["license"] and not p["license_file"]]
    if without:
        sys.exit(f"no licence is named by {', '.join(without)}")
    words = sys.argv[1:]
    if words[:1] == ["--texts"]:
        pathlib.Path(words[1]).write_text(texts(found))
    elif words == ["--check"]:
        if not LIST.exists() or LIST.read_text() != listing(found):
            sys.exit(f"{LIST.name} is not what Cargo.lock says; `./x licences` writes it")
    else:
        LIST.write_text(listing(found))
        print(f"{LIST.name}: {len(found)} packages")


main()
