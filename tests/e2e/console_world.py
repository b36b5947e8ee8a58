"""A small world for the console: three nodes under one charter, officers, crossing tracks, and commands on standard input.

    TANSIQ_PROGRAM=build/dev/bin/tansiq python3 tests/e2e/console_world.py

TANSIQ_CONSOLE_DIR names a folder, as web/dist, whose console the nodes serve instead of the one in the program.

Prints one line of JSON when all is up (and again after each command): where the nodes are, and the officers' names and
password. Commands, one a line:

    stop ru         ends a node (SIGTERM)
    start ru        starts it again on its old ports
    cut fr ru       the line between two nodes breaks
    heal fr ru      and is whole again
    fly GULL1 33.5 33.9 90 200 120      one more aircraft: latitude, longitude, course, metres a second, flight level
    land GULL1      and it is heard of no more
    do us zone lease K1 fr --until now+1h      `tansiq zone lease …`, said to the node of us; `;` in a word is a blank
    quit            ends all; so does the end of the input

Peers reach each other through forwarders on loopback, one a direction, so that a line is cut without a touch to the nodes.
"""

import json
import os
import pathlib
import selectors
import shutil
import socket
import sys
import tempfile
import threading
import time

from senders import Craft, Datagrams, Traffic, aivdm, cat062
from tansiq import Node, clean_environment, free_port, tansiq

MEMBERS = ("fr", "us", "ru")
PASSWORD = "correct horse battery"
OFFICERS = (("duty", "officer"), ("second", "officer"), ("chief", "supervisor"), ("watcher", "observer"))
PATIENCE_S = 90
ZONES = {
    "us": (("--id", "K1", "--name", "Corridor K1", "--band", "FL180-FL240", "--corridor",
            "33.6,33.0 34.3,34.6 34.6,36.4", "--width", "30nm"),
           ("--id", "S2", "--name", "Sea box S2", "--domain", "sea", "--circle", "35.2,35.1", "--radius", "12nm"),
           ("--id", "D1", "--name", "Disputed D1", "--rule", "disputed", "--polygon",
            "31.7,33.2 32.4,33.2 32.4,34.6 31.7,34.4")),
    "fr": (("--id", "F1", "--name", "Block F1", "--band", "FL100-FL400", "--circle", "33.1,34.5", "--radius", "24nm"),
           ("--id", "S1", "--name", "Sea box S1", "--domain", "sea", "--circle", "34.0,33.2", "--radius", "25nm")),
    "ru": (("--id", "K4", "--name", "Block K4", "--band", "FL100-FL400", "--polygon",
            "35.1,34.8 36.2,34.8 36.2,36.6 35.2,36.6"),
           ("--id", "S3", "--name", "Sea box S3", "--domain", "sea", "--circle", "35.0,35.8", "--radius", "12nm")),
}
INTENTS = (
    ("us", "EAGLE21", ("--corridor", "34.55,35.9 34.3,34.6", "--width", "8nm", "--band", "FL190-FL210", "--window",
                       "now/+40m")),
    ("us", "HAWK5", ("--circle", "34.35,35.2", "--radius", "6nm", "--band", "FL220-FL240", "--window", "now+1h/+90m")),
    ("us", "TANKER9", ("--circle", "33.9,33.7", "--radius", "8nm", "--band", "FL180-FL190", "--window", "now+3h/+2h")),
    ("fr", "RAFALE2", ("--circle", "33.1,34.5", "--radius", "15nm", "--band", "FL150-FL170", "--window", "now/+30m")),
    ("fr", "ATL44", ("--circle", "33.2,34.4", "--radius", "10nm", "--band", "FL180-FL200", "--window", "now+2h/+1h")),
    ("fr", "FREMM1", ("--domain", "sea", "--circle", "34.0,33.2", "--radius", "6nm", "--window", "now/+4h")),
    ("ru", "SOKOL3", ("--corridor", "35.9,36.2 35.8,35.2", "--width", "8nm", "--band", "FL250-FL270", "--window",
                      "now/+45m")),
    ("ru", "VOLK8", ("--circle", "35.6,35.6", "--radius", "10nm", "--band", "FL300-FL320", "--window", "now+30m/+1h")),
)


def say(text):
    print(f"world: {text}", file=sys.stderr, flush=True)


def ok(ran):
    if ran.code != 0:
        raise RuntimeError(str(ran))
    return ran


class Forwarder:
    """Passes bytes on from a port to another, until it is cut: then who is connected is cut off, and nobody gets through."""

    def __init__(self, to_port):
        self.to_port, self.open, self.pairs = to_port, True, set()
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(client,), daemon=True).start()

    def carry(self, client):
        try:
            if not self.open:
                return
            server = socket.create_connection(("127.0.0.1", self.to_port), 5)
        except OSError:
            client.close()
            return
        finally:
            if not self.open:
                client.close()
        with self.lock:
            self.pairs.add((client, server))
        with selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            try:
                while self.open:
                    for key, _ in ready.select(0.2):
                        data = key.fileobj.recv(65536)
                        if not data:
                            return
                        key.data.sendall(data)
            except OSError:
                pass
            finally:
                with self.lock:
                    self.pairs.discard((client, server))
                client.close()
                server.close()


def craft():
    """Eight aircraft and four ships of the eastern Mediterranean; MIRAGE1 and EAGLE21 meet at FL200."""
    air = [
        Craft(0x3B7101, 33.70, 33.10, 56, 210, 200, "MIRAGE1"),
        Craft(0xAE1201, 34.62, 35.60, 236, 220, 200, "EAGLE21"),
        Craft(0x155A01, 35.90, 36.20, 265, 200, 260, "SOKOL3"),
        Craft(0x155A02, 35.40, 35.00, 80, 190, 300, "SOKOL4"),
        Craft(0x3B7102, 33.20, 34.90, 270, 180, 160, "RAFALE2"),
        Craft(0x740A01, 32.60, 33.60, 20, 230, 330, "RJA421"),
        Craft(0x4CA9B1, 35.60, 33.00, 110, 235, 350, "EIN77K"),
        Craft(0x738C01, 32.90, 34.60, 340, 60, 40, "MEDEVAC7"),
    ]
    sea = [
        (227_022_600, Craft(0, 33.95, 33.20, 45, 8, call_sign="")),
        (273_456_100, Craft(0, 35.02, 35.70, 300, 7, call_sign="")),
        (338_912_000, Craft(0, 34.10, 33.45, 225, 9, call_sign="")),
        (212_345_000, Craft(0, 34.50, 34.20, 10, 6, call_sign="")),
    ]
    return air, sea


class Sky:
    """Sends to every node's inputs; all turn back before they have left the picture."""

    LAP_S = 900

    def __init__(self, radars, receivers):
        self.radars, self.receivers, self.more, self.flown = radars, receivers, {}, 0
        self.begun, (self.air, self.sea) = time.time(), craft()
        self.traffic = Traffic(self.say)

    def turn(self, now):
        self.begun = now
        for one in (*self.air, *(ship for _, ship in self.sea)):
            (one.lat, one.lng), one.course, one.begun = one.place(now), (one.course + 180) % 360, now

    def say(self, now):
        if now - self.begun > self.LAP_S:
            self.turn(now)
        for one in (*self.air, *tuple(self.more.values())):
            message = cat062(one, now)
            for radar in self.radars:
                radar.send(message)
        for mmsi, ship in self.sea:
            sentence = aivdm(mmsi, ship, now)
            for receiver in self.receivers:
                receiver.send(sentence)


class World:
    def __init__(self, folder):
        self.folder, self.running = folder, {}
        self.ports = {who: free_port() for who in MEMBERS}
        self.peer_ports = {who: free_port() for who in MEMBERS}
        self.radar = {who: free_port(socket.SOCK_DGRAM) for who in MEMBERS}
        self.ships = {who: free_port(socket.SOCK_DGRAM) for who in MEMBERS}
        self.lines = {(a, b): Forwarder(self.peer_ports[b]) for a in MEMBERS for b in MEMBERS if a != b}
        self.charter = folder / "v1.note"
        self.found()
        for who in MEMBERS:
            self.start(who)
        self.until(lambda: all(self.linked(who) for who in MEMBERS))
        self.plan()
        self.sky = Sky([Datagrams(p) for p in self.radar.values()], [Datagrams(p) for p in self.ships.values()])

    def found(self):
        draft = self.folder / "levant.json"
        for who in MEMBERS:
            data = self.folder / who
            ok(tansiq("init", data, "--authority", who, "--origin", f"{who}.example/main", "--url",
                      f"https://127.0.0.1:{self.peer_ports[who]}", "--mode", "TEST"))
            for words in ZONES[who]:
                ok(tansiq("charter", "add-zone", data / "charter.json", "--owner", who, "--disclosure", "full",
                          *words))
        ok(tansiq("charter", "new", draft, "--id", "levant", "--mode", "TEST", "--valid-from", "now"))
        ok(tansiq("charter", "merge", draft, *(self.folder / who / "charter.json" for who in MEMBERS)))
        ok(tansiq("charter", "tenants", draft, "S2", "fr"))
        for pair, bundle in ((("us", "fr"), "cooperate"), (("us", "ru"), "deconflict"), (("fr", "ru"), "cooperate")):
            ok(tansiq("charter", "relate", draft, *pair, "--bundle", bundle))
        ok(tansiq("charter", "timing", draft, "--clock-error", "1s", "--delivery", "1s", "--decision", "60s", "--crew",
                  "1s"))
        ok(tansiq("charter", "sign", draft, "--key", self.folder / "us" / "node.key", "--out", self.charter))
        for who in ("fr", "ru"):
            ok(tansiq("charter", "sign", self.charter, "--key", self.folder / who / "node.key"))
        for who in MEMBERS:
            for name, role in OFFICERS:
                ok(tansiq("officer", "add", name, "--role", role, "--data", self.folder / who, stdin=PASSWORD + "\n"))

    def start(self, who):
        data = self.folder / who
        config = self.folder / f"{who}.toml"
        config.write_text("".join(f'[[source]]\nname = "{name}"\nformat = "{form}"\nurl = "udp://127.0.0.1:{port}"\n'
                                  for name, form, port in (("radar", "asterix", self.radar[who]),
                                                           ("ships", "aivdm", self.ships[who]))))
        peers = [word for other in MEMBERS if other != who
                 for word in ("--peer-url", f"{other}=https://127.0.0.1:{self.lines[who, other].port}")]
        console = os.environ.get("TANSIQ_CONSOLE_DIR")
        self.running[who] = Node(data, "--no-develop", "--config", config, "--charter", self.charter, *peers,
                                 *(("--console-dir", console) if console else ()),
                                 listen=f"127.0.0.1:{self.ports[who]}")
        self.token = getattr(self, "token", {})
        if who not in self.token:
            minted = ok(tansiq("token", "mint", "--data", data, "--subject", f"{who}:ops", "--scope",
                               "intents.read,intents.file,coordination.read,coordination.act,talks.read"))
            self.token[who] = minted.out.strip()

    def stop(self, who):
        self.running.pop(who).stop()

    def at(self, who, *words, stdin=None):
        env = clean_environment(TANSIQ_NODE=self.running[who].url, TANSIQ_TOKEN=self.token[who])
        return tansiq(*words, env=env, stdin=stdin)

    def until(self, what):
        end = time.monotonic() + PATIENCE_S
        while not what():
            if time.monotonic() > end:
                raise RuntimeError("\n".join(node.stderr()[-1500:] for node in self.running.values()))
            time.sleep(0.2)

    def linked(self, who):
        rows = ok(self.at(who, "peer", "list", "--json")).json()["peers"]
        return len(rows) == 2 and all("age_ms" in row and not row["trouble"] for row in rows)

    def plan(self):
        """Something to see: each has intents of its own."""
        for who, name, words in INTENTS:
            ran = self.at(who, "intent", "file", "--id", name.lower(), "--flight", name, *words)
            if ran.code != 0:
                say(f"{who} {name}: {ran.err.strip()}")

    def hello(self):
        return {"nodes": {who: node.url for who, node in sorted(self.running.items())}, "tokens": self.token,
                "officers": [name for name, _ in OFFICERS], "password": PASSWORD,
                "cut": sorted("-".join(pair) for pair, line in self.lines.items() if not line.open)}

    def run(self, words):
        match words:
            case ["stop", who]:
                self.stop(who)
            case ["start", who]:
                self.start(who)
            case ["cut" | "heal" as what, a, b]:
                for pair in ((a, b), (b, a)):
                    self.lines[pair].open = what == "heal"
            case ["fly", call_sign, *numbers] if len(numbers) == 5:
                lat, lng, course, speed, level = (float(number) for number in numbers)
                self.sky.flown += 1
                self.sky.more[call_sign] = Craft(0x800F00 + self.sky.flown, lat, lng, course, speed, round(level),
                                                 call_sign)
            case ["land", call_sign]:
                self.sky.more.pop(call_sign)
            case ["do", who, *said]:
                ok(self.at(who, *(word.replace(";", " ") for word in said)))
            case _:
                raise ValueError(f"no such command: {' '.join(words)}")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="tansiq-console-"))
    try:
        world = World(folder)
        print(json.dumps(world.hello()), flush=True)
        for line in sys.stdin:
            words = line.split()
            if words == ["quit"]:
                break
            if not words:
                continue
            try:
                world.run(words)
                print(json.dumps(world.hello()), flush=True)
            except (ValueError, KeyError, RuntimeError) as error:
                print(json.dumps({"error": str(error)}), flush=True)
        for who in list(world.running):
            world.stop(who)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
