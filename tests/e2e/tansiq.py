"""Runs the real `tansiq` program: commands, nodes, and what they printed. Standard library only."""

import atexit
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ.get("TANSIQ_PROGRAM") or sys.exit("set TANSIQ_PROGRAM to the tansiq program")
SOURCE = pathlib.Path(__file__).resolve().parent.parent.parent
SHARED = pathlib.Path(os.environ.get("TANSIQ_SHARED", SOURCE / ".." / "shared"))
TIMEOUT_S = 120
RESERVED = []


def clean_environment(**extra):
    """The environment of a person who has configured nothing."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("TANSIQ_") and k != "XDG_STATE_HOME"}
    env["TERM"] = "dumb"
    env.update(extra)
    return env


def free_port(kind=socket.SOCK_STREAM):
    """A port of loopback. A TCP port is kept until this process ends: no other is given it, and who listens reuses the address."""
    probe = socket.socket(socket.AF_INET, kind)
    if kind == socket.SOCK_STREAM:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    if kind == socket.SOCK_STREAM:
        RESERVED.append(probe)
    else:
        probe.close()
    return port


class Ran:
    def __init__(self, process):
        self.code, self.out, self.err = process.returncode, process.stdout, process.stderr

    def __repr__(self):
        return f"exit code {self.code}\nstdout: {self.out}\nstderr: {self.err}"

    def json(self):
        return json.loads(self.out)

    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


def tansiq(*words, cwd=None, stdin=None, env=None):
    process = subprocess.run([PROGRAM, *map(str, words)], cwd=cwd, input=stdin, capture_output=True, text=True,
                             timeout=TIMEOUT_S, env=env or clean_environment())
    return Ran(process)


class Node:
    """A running `tansiq serve`. Ready when it has said where it listens."""

    def __init__(self, data, *options, listen="127.0.0.1:0", env=None):
        self.data = pathlib.Path(data)
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--json", "--data", str(data), "--listen", listen, *map(str, options)],
            stdout=subprocess.PIPE, stderr=self.log, text=True, env=env or clean_environment())
        atexit.register(self.kill)
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(TIMEOUT_S)
            raise RuntimeError(f"serve ended with {self.process.returncode}: {self.stderr()}")
        self.hello = json.loads(line)
        self.url = self.hello["url"]

    def stderr(self):
        self.log.seek(0)
        return self.log.read()

    def run(self, *words, **kwargs):
        return tansiq(*words, "--node", self.url, "--data", self.data, **kwargs)

    def stop(self, with_signal=signal.SIGTERM):
        self.process.send_signal(with_signal)
        return self.process.wait(TIMEOUT_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tansiq-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.nodes = []

    def tearDown(self):
        for node in self.nodes:
            node.kill()

    def node(self, *options, data="data", **kwargs):
        node = Node(self.folder / data, *options, **kwargs)
        self.nodes.append(node)
        return node

    def ok(self, ran, code=0):
        self.assertEqual(ran.code, code, ran)
        return ran

    def fails(self, ran, code, *words):
        """An error a person can act on: one line, the program's name, no more."""
        self.assertEqual(ran.code, code, ran)
        self.assertRegex(ran.err, r"^tansiq: \S.*\n$", ran)
        for word in words:
            self.assertIn(word, ran.err, ran)
        return ran


#: Inside K1 of the development charter, for an hour that has not begun.
K1 = ["--circle", "34.95,33.5", "--radius", "2nm", "--band", "FL190-FL210", "--window", "now+1h/+30m"]


def entry_count(verified):
    return verified.json()["entries"]


def main():
    unittest.main(verbosity=2)
