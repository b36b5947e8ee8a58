#!/usr/bin/env python3
"""Looks at the Debian package from outside, without root and without a network: `./dev package --test`.

    python3 packaging/test_package.py FOLDER      # of the .deb files; the newest is looked at, the oldest upgraded from

Exits with 77 (skipped) where there is no package. What needs root (dependencies, users, purge) was seen in a fresh system;
docs/operations.md has the commands.
"""

import atexit
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parent.parent
FOLDER = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else SOURCE / "build" / "release" / "package")


def version_key(deb):
    revision = re.search(r"_([\d.]+)-(\d+)_", deb.name)
    return [int(n) for n in revision[1].split(".")] + [int(revision[2])] if revision else []


DEBS = sorted(FOLDER.glob("tansiq_*.deb"), key=version_key)
if not DEBS:
    print(f"skipped: no package in {FOLDER}; ./dev package makes one")
    sys.exit(77)


def run(*words, **more):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=120, **more)


def unpacked(deb):
    root = pathlib.Path(tempfile.mkdtemp(prefix="tansiq-package-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    subprocess.run(["dpkg-deb", "-x", deb, root], check=True)
    subprocess.run(["dpkg-deb", "-e", deb, root / "DEBIAN"], check=True)
    return root


OLD, NEW = unpacked(DEBS[0]), unpacked(DEBS[-1])
os.environ["TANSIQ_PROGRAM"] = str(NEW / "usr/bin/tansiq")
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))
import tansiq as e2e  # noqa: E402  it wants to know the program first
from tansiq import Case, Node, clean_environment, tansiq  # noqa: E402


def unit():
    """The lines of the unit, `Name` → values in order."""
    out = {}
    for line in (NEW / "lib/systemd/system/tansiq.service").read_text().splitlines():
        if re.match(r"[A-Z]\w*=", line):
            name, value = line.split("=", 1)
            out.setdefault(name, []).append(value)
    return out


class Contents(unittest.TestCase):
    def test_has_what_an_operator_needs_and_no_more(self):
        files = {str(p.relative_to(NEW)) for p in NEW.rglob("*") if p.is_file() and "DEBIAN" not in p.parts}
        for wanted in ("usr/bin/tansiq", "usr/bin/tansiq-verify", "lib/systemd/system/tansiq.service", "etc/tansiq/tansiq.toml",
                       "usr/share/bash-completion/completions/tansiq", "usr/share/doc/tansiq/README.md",
                       "usr/share/doc/tansiq/changelog.gz", "usr/share/doc/tansiq/copyright",
                       "usr/share/doc/tansiq/docs/operations.md", "usr/share/doc/tansiq/docs/f3548.md"):
            self.assertIn(wanted, files)
        for file in files:
            self.assertRegex(file, r"^(usr/(bin|share/(doc/tansiq|bash-completion|zsh|fish))|lib/systemd/system|etc/tansiq)/")
            self.assertNotRegex(file, r"\.(key|pem|crt)$", "nobody's keys are in a package")
        self.assertFalse(any(p.startswith("var/") for p in files))

    def test_nobody_but_root_may_write_it(self):
        for path in NEW.rglob("*"):
            if "DEBIAN" in path.parts or path.is_symlink():
                continue
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode, 0o755 if path.is_dir() or path.parent.name == "bin" else 0o644, path)

    def test_has_no_debug_sections(self):
        for name in ("tansiq", "tansiq-verify"):
            self.assertNotIn(".debug_info", run("readelf", "-S", "-W", NEW / "usr/bin" / name).stdout)

    def test_an_upgrade_keeps_an_edited_configuration(self):
        self.assertEqual((NEW / "DEBIAN/conffiles").read_text(), "/etc/tansiq/tansiq.toml\n")

    def test_depends_on_the_libraries_it_loads(self):
        depends = run("dpkg-deb", "-f", DEBS[-1], "Depends").stdout
        for package in ("libc6", "libssl3", "libsqlite3-0", "libsodium23", "adduser"):
            self.assertIn(package, depends)

    def test_a_purge_leaves_the_record(self):
        for script in ("postinst", "prerm", "postrm"):
            text = (NEW / "DEBIAN" / script).read_text()
            self.assertEqual(run("sh", "-n", NEW / "DEBIAN" / script).returncode, 0)
            self.assertNotRegex(text, r"rm[^\n]*/var/lib/tansiq", script)
            self.assertNotRegex(text, r"(deluser|userdel)", script)

    def test_the_configuration_is_the_programs_own(self):
        file = NEW / "etc/tansiq/tansiq.toml"
        self.assertEqual(tansiq("serve", "--config", file, "--print-config").out, file.read_text())


class Unit(Case):
    def test_systemd_takes_it(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not here")
        file = self.folder / "tansiq.service"
        text = (NEW / "lib/systemd/system/tansiq.service").read_text()
        file.write_text(text.replace("/usr/bin/tansiq", str(NEW / "usr/bin/tansiq")))
        checked = run("systemd-analyze", "verify", "--man=no", file)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""))
        # From 0 (nothing can be done) to 10, in tenths.
        exposure = run("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", file)
        self.assertEqual(exposure.returncode, 0, exposure.stdout + exposure.stderr)

    def test_the_clock_can_be_read(self):
        """A node that does not know its clock's bound grants nothing: what forbids adjtimex forbids the node its work."""
        self.assertNotIn("ProtectClock", unit())
        self.assertIn("adjtimex", self.allowed())
        self.assertIn("clock_adjtime", self.allowed())

    def test_the_node_makes_no_call_that_is_filtered(self):
        if not shutil.which("strace"):
            self.skipTest("strace is not here")
        data = found(self)
        trace = self.folder / "trace"
        strace = self.folder / "strace"
        # Serves, files, reloads, stops, and starts again from the snapshot, seen by strace.
        strace.write_text(f'#!/bin/sh\nexec strace -f -qq -o {trace}.$$ -e signal=none {NEW}/usr/bin/tansiq "$@"\n')
        strace.chmod(0o755)
        before = e2e.PROGRAM
        e2e.PROGRAM = str(strace)
        self.addCleanup(setattr, e2e, "PROGRAM", before)
        for round_ in range(2):
            node = Node(data, "--no-develop", "--kernel-clock")
            e2e.PROGRAM = before
            self.ok(file_intent(node, data, f"I{round_}", shift=2 * round_))
            child = int(run("pgrep", "-P", node.process.pid).stdout.split()[0])
            os.kill(child, signal.SIGHUP)
            self.ok(file_intent(node, data, f"J{round_}", shift=2 * round_ + 1))
            os.kill(child, signal.SIGTERM)
            self.assertEqual(node.process.wait(60), 0)
            e2e.PROGRAM = str(strace)
        called = set()
        for file in self.folder.glob("trace.*"):
            called |= set(re.findall(r"^\d+ +(?:<\.\.\. )?([a-z]\w*)(?:\(| resumed)", file.read_text(errors="replace"), re.M))
        self.assertIn("adjtimex" if "adjtimex" in called else "clock_adjtime", called)
        self.assertIn("fdatasync" if "fdatasync" in called else "fsync", called)
        # execve is the manager's, before the filter. SQLite gives files back to their owner only when it runs as root.
        expected = {"execve"} | ({"fchown"} if os.geteuid() == 0 else set())
        self.assertEqual(called - self.allowed() - expected, set())

    def allowed(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not here")
        out = set()
        for value in unit()["SystemCallFilter"]:
            words = value.lstrip("~").split()
            named = set().union(*(calls(word) for word in words))
            out = out - named if value.startswith("~") else out | named
        return out


def calls(word):
    if not word.startswith("@"):
        return {word}
    out = set()
    for line in run("systemd-analyze", "syscall-filter", "--no-pager", word).stdout.splitlines()[1:]:
        name = line.strip()
        if name and not name.startswith("#"):
            out |= calls(name)
    return out


def found(case, name="us"):
    data = case.folder / name
    case.ok(tansiq("init", data, "--authority", name))
    case.ok(tansiq("charter", "add-zone", data / "charter.json", "--id", "K1", "--owner", name, "--circle", "50,40",
                   "--radius", "20nm"))
    case.ok(tansiq("charter", "sign", data / "charter.json", "--key", data / "node.key"))
    return data


def file_intent(node, data, name, shift=0):
    token = tansiq("token", "mint", "--data", data, "--subject", "us", "--scope", "intents.read,intents.file").out.strip()
    return node.run("intent", "file", "--id", name, "--circle", "50,40", "--radius", "1nm", "--band", "FL190-FL210",
                    "--window", f"now+{1 + shift}h/+30m", "--token", token)


class Upgrade(Case):
    def test_an_upgrade_in_place_keeps_the_log(self):
        """The old package's program writes a record and is stopped as by postinst; the new one's goes on with it."""
        data = found(self)
        scopes = "intents.read,intents.file,log.read"
        token = self.ok(tansiq("token", "mint", "--data", data, "--subject", "us", "--scope", scopes)).out.strip()
        before = e2e.PROGRAM
        self.addCleanup(setattr, e2e, "PROGRAM", before)
        seen = []
        for root in (OLD, NEW):
            e2e.PROGRAM = str(root / "usr/bin/tansiq")
            file = self.folder / "tansiq.toml"
            file.write_text((root / "etc/tansiq/tansiq.toml").read_text().replace("/var/lib/tansiq", str(data)))
            node = Node(data, "--config", file)
            if not seen:
                self.ok(file_intent(node, data, "FIRST"))
                self.ok(file_intent(node, data, "SECOND", shift=2))
                self.assertIn("refused", node.run("intent", "file", "--id", "THIRD", "--circle", "50,40", "--radius", "1nm",
                                                  "--band", "FL190-FL210", "--window", "now+1h/+30m", "--token", token).out)
            seen.append(self.ok(node.run("intent", "list", "--token", token, "--json")).out)
            if len(seen) == 2:
                self.ok(file_intent(node, data, "FOURTH", shift=4))
            self.assertEqual(node.stop(), 0)
            verified = self.ok(tansiq("log", "verify", data))
            self.assertIn("GOOD", verified.out)
        self.assertEqual(seen[0], seen[1])
        self.assertIn("FIRST", seen[0])
        self.assertIn("no difference", self.ok(tansiq("log", "audit", data)).out)
        # The auditor's program has the same opinion of a copy.
        self.ok(tansiq("log", "export", data, self.folder / "copy"))
        key = self.ok(tansiq("key", "show", data / "node.key")).out.strip()
        checked = run(NEW / "usr/bin/tansiq-verify", self.folder / "copy", "--key", key, env=clean_environment())
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


def fetch(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.status, answer.headers, answer.read()


class Console(Case):
    def test_the_packaged_program_serves_it(self):
        data = found(self)
        node = Node(data, "--no-develop")
        self.addCleanup(node.kill)
        status, headers, page = fetch(node.url + "/", Accept="text/html")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        named = re.findall(r'(?:src|href)="\./([^"]+)"', page.decode())
        self.assertTrue(any(name.endswith(".js") for name in named), page.decode())
        types = {".js": "javascript", ".css": "text/css", ".svg": "image/svg+xml"}
        for name in named:
            with self.subTest(name):
                _, headers, content = fetch(f"{node.url}/{name}")
                self.assertIn(types[pathlib.PurePath(name).suffix], headers["Content-Type"])
                self.assertTrue(content)
        # Its own map of the world is there without an operator's.
        read = {}
        wanted = {name for name in named if name.endswith(".js")}
        while wanted:
            name = wanted.pop()
            read[name] = fetch(f"{node.url}/{name}")[2]
            wanted |= {f"assets/{other.decode()}" for other in re.findall(rb'"\./([\w.-]+\.js)"', read[name])} - read.keys()
        maps = set(re.findall(rb"countries-[\w-]+\.json", b"".join(read.values())))
        self.assertEqual(len(maps), 1, maps)
        self.assertIn(b"Topology", fetch(f"{node.url}/assets/{maps.pop().decode()}")[2][:64])
        self.assertEqual(node.stop(), 0)

    def test_an_operators_map_is_served_to_who_may_see_it(self):
        data = found(self)
        content = b"PMTiles\x03" + bytes(range(200))
        (self.folder / "region.pmtiles").write_bytes(content)
        config = self.folder / "tansiq.toml"
        config.write_text('[console]\nmap = "region.pmtiles"\n')
        node = Node(data, "--no-develop", "--config", config)
        self.addCleanup(node.kill)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            fetch(node.url + "/map.pmtiles")
        self.assertEqual(refused.exception.code, 401)
        token = self.ok(tansiq("token", "mint", "--data", data, "--subject", "us", "--scope", "intents.read")).out.strip()
        status, headers, part = fetch(node.url + "/map.pmtiles", Authorization="Bearer " + token, Range="bytes=7-9")
        self.assertEqual((status, headers["Content-Range"], part), (206, f"bytes 7-9/{len(content)}", content[7:10]))
        self.assertEqual(node.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
