#!/usr/bin/env python3
"""Tidies the tree: rules about files that the compiler does not check. Prints each violation; exit status 1 if any.

Run by `./dev lint` and by ctest (tidy.tree). The rules:
  T1  includes follow the layering of cmake/layers.cmake: a folder includes only itself and the folders it may use
  T2  third-party headers stay where DESIGN puts them (S2 and GeographicLib in geo, SQLite in store, Asio in net, ...)
  T3  coroutines, and the g++ 12 pitfalls with them, only in net and node; threads and clocks never in core, geo, log;
      unordered containers there only where a comment beside them says "never iterated"
  T4  every folder of src/ has a README.md of at most 90 lines
  T5  headers have #pragma once and begin with a comment that says what the file is for; so do .cc files of programs
  T6  no source file is longer than 700 lines, no line longer than 160 characters
  T7  documents' relative links point to files that exist
  T8  no tabs, no trailing white space, a newline at the end
  T9  docs/entries.md has a row for each entry of coordination, of the registry of F3548 and of the supplier, with its members, its log,
      and no other rows
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
violations = []


def report(rule, path, message):
    violations.append(f"{rule} {path}: {message}")


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    return sorted(p for p in out.stdout.split("\n") if p and (ROOT / p).is_file())


def layers():
    table = {}
    for line in (ROOT / "cmake/layers.cmake").read_text().splitlines():
        found = re.match(r'set\(TANSIQ_LAYER_(\w+) "?([\w ]*)"?\)', line)
        if found:
            table[found.group(1)] = set(found.group(2).split())
    return table


# Header prefix -> folders that may include it (tests, benchmarks and figures of a folder are free to use oracles).
THIRD_PARTY = {
    "s2/": {"geo"},
    "GeographicLib/": {"geo"},
    "sqlite3.h": {"store"},
    "boost/asio": {"net"},
    "boost/beast": {"net"},
    "boost/json": {"base"},
    "CLI/": {"cli"},
    "prometheus/": {"node"},
    "toml++/": {"formats", "node", "cli"},
    "pugixml": {"formats"},
    "unicode/": {"talks"},
    "sodium.h": {"log", "net", "core", "node"},
    "openssl/": {"log", "net", "core"},
}
ORACLE = re.compile(r"_(test|testlib|bench|fuzz|figures)\.(cc|h)$")
PURE = {"core", "coordination", "f3548", "geo", "log", "uss"}
IMPURE = re.compile(r"\b(std::(thread|jthread|mutex|async|random_device)|system_clock|steady_clock|std::unordered_)")
# Verification runs on two threads and exports write files: log is a library of functions, not deciding code.
IMPURE_ALLOWED = {"src/log/verify.cc", "src/log/export.cc", "src/log/directory_source.cc"}


def check_source(path, table):
    text = (ROOT / path).read_text()
    lines = text.split("\n")
    folder = path.split("/")[1] if path.startswith("src/") else None
    oracle = bool(ORACLE.search(path))
    for number, line in enumerate(lines, 1):
        if len(line) > 160:
            report("T6", f"{path}:{number}", f"{len(line)} characters; at most 160")
        found = re.match(r'\s*#include\s+["<]([^">]+)[">]', line)
        if not found or folder is None:
            continue
        header = found.group(1)
        if line.lstrip().startswith("#include \""):
            top = header.split("/")[0] if "/" in header else None
            if top in (None, ".."):
                report("T1", f"{path}:{number}", f'write "{folder}/…" from the root of src, not "{header}"')
            elif top in table and top != folder and top not in table.get(folder, set()):
                report("T1", f"{path}:{number}", f"{folder} may not use {top}")
        if not oracle:
            for prefix, folders in THIRD_PARTY.items():
                if header.startswith(prefix) and folder not in folders:
                    report("T2", f"{path}:{number}", f"{header} belongs to {', '.join(sorted(folders))}")
                if header.startswith(("s2/", "GeographicLib/", "boost/asio", "boost/beast")) and path.endswith(".h") \
                        and header.startswith(prefix) and not re.search(r"(_impl|_internal|_detail)\.h$", path):
                    report("T2", f"{path}:{number}", f"{header} stays out of headers")
    if folder not in ("net", "node") and re.search(r"\bco_(await|yield|return)\b", re.sub(r"//.*", "", text)):
        report("T3", path, "coroutines live in net and node only")
    if folder in PURE and not oracle and path not in IMPURE_ALLOWED and not path.endswith("_main.cc"):
        for number, line in enumerate(lines, 1):
            lookup_only = any("never iterated" in near for near in lines[max(0, number - 3):number])
            if IMPURE.search(re.sub(r"//.*", "", line)) and not (lookup_only and "unordered" in line):
                report("T3", f"{path}:{number}", "threads, clocks and unordered containers stay out of pure code")
    if path.endswith(".h") and "#pragma once" not in text:
        report("T5", path, "no #pragma once")
    if folder and path.endswith(".h") and not text.startswith("//"):
        report("T5", path, "begin with a comment that says what the file is for")
    if len(lines) > 700:
        report("T6", path, f"{len(lines)} lines: split by idea")


def check_document(path):
    text = (ROOT / path).read_text()
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" in target or target.startswith(("mailto:", "/")):
            continue
        if not ((ROOT / path).parent / target).exists():
            report("T7", path, f"link to {target}, which does not exist")


def members_of(described):
    """The fields of a struct of the headers as docs/entries.md spells them: `?` may be absent, `[]` is a list."""
    for name, member in re.findall(r'field\("(\w+)", &\w+::(\w+)\)', described):
        declared = re.search(rf"^ *(\S.*?) {member}(?: = [^;]*)?;", described, re.M)
        declared = declared[1] if declared else ""
        yield name + ("?" if "optional<" in declared else "[]" if "vector<" in declared else "")


def check_entries():
    document = "docs/entries.md"
    wanted = {}
    for header in sorted((ROOT / "src/coordination").glob("*_entries.h")):
        for described in re.split(r"^struct ", header.read_text(), flags=re.M)[1:]:
            kind = re.search(r'kType = "([^"]+)"', described)
            if kind:
                audience = re.search(r"kAudience = Audience::k(\w+);", described)
                log = {None: "pair", "Own": "main", "Members": "members"}[audience and audience[1]]
                wanted[kind[1]] = f"`{', '.join(members_of(described))}` | {log}"
    for header in ("src/f3548/registry_entries.h", "src/uss/records.h"):
        for described in re.split(r"^struct ", (ROOT / header).read_text(), flags=re.M)[1:]:
            kind = re.search(r'kType = "([^"]+)"', described)
            if kind:
                wanted[kind[1]] = f"`{', '.join(members_of(described))}` | main"
    text = (ROOT / document).read_text().split("## Entries of coordination")[-1]
    found = dict(re.findall(r"^\| `([^`]+)` \| (`[^`]*` \| \w+) \|", text, re.M))
    for kind in sorted(wanted.keys() | found.keys()):
        if wanted.get(kind) != found.get(kind):
            report("T9", document, f"{kind}: the headers say {wanted.get(kind)}, the document {found.get(kind)}")


def main():
    table = layers()
    files = tracked()
    for path in files:
        if path.endswith((".h", ".cc")):
            check_source(path, table)
        if path.endswith(".md"):
            check_document(path)
        if path.endswith((".h", ".cc", ".md", ".py", ".sh", ".cmake", ".yaml", ".txt")) and "/corpus/" not in path \
                and "/golden/" not in path:
            raw = (ROOT / path).read_text(errors="replace")
            if "\t" in raw:
                report("T8", path, "has a tab")
            if re.search(r"[ \t]+$", raw, re.M):
                report("T8", path, "has trailing white space")
            if raw and not raw.endswith("\n"):
                report("T8", path, "does not end in a newline")
    for folder in sorted({p.split("/")[1] for p in files if p.startswith("src/")}):
        readme = ROOT / "src" / folder / "README.md"
        if not readme.exists():
            report("T4", f"src/{folder}", "has no README.md")
        elif len(readme.read_text().splitlines()) > 90:
            report("T4", f"src/{folder}/README.md", "longer than a page (90 lines)")
    check_entries()
    for line in violations:
        print(line)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
