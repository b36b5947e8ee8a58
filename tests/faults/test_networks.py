"""Three real nodes, each in a network of its own: links that are pulled, that lose packets, that carry one way only.

Unlike a relay that closes connections (test_faults.py), a cut link tells nobody: connections hang until somebody
notices. What must hold: own zones decide meanwhile, what was begun ends by its time, and once the link is there again
everybody goes on and has read everything. Their time is simulated; every wait is for a state.
"""

import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import test_faults  # noqa: E402
from networks import Networks, permitted  # noqa: E402
from tansiq import Case, main  # noqa: E402
from test_faults import CENTRES  # noqa: E402

PORT = 7470
PAIRS = [("fr", "ru"), ("fr", "us"), ("ru", "us")]


class Coalition(test_faults.Coalition):
    """The same, apart."""

    def __init__(self, case):
        self.networks = Networks(CENTRES)
        case.addCleanup(self.networks.close)
        self.networks.open()
        super().__init__(case)

    def node_options(self, name):
        options = ["--peer-listen", f"0.0.0.0:{PORT}"]
        for other in CENTRES:
            if other != name:
                options += ["--peer-url", f"{other}=https://{self.networks.address(other, name)}:{PORT}"]
        return options

    def start(self, name):
        with self.networks.inside(name):
            super().start(name)

    def get(self, name, what):
        with self.networks.inside(name):
            return super().get(name, what)

    def run(self, name, *words):
        with self.networks.inside(name):
            return self.nodes[name].run(*words, "--token", self.tokens[name])

    def file(self, home, *args, **kwargs):
        with self.networks.inside(home):
            return super().file(home, *args, **kwargs)

    def cut_all(self):
        for a, b in PAIRS:
            self.networks.cut(a, b)

    def heal_all(self):
        for a, b in PAIRS:
            self.networks.heal(a, b)

    def await_state(self, owner, flight, state):
        self.wait(f"{flight} {state} at {owner}", lambda: self.states(owner, flight)[-1:] == [state])

    def converge(self):
        """Everybody has read all that the others have written for him, and no line is in trouble."""
        def converged():
            for name in CENTRES:
                for peer in self.get(name, "peers")["peers"]:
                    if peer["trouble"] or peer["held"] != peer["known"]:
                        return False
            return True

        # One more flight each way, in space of its own: whoever confirms it has read all that was written before it.
        ways = [(home, owner) for home in CENTRES for owner in CENTRES if home != owner]
        for i, (home, owner) in enumerate(ways):
            self.case.ok(self.file(home, f"LAST-{home}-{owner}", [owner], place=60 + i))
        for home, owner in ways:
            decides = self.sequencer(home, f"Z-{owner}")
            if decides != home:
                self.await_state(decides, f"LAST-{home}-{owner}", "confirmed")
        self.wait("everybody to have read everything", converged)
        self.alike()
        self.check()

    def sequencer(self, seen_by, zone):
        return {z["zone"]: z["sequencer"] for z in self.get(seen_by, "control")["zones"]}[zone]

    def alike(self):
        """Home and owners say the same of each leg, and of who decides where."""
        for home in CENTRES:
            for flight in self.get(home, "flights")["flights"]:
                if not flight.get("may_clear"):
                    continue
                self.case.assertNotIn("lapsed", [s for o in CENTRES for s in self.states(o, flight["id"])[-1:]], flight)
        said = {name: self.get(name, "control") for name in CENTRES}
        rows = {name: {z["zone"]: (z["sequencer"], z["epoch"]) for z in said[name]["zones"]} for name in CENTRES}
        self.case.assertEqual(rows["fr"], rows["ru"])
        self.case.assertEqual(rows["fr"], rows["us"])


class NetworksTest(Case):
    def test_own_zones_decide_with_every_link_cut(self):
        coalition = Coalition(self)
        coalition.cut_all()
        for name in CENTRES:
            for i in range(3):
                self.ok(coalition.file(name, f"OWN-{name}-{i}", [name], place=i))
                coalition.await_state(name, f"OWN-{name}-{i}", "confirmed")
        # Nobody else's: neither granted nor refused, but late.
        self.ok(coalition.file("us", "FAR", ["ru"], place=5))
        self.assertEqual(coalition.states("ru", "FAR"), [])
        coalition.heal_all()
        coalition.converge()

    def test_a_flight_across_a_link_that_is_cut_and_healed(self):
        coalition = Coalition(self)
        coalition.networks.cut("ru", "us")
        self.ok(coalition.file("us", "LATE", ["fr", "ru"]))
        coalition.await_state("fr", "LATE", "held")
        coalition.wait("the end of the hold", lambda: coalition.states("fr", "LATE") in (["lapsed"], ["cancelled"]))
        coalition.networks.heal("ru", "us")
        self.ok(coalition.file("us", "NEXT", ["fr", "ru"]))
        for owner in ("fr", "ru"):
            coalition.await_state(owner, "NEXT", "confirmed")
            self.assertNotIn("confirmed", coalition.states(owner, "LATE"))
        coalition.converge()

    def test_a_zone_is_handed_over_across_a_healed_link(self):
        coalition = Coalition(self)
        self.ok(coalition.file("us", "BEFORE", ["ru"], place=1))
        coalition.await_state("ru", "BEFORE", "confirmed")
        coalition.networks.cut("fr", "ru")
        self.ok(coalition.run("ru", "zone", "lease", "Z-ru", "fr", "--handover"))

        def sequencer(name):
            return coalition.sequencer(name, "Z-ru")

        # us has read it; fr, whose zone it is now, has not, and nobody decides there.
        coalition.wait("the handover at us", lambda: sequencer("us") == "fr")
        self.assertEqual(sequencer("fr"), "ru")
        coalition.networks.heal("fr", "ru")
        coalition.wait("the handover at fr", lambda: sequencer("fr") == "fr")
        self.ok(coalition.file("us", "AFTER", ["ru"], place=2))
        coalition.await_state("fr", "AFTER", "confirmed")
        coalition.await_state("fr", "BEFORE", "confirmed")
        coalition.converge()

    def test_a_link_that_carries_one_way_only(self):
        coalition = Coalition(self)
        for sender, receiver in (("ru", "us"), ("us", "ru")):
            coalition.networks.cut_one_way(sender, receiver)
            flight = f"FROM-{sender}"
            self.ok(coalition.file("us", flight, ["fr", "ru"], place=3 if sender == "us" else 4))
            coalition.wait("the end of the hold", lambda: coalition.states("fr", flight) in (["lapsed"], ["cancelled"]))
            coalition.networks.heal_one_way(sender, receiver)
            self.ok(coalition.file("us", flight + "-2", ["fr", "ru"], place=5 if sender == "us" else 6))
            for owner in ("fr", "ru"):
                coalition.await_state(owner, flight + "-2", "confirmed")
                self.assertNotIn("confirmed", coalition.states(owner, flight))
        coalition.converge()

    def test_a_link_that_loses_packets(self):
        coalition = Coalition(self)
        for a, b in PAIRS:
            if not coalition.networks.lose(a, b, 20):
                self.skipTest("this kernel has no netem (module sch_netem): packets cannot be lost here")
        for i in range(10):
            home, owner = (("us", "ru"), ("ru", "fr"), ("fr", "us"))[i % 3]
            self.ok(coalition.file(home, f"LOSSY-{i}", [owner], place=i))
        for i in range(10):
            owner = ("ru", "fr", "us")[i % 3]
            coalition.wait(f"the end of LOSSY-{i}", lambda: coalition.states(owner, f"LOSSY-{i}")[-1:] in (
                ["confirmed"], ["lapsed"], ["cancelled"], ["refused"]))
        for a, b in PAIRS:
            coalition.networks.lose(a, b, 0)
        coalition.converge()

    def test_stopped_while_its_links_are_cut(self):
        coalition = Coalition(self)
        process = coalition.nodes["ru"].process
        for other in ("fr", "us"):
            coalition.networks.cut("ru", other)
        process.send_signal(signal.SIGSTOP)
        self.ok(coalition.file("us", "LATE", ["fr", "ru"]))
        coalition.wait("the end of the hold", lambda: coalition.states("fr", "LATE") in (["lapsed"], ["cancelled"]))
        for other in ("fr", "us"):
            coalition.networks.heal("ru", other)
        self.ok(coalition.file("fr", "WITHOUT", ["us"], place=7))
        coalition.await_state("us", "WITHOUT", "confirmed")
        process.send_signal(signal.SIGCONT)
        self.ok(coalition.file("us", "NEXT", ["fr", "ru"]))
        for owner in ("fr", "ru"):
            coalition.await_state(owner, "NEXT", "confirmed")
            self.assertNotIn("confirmed", coalition.states(owner, "LATE"))
        coalition.converge()


if __name__ == "__main__":
    reason = permitted()
    if reason:
        print(f"skipped: {reason}", file=sys.stderr)
        sys.exit(77)
    main()
