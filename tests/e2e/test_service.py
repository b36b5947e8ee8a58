"""The node as a service: its configuration file, what it says to a service manager, and a first start without a node."""

import os
import re
import shlex
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from tansiq import PROGRAM, SOURCE, TIMEOUT_S, Case, Node, clean_environment, main, tansiq

UNAVAILABLE = 69  # exit status


class ServiceTest(Case):
    def found(self, name):
        """A folder as after `tansiq init` and signing, for one authority alone."""
        data = self.folder / name
        self.ok(tansiq("init", data, "--authority", name))
        self.ok(tansiq("charter", "add-zone", data / "charter.json", "--id", "K1", "--owner", name, "--circle", "50,40",
                       "--radius", "20nm"))
        self.ok(tansiq("charter", "sign", data / "charter.json", "--key", data / "node.key"))
        return data

    def test_the_packages_file_serves(self):
        """packaging/tansiq.toml is a configuration as it stands; only the folder is another here."""
        data = self.found("us")
        file = self.folder / "tansiq.toml"
        text = (SOURCE / "packaging" / "tansiq.toml").read_text()
        self.assertIn('\ndata = "/var/lib/tansiq"\n', text)
        file.write_text(text.replace("/var/lib/tansiq", str(data)))
        node = Node(data, "--config", file)
        self.assertEqual(node.hello["authority"], "us")
        self.assertFalse(node.hello["develop"])
        self.assertEqual(node.stop(), 0)

    def test_the_operators_chapter(self):
        """docs/operations.md, "With the Debian package": what the node's user types, in its order."""
        page = (SOURCE / "docs" / "operations.md").read_text()
        chapter = page[page.index("## With the Debian package"):].split("\n## ")[0]
        data, backups, file = self.folder / "lib", self.folder / "backups", self.folder / "tansiq.toml"
        backups.mkdir()
        file.write_text(f'data = "{data}"\nlisten = "127.0.0.1:0"\n')
        places = {"/etc/tansiq/tansiq.toml": file, "/var/backups/tansiq": backups, "/var/lib/tansiq": data}
        ran = []
        for line in re.findall(r"^# (as_node .*|systemctl enable .*)$", chapter, re.M):
            if line.startswith("systemctl"):
                self.nodes.append(Node(data, "--config", file))
                continue
            words = line.split(" | ")[0]
            for place, here in places.items():
                words = words.replace(place, str(here))
            self.ok(tansiq(*shlex.split(words)[1:]))
            ran.append(words.split()[1])
        self.assertEqual(set(ran), {"init", "charter", "serve", "token", "backup", "log"})
        self.assertIn("GOOD", self.ok(tansiq("log", "verify", data)).out)

    def test_print_config_says_what_the_words_come_to(self):
        printed = self.ok(tansiq("serve", "--data", "/d", "--no-develop", "--listen", "[::1]:99", "--print-config")).out
        self.assertIn('\nlisten = "[::1]:99"\n', printed)
        self.assertIn("\n#io_threads = 1\n", printed)
        file = self.folder / "c.toml"
        file.write_text(printed)
        self.assertEqual(self.ok(tansiq("serve", "--config", file, "--print-config")).out, printed)

    def test_a_start_before_init_says_what_to_do(self):
        """Nothing is made by itself: whose node this is, nobody has said."""
        data = self.folder / "empty"
        data.mkdir(mode=0o700)
        file = self.folder / "tansiq.toml"
        file.write_text(f'data = "{data}"\n')
        self.fails(tansiq("serve", "--config", file), 66, f"tansiq init {data} --authority ID")
        self.assertEqual(list(data.iterdir()), [])
        self.ok(tansiq("init", data, "--authority", "us"))
        self.fails(tansiq("serve", "--config", file), 66, f"tansiq charter sign {data}/charter.json")

    def test_a_service_manager_hears_ready_and_stopping(self):
        data = self.found("us")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            address = str(self.folder / "notify")
            manager.bind(address)
            manager.settimeout(TIMEOUT_S)
            node = subprocess.Popen([PROGRAM, "serve", "--data", data, "--no-develop", "--listen", "127.0.0.1:0"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    env=clean_environment(NOTIFY_SOCKET=address))
            self.addCleanup(node.kill)
            ready = manager.recv(4096).decode().splitlines()
            self.assertEqual(ready[0], "READY=1")
            # It serves from then on.
            url = ready[1].rsplit(" at ", 1)[1]
            token = self.ok(tansiq("token", "mint", "--data", data, "--subject", "us", "--scope", "intents.read")).out.strip()
            self.ok(tansiq("zone", "list", "--node", url, "--token", token))
            node.send_signal(signal.SIGTERM)
            self.assertIn("STOPPING=1", manager.recv(4096).decode().splitlines())
            self.assertEqual(node.wait(TIMEOUT_S), 0)

    def test_a_node_that_is_still_opening_can_be_stopped(self):
        """A long record takes a while to read. Here a record that somebody else has locked stands for it."""
        data = self.found("us")
        self.assertEqual(Node(data).stop(), 0)
        other = sqlite3.connect(data / "log.db", isolation_level=None)
        self.addCleanup(other.close)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for _ in range(3):
            code = self.stopped_while_it_opens(data)
            # It waits for the record, but not for ever: on a busy machine that can be over before it is asked to stop.
            if code != UNAVAILABLE:
                break
        self.assertEqual(code, -signal.SIGTERM)

    def stopped_while_it_opens(self, data):
        node = subprocess.Popen([PROGRAM, "serve", "--data", data, "--no-develop", "--listen", "127.0.0.1:0"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
        self.addCleanup(node.kill)
        until = time.monotonic() + TIMEOUT_S
        while node.poll() is None and not self.holds_signals(node.pid):
            self.assertLess(time.monotonic(), until)
        node.send_signal(signal.SIGTERM)
        return node.wait(TIMEOUT_S)

    @staticmethod
    def holds_signals(pid):
        """Whether the program has taken its signals into its own hands: before, any of them ends it anyway."""
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            blocked = next(int(line.split()[1], 16) for line in status if line.startswith("SigBlk"))
        return bool(blocked >> (signal.SIGTERM - 1) & 1)

    def test_a_node_that_cannot_start_is_never_ready(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            address = str(self.folder / "notify")
            manager.bind(address)
            manager.setblocking(False)
            self.fails(tansiq("serve", "--data", self.folder / "none", "--no-develop",
                              env=clean_environment(NOTIFY_SOCKET=address)), 66, "tansiq init")
            with self.assertRaises(BlockingIOError):
                manager.recv(4096)


if __name__ == "__main__":
    main()
