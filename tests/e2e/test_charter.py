"""docs/operations.md, "Changing the charter", line by line against real nodes: a fourth joins, a lease, a new key, one
is removed. What goes from one operator to another is a file in the folder `in`, as the page says."""

import datetime
import re
import subprocess
import time

from tansiq import PROGRAM, SOURCE, TIMEOUT_S, Case, Ran, clean_environment, free_port, main, tansiq

#: From a draft to its moment, in this test: all signatures and adoptions must fit in.
LEAD_S = 25
SCOPES = "intents.read,coordination.read,coordination.act,log.read"


def blocks():
    """The page's console blocks of the chapter, each a list of (who, command)."""
    page = (SOURCE / "docs" / "operations.md").read_text()
    chapter = page[page.index("## Changing the charter"):].split("\n## ")[0]
    return [re.findall(r"^(us|fr|ru|de)\$ (.*)$", block, re.M)
            for block in re.findall(r"```console\n(.*?)```", chapter, re.S)]


class CharterTest(Case):
    def setUp(self):
        super().setUp()
        self.ports = {who: free_port() for who in ("us", "fr", "ru", "de")}
        self.running, self.tokens = {}, {}
        for who in self.ports:
            (self.folder / who).mkdir()
        (self.folder / "in").mkdir()

    def here(self, command):
        """The page's names in this test's world."""
        for who, port in self.ports.items():
            command = command.replace(f"https://{who}.example:7463", f"https://127.0.0.1:{port}")
        command = command.replace("--listen 0.0.0.0:7463 --tls-cert chain.pem --tls-key key.pem", "--listen 127.0.0.1:0")
        # For real the kernel must vouch for the clock, which it does not on every machine that runs tests.
        command = command.replace("--mode REAL", "--mode TEST")
        # `now` is a whole minute, as people plan; here seconds count.
        moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=LEAD_S)
        return command.replace("now+7d", moment.strftime("%Y-%m-%dT%H:%M:%SZ"))

    def start(self, who, *options):
        if who in self.running:
            self.running[who].stop()
        node = self.node(*options, data=f"{who}/data")
        self.running[who] = node
        minted = self.ok(tansiq("token", "mint", "--data", node.data, "--subject", f"{who}:watch", "--scope", SCOPES))
        self.tokens[who] = minted.out.strip()

    def type(self, who, command, code=0):
        command = self.here(command)
        if command.startswith("tansiq serve "):
            words = command.split()[2:]
            del words[words.index("--data"):words.index("--data") + 2]
            words = [str(self.folder / "in" / w[len("../in/"):]) if w.startswith("../in/") else w for w in words]
            del words[words.index("--listen"):words.index("--listen") + 2]
            return self.start(who, *words)
        env = clean_environment()
        if who in self.running:
            env.update(TANSIQ_NODE=self.running[who].url, TANSIQ_TOKEN=self.tokens[who])
        line = re.sub(r"^tansiq\b", f"'{PROGRAM}'", command)
        ran = Ran(subprocess.run(line, shell=True, cwd=self.folder / who, capture_output=True, text=True,
                                 timeout=TIMEOUT_S, env=env))
        self.assertEqual(ran.code, code, (who, command, ran))
        return ran

    def found(self):
        for i, who in enumerate(("us", "fr", "ru")):
            self.type(who, f"tansiq init data --authority {who} --origin {who}.example/main "
                           f"--url https://{who}.example:7463 --mode REAL")
            self.type(who, f"tansiq charter add-zone data/charter.json --id Z-{who} --owner {who} --circle {30 + 5 * i},40 "
                           "--radius 20nm")
            self.type(who, f"cp data/charter.json ../in/{who}.json")
        for command in ("tansiq charter new levant.json --id levant --mode REAL --valid-from now",
                        "tansiq charter merge levant.json ../in/us.json ../in/fr.json ../in/ru.json",
                        *(f"tansiq charter relate levant.json {a} {b} --bundle deconflict"
                          for a, b in (("us", "fr"), ("us", "ru"), ("fr", "ru"))),
                        "tansiq charter timing levant.json --clock-error 1s --delivery 1s --decision 1s --crew 1s",
                        "tansiq charter sign levant.json --key data/node.key --out ../in/v1.note"):
            self.type("us", command)
        for who in ("fr", "ru"):
            self.type(who, "tansiq charter sign ../in/v1.note --key data/node.key")
        for who in ("us", "fr", "ru"):
            self.start(who, "--no-develop", "--charter", self.folder / "in" / "v1.note")

    def peers(self, who):
        return self.type(who, "tansiq peer list --json").json()

    def await_version(self, version, *members):
        until = time.monotonic() + LEAD_S + 60
        for who in members:
            while self.peers(who)["charter"]["in_force"] != version:
                self.assertLess(time.monotonic(), until, self.running[who].stderr())
                time.sleep(0.2)

    def await_lines(self, who, *others):
        """`who` has an answer from each of the others under the version that is in force."""
        until = time.monotonic() + 60
        while True:
            rows = {p["id"]: p for p in self.peers(who)["peers"]}
            if set(rows) == set(others) and all("age_ms" in p and not p["trouble"] for p in rows.values()):
                return
            self.assertLess(time.monotonic(), until, (who, rows))
            time.sleep(0.2)

    def check_changes_as_json(self, next_version, fit):
        told = self.type("us", f"tansiq charter changes data/charter.note {next_version} --json").json()
        self.assertEqual((told["version"], told.get("fit")), (2, fit), told)
        self.assertEqual(told["signers"], ["de", "fr", "us"])
        new = [row for row in told["differences"] if row["where"].endswith("G1")]
        self.assertTrue(new, told)
        self.assertIn("de", new[0]["concerns"])

    def test_the_page(self):
        draft, signed, adopted, joined, lease, key, key_adopted, removed = blocks()
        self.found()
        for block in (draft, signed, adopted):
            for who, command in block:
                self.type(who, command)
            if block is draft:
                self.check_changes_as_json("next.json", fit=None)
            if block is signed:
                self.check_changes_as_json("../in/v2-us.note", fit=True)
        for who, command in joined:
            self.type(who, command)
        self.await_version(2, "us", "fr", "ru")
        self.await_lines("de", "us", "fr", "ru")
        self.await_lines("us", "de", "fr", "ru")
        # What the newcomer has: every member's log for all, and each member's log for it.
        logs = self.verified("de")
        self.assertNotIn("us.example/with/fr", logs)
        self.assertIn("us.example/members", logs)

        self.type(*lease[0])
        until = time.monotonic() + 60
        while "leased to us" not in self.type(*lease[1]).out:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.2)
        for who, command in lease[2:]:
            self.type(who, command)

        for who, command in key:
            self.type(who, command)
        self.start("fr", "--no-develop")
        for who, command in key_adopted:
            self.type(who, command)
        self.await_version(3, "us", "fr", "ru", "de")
        self.await_lines("us", "de", "fr", "ru")
        self.verified("us")
        self.verified("fr")

        for who, command in removed:
            self.type(who, command)
        self.await_version(4, "us", "fr", "de")
        self.await_lines("us", "de", "fr")
        until = time.monotonic() + 60
        while not all("names no peer" in p["trouble"] for p in self.peers("ru")["peers"]):
            self.assertLess(time.monotonic(), until, self.peers("ru"))
            time.sleep(0.2)
        held = {p["id"]: p["held"] for p in self.peers("ru")["peers"]}
        self.type("us", "tansiq clock fault --text 'said after the removal'")
        self.await_lines("us", "de", "fr")
        self.assertEqual(held, {p["id"]: p["held"] for p in self.peers("ru")["peers"]})
        self.assertIn("BEHIND", self.type("ru", "tansiq peer list").out)
        for who in ("us", "fr", "de", "ru"):
            self.verified(who)
        # Decided again under every version in turn; the newcomer's from the one that it joined under.
        for who, version in (("us", 4), ("fr", 4), ("de", 4), ("ru", 3)):
            audit = self.ok(tansiq("log", "audit", self.folder / who / "data", "--json")).json()
            self.assertEqual((audit["charter_version"], audit["differences"]), (version, 0), (who, audit))

    def verified(self, who):
        """All logs in a folder are whole, under the keys of the versions beside them."""
        ran = self.ok(tansiq("log", "verify", self.folder / who / "data"))
        return set(re.findall(r"^log +(\S+)", ran.out, re.M))


if __name__ == "__main__":
    main()
