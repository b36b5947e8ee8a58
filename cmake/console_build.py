#!/usr/bin/env python3
"""Builds the console (web/) and writes it out as read-only data for the node.

  console_build.py --web web --contract src/node/openapi.yaml --cache build/console --out DIR [--without]

Writes DIR/console_assets.cc and DIR/console_assets.bin, which it includes: each file as it is and, where that is smaller,
compressed. Nothing is touched whose content is the same, so that a build goes on from there.

npm runs only where something has changed: `npm ci` where what is installed is not what package-lock.json says, `npm run
build` where a file of web/ (or the contract, of which its types are made) differs from the build before. The last build
stands in the cache folder, for every preset; one preset at a time builds.

Without npm, or where its registry is not reached and nothing is installed, the node is built without a console and says so;
a console that does not compile fails the build.
"""

import argparse
import fcntl
import gzip
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys

# Made by the build, or for tests and measurements; not part of what is built.
MADE = {"node_modules", "dist", "test-results", "playwright-report", "tests", "bench"}
MADE_FILES = {"src/api/schema.d.ts"}
FILES_MAX = 512
BYTES_MAX = 32 << 20


class WithoutConsole(Exception):
    """There is no way to build it here."""


def say(text):
    print(f"console: {text}", file=sys.stderr, flush=True)


def sources(web):
    for folder, folders, names in os.walk(web):
        here = pathlib.Path(folder)
        folders[:] = sorted(name for name in folders if not (here == web and name in MADE))
        for name in sorted(names):
            path = here / name
            shown = path.relative_to(web).as_posix()
            if shown not in MADE_FILES and not name.endswith((".test.ts", ".swp", "~")):
                yield shown, path


def fingerprint(web, contract):
    all_of_it = hashlib.sha256()
    for name, path in [*sources(web), ("contract", contract)]:
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # An editor's own file, gone since.
            continue
        all_of_it.update(f"{name}\0{len(content)}\0".encode())
        all_of_it.update(content)
    return all_of_it.hexdigest()


def installed_fits(web):
    """Whether node_modules holds what the lock file says: npm notes there what it has installed."""
    try:
        wanted = json.loads((web / "package-lock.json").read_text())["packages"]
        there = json.loads((web / "node_modules/.package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return False
    for place, package in wanted.items():
        if not place or package.get("link"):
            continue
        installed = there.get(place)
        if installed is None:
            if package.get("optional") or package.get("peer") or package.get("devOptional"):
                continue
            return False
        if installed.get("version") != package.get("version") or installed.get("integrity") != package.get("integrity"):
            return False
    return True


def npm(web, *words):
    environment = {**os.environ, "CI": "1", "NO_UPDATE_NOTIFIER": "1", "npm_config_update_notifier": "false"}
    return subprocess.run(["npm", *words], cwd=web, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")


def build(web, contract, cache):
    """The folder with the built console, fresh."""
    if not (web / "package.json").is_file():
        raise WithoutConsole("there is no web/package.json")
    wanted = fingerprint(web, contract)
    stamp, dist = cache / "stamp", cache / "dist"
    if dist.is_dir() and stamp.is_file() and stamp.read_text() == wanted:
        return dist
    if shutil.which("npm") is None:
        raise WithoutConsole("npm is not here (./dev setup installs it)")
    if not installed_fits(web):
        say("fetching what it is built with (npm ci)")
        fetched = npm(web, "ci")
        if fetched.returncode != 0:
            raise WithoutConsole(f"npm ci failed:\n{fetched.stdout}")
    say("building")
    built = npm(web, "run", "build")
    if built.returncode != 0:
        sys.exit(f"console: npm run build failed; -D TANSIQ_CONSOLE=OFF builds the node without a console\n{built.stdout}")
    fresh = cache / "dist.new"
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(web / "dist", fresh)
    stamp.unlink(missing_ok=True)
    shutil.rmtree(dist, ignore_errors=True)
    fresh.rename(dist)
    stamp.write_text(wanted)
    return dist


def write_if_changed(path, content):
    if path.is_file() and path.read_bytes() == content:
        return
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(content)
    beside.rename(path)


def text_literal(text):
    return json.dumps(text, ensure_ascii=True)


HEAD = """// Made by cmake/console_build.py. Do not edit.
#include "node/console_assets.h"

"""

NONE = HEAD + """namespace tansiq::node {

std::span<const ConsoleAsset> console_assets() { return {}; }

}  // namespace tansiq::node
"""


def write_none(out):
    write_if_changed(out / "console_assets.bin", b"")  # What depends on it need not be made again and again.
    write_if_changed(out / "console_assets.cc", NONE.encode())


def embed(dist, out):
    files = sorted(path for path in dist.rglob("*") if path.is_file() and path.suffix != ".map")
    if dist / "index.html" not in files:
        sys.exit(f"console: {dist} has no index.html")
    data = bytearray()
    rows = []
    for path in files:
        raw = path.read_bytes()
        packed = gzip.compress(raw, 9, mtime=0)
        if len(packed) * 10 > len(raw) * 9:  # Pictures and fonts are compressed already.
            packed = b""
        places = []
        for part in (raw, packed):
            places.append((len(data), len(part)))
            data += part
        name = "/" + path.relative_to(dist).as_posix()
        rows.append((name, hashlib.sha256(raw).hexdigest()[:32], *places))
    if len(rows) > FILES_MAX or len(data) > BYTES_MAX:
        sys.exit(f"console: {len(rows)} files with {len(data)} bytes are more than a console should have")
    binary = out / "console_assets.bin"
    write_if_changed(binary, bytes(data))
    content = hashlib.sha256(data).hexdigest()
    text = HEAD
    text += "#include <array>\n\n"
    text += f"// Content: {content}\n__asm__(\n"
    text += '    ".section .rodata\\n"\n    ".global tansiq_console_begin\\n"\n    "tansiq_console_begin:\\n"\n'
    text += f'    ".incbin {text_literal(text_literal(str(binary)))[1:-1]}\\n"\n'
    text += '    ".byte 0\\n"\n    ".text\\n");\n\nextern "C" const char tansiq_console_begin[];\n\n'
    text += "namespace tansiq::node {\n\nstd::span<const ConsoleAsset> console_assets() {\n"
    text += "  const auto at = [](std::size_t begin, std::size_t bytes) {\n"
    text += "    return std::string_view(tansiq_console_begin + begin, bytes);\n  };\n"
    text += f"  static const std::array<ConsoleAsset, {len(rows)}> kAssets{{{{\n"
    for name, tag, (raw_at, raw_bytes), (packed_at, packed_bytes) in rows:
        text += f"      {{{text_literal(name)}, {text_literal(tag)}, at({raw_at}, {raw_bytes}), at({packed_at}, {packed_bytes})}},\n"
    text += "  }};\n  return kAssets;\n}\n\n}  // namespace tansiq::node\n"
    write_if_changed(out / "console_assets.cc", text.encode())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--web", type=pathlib.Path, required=True)
    parser.add_argument("--contract", type=pathlib.Path, required=True)
    parser.add_argument("--cache", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--without", action="store_true", help="write a node without a console")
    parser.add_argument("--required", action="store_true", help="fail where there is no way to build it")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.without:
        write_none(args.out)
        return
    args.cache.mkdir(parents=True, exist_ok=True)
    with open(args.cache / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            embed(build(args.web.resolve(), args.contract.resolve(), args.cache.resolve()), args.out.resolve())
        except WithoutConsole as why:
            if args.required:
                sys.exit(f"console: {why}")
            say(f"this node is built without a console: {why}")
            write_none(args.out)


if __name__ == "__main__":
    main()
