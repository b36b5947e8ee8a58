"""Three real nodes over mutual TLS: kill -9 in mid-conversation, SIGSTOP beyond hold times, cut lines.

Their time is simulated, thirty times as fast as ours: a hold lasts some seconds. Every wait is for a state, never for
a time; TANSIQ_FAULTS=long makes more rounds, TANSIQ_SEED chooses others.
"""

import json
import os
import pathlib
import random
import signal
import socket
import sys
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from tansiq import Case, Node, free_port, main, tansiq  # noqa: E402

LONG = os.environ.get("TANSIQ_FAULTS") == "long"
SEED = int(os.environ.get("TANSIQ_SEED", "1"))
SCALE = 30
CENTRES = {"fr": (35, 40), "ru": (40, 40), "us": (30, 40)}
PATIENCE_S = 120


class Relay:
    """A line that can be cut: then open connections end, and new ones end at once."""

    def __init__(self, target):
        self.target, self.cut, self.open = target, False, set()
        self.lock = threading.Lock()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                here, _ = self.listening.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self.target), 5)
                there.settimeout(None)
            except OSError:
                here.close()
                continue
            with self.lock:
                if self.cut:
                    here.close()
                    there.close()
                    continue
                self.open |= {here, there}
            for a, b in ((here, there), (there, here)):
                threading.Thread(target=self.pump, args=(a, b), daemon=True).start()

    def pump(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass
        self.end(source)
        self.end(target)

    def end(self, s):
        try:
            s.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def set_cut(self, cut):
        with self.lock:
            self.cut = cut
            ended, self.open = (self.open, set()) if cut else (set(), self.open)
        for s in ended:
            self.end(s)

    def close(self):
        self.set_cut(True)
        self.listening.close()


class Coalition:
    """Folders, keys and a charter of three authorities, each the owner of one zone."""

    def __init__(self, case, through_relays=False):
        self.case, self.folder = case, case.folder
        self.ports = {name: free_port() for name in CENTRES}
        self.relays = {}
        if through_relays:
            for name in CENTRES:
                for other in CENTRES:
                    if name != other:
                        self.relays[name, other] = Relay(self.ports[other])
                        case.addCleanup(self.relays[name, other].close)
        case.ok(tansiq("charter", "new", self.folder / "c.json", "--id", "faults", "--mode", "SIMULATED",
                       "--valid-from", "2026-01-01T00:00:00Z"))
        for name, centre in CENTRES.items():
            case.ok(tansiq("init", self.folder / name, "--authority", name, "--origin", f"{name}.example/main", "--url",
                           f"https://127.0.0.1:{self.ports[name]}", "--mode", "SIMULATED"))
            draft = self.folder / name / "charter.json"
            case.ok(tansiq("charter", "add-zone", draft, "--id", f"Z-{name}", "--owner",
                           name, "--circle", f"{centre[0]},{centre[1]}", "--radius", "100nm"))
        case.ok(tansiq("charter", "merge", self.folder / "c.json",
                       *[self.folder / name / "charter.json" for name in CENTRES]))
        for a, b in (("us", "fr"), ("us", "ru"), ("fr", "ru")):
            case.ok(tansiq("charter", "relate", self.folder / "c.json", a, b, "--bundle", "deconflict"))
        case.ok(tansiq("charter", "tenants", self.folder / "c.json", "Z-ru", "fr"))
        # A hold of some seconds of ours, also on a busy machine.
        case.ok(tansiq("charter", "timing", self.folder / "c.json", "--delivery", "20s"))
        notes = []
        for name in CENTRES:
            notes.append(self.folder / f"{name}.note")
            case.ok(tansiq("charter", "sign", self.folder / "c.json", "--key", self.folder / name / "node.key", "--out",
                           notes[-1]))
        case.ok(tansiq("charter", "collect", *notes))
        self.note = notes[0]
        self.real = time.time()
        self.nodes, self.tokens = {}, {}
        for name in CENTRES:
            self.start(name)

    def now(self):
        """Simulated seconds since its beginning."""
        return (time.time() - self.real) * SCALE

    def start(self, name):
        real = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.real))
        options = ["--no-develop", "--charter", self.note, "--simulate", f"2026-01-01T08:00:00Z@{SCALE}@{real}"]
        options += self.node_options(name)
        self.nodes[name] = Node(self.folder / name, *options)
        self.case.nodes.append(self.nodes[name])
        self.tokens[name] = self.case.ok(tansiq("token", "mint", "--data", self.folder / name, "--subject",
                                                f"{name}:duty", "--scope", "admin")).out.strip()

    def node_options(self, name):
        options = []
        for (who, other), relay in self.relays.items():
            if who == name:
                options += ["--peer-url", f"{other}=https://127.0.0.1:{relay.port}"]
        return options

    def kill(self, name):
        self.nodes[name].stop(signal.SIGKILL)

    def get(self, name, what):
        request = urllib.request.Request(f"{self.nodes[name].url}/v1/coordination/{what}",
                                         headers={"Authorization": f"Bearer {self.tokens[name]}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def file(self, home, flight, owners, place=0, command=None):
        """A flight through the zones of `owners`, four hours ahead; the same place is the same space."""
        legs = []
        for i, owner in enumerate(sorted(owners)):
            lat, lng = CENTRES[owner]
            begin = 12 * 3600 + i * 1200
            at = lambda s: f"2026-01-01T{s // 3600:02d}:{s % 3600 // 60:02d}:00Z"
            level = 100 + 20 * (place % 12)
            legs += ["--leg", f"Z-{owner} {lat},{lng + place // 12 % 8 * 0.3} 2nm FL{level}-FL{level + 10} "
                     f"{at(begin)}/{at(begin + 1200)}"]
        return self.nodes[home].run("flight", "file", "--id", flight, "--call-sign", flight, *legs, "--token",
                                    self.tokens[home], "--command-id", command or flight)

    def legs(self, owner):
        return self.get(owner, "legs")["legs"]

    def states(self, owner, flight):
        return [v["state"] for v in self.legs(owner) if v["flight"] == flight]

    def wait(self, what, condition):
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            if condition():
                return
            time.sleep(0.05)
        seen = []
        for name in CENTRES:
            try:
                seen += [(name, v["flight"], v["state"]) for v in self.legs(name)]
            except OSError as error:
                seen.append((name, str(error)))
        self.case.fail(f"{what} did not come; legs: {seen}")

    def check(self):
        """No two confirmed legs in one space, every log whole, nobody has seen two histories."""
        for owner in CENTRES:
            taken = {}
            for v in self.legs(owner):
                if v["state"] == "confirmed":
                    space = json.dumps(v["volumes"], sort_keys=True)
                    self.case.assertNotIn(space, taken, f"{owner} has confirmed {v['flight']} and {taken.get(space)}")
                    taken[space] = v["flight"]
            for peer in self.get(owner, "peers")["peers"]:
                self.case.assertFalse(peer["pinned"], (owner, peer))
        for name in CENTRES:
            self.case.assertEqual(self.nodes[name].stop(), 0, self.nodes[name].stderr()[-2000:])
            self.case.ok(tansiq("log", "verify", self.folder / name))


class FaultsTest(Case):
    def test_killed_at_random_moments(self):
        rng = random.Random(SEED)
        coalition = Coalition(self)
        names = sorted(CENTRES)
        flights = []
        for i in range(40 if LONG else 5):
            # Two homes want the same space of the third one.
            owner = rng.choice(names)
            for home in rng.sample([n for n in names if n != owner], 2):
                flight = f"{home}-{i}"
                filed = coalition.file(home, flight, [owner], place=i)
                self.assertIn(filed.code, (0, 69), filed)
                flights.append((home, flight, owner, i))
            victim = rng.choice(names)
            time.sleep(rng.random() * 0.15)  # the moment of the fault: not waiting for anything
            coalition.kill(victim)
            coalition.start(victim)
        for home, flight, owner, place in flights:  # what was cut off is repeated under its id
            self.ok(coalition.file(home, flight, [owner], place=place))

        def over():
            wanted = {f for _, f, _, _ in flights}
            ended = {v["flight"] for n in names for v in coalition.legs(n)
                     if v["state"] in ("confirmed", "refused", "lapsed", "cancelled")}
            return wanted <= ended

        coalition.wait("the end of every request", over)
        confirmed = [v["flight"] for n in names for v in coalition.legs(n) if v["state"] == "confirmed"]
        self.assertTrue(confirmed, "some flight of each pair must have got through")
        coalition.check()

    def held_up(self, coalition, stop, go_on):
        """fr holds, ru does not answer: the hold ends, by its time or by us that gives up before it, and nothing is granted
        late."""
        stop()
        self.ok(coalition.file("us", "LATE", ["fr", "ru"]))
        coalition.wait("a hold", lambda: "held" in coalition.states("fr", "LATE"))
        coalition.wait("the end of the hold", lambda: coalition.states("fr", "LATE") in (["lapsed"], ["cancelled"]))
        go_on()
        coalition.wait("the line", lambda: not any(
            peer["trouble"] for name in CENTRES for peer in coalition.get(name, "peers")["peers"]))
        self.ok(coalition.file("us", "NEXT", ["fr", "ru"]))
        coalition.wait("the next flight", lambda: coalition.states("fr", "NEXT")[-1:] == ["confirmed"]
                       and coalition.states("ru", "NEXT")[-1:] == ["confirmed"])
        # ru has read everything by now.
        self.assertNotIn("confirmed", coalition.states("fr", "LATE") + coalition.states("ru", "LATE"))
        flights = {f["id"]: f for f in coalition.get("us", "flights")["flights"]}
        self.assertFalse(flights.get("LATE", {}).get("may_clear", False))
        coalition.check()

    def test_stopped_beyond_the_hold(self):
        coalition = Coalition(self)
        process = coalition.nodes["ru"].process
        self.held_up(coalition, lambda: process.send_signal(signal.SIGSTOP),
                     lambda: process.send_signal(signal.SIGCONT))

    def test_a_cut_line(self):
        coalition = Coalition(self, through_relays=True)

        def lines(cut):
            for (a, b), relay in coalition.relays.items():
                if "ru" in (a, b):
                    relay.set_cut(cut)

        self.held_up(coalition, lambda: lines(True), lambda: lines(False))


if __name__ == "__main__":
    main()
