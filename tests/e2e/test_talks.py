"""docs/talks.md from outside: three authorities, three nodes, the officers' commands. Whose is it, a STOP, an answer that
is overdue, a report through a freeze, and what an outsider can prove of the incident."""

import datetime
import re
import time

from tansiq import Case, clean_environment, free_port, main, tansiq

MEMBERS = ("us", "fr", "ru")
SCOPES = "intents.read,coordination.read,coordination.act,talks.read,talks.write,log.read"
PATIENCE_S = 60


def utc():
    return datetime.datetime.now(datetime.timezone.utc)


def iso(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class TalksTest(Case):
    def setUp(self):
        super().setUp()
        self.began = utc() - datetime.timedelta(seconds=1)
        self.running, self.tokens = {}, {}
        self.ports = {who: free_port() for who in MEMBERS}
        self.charter = self.folder / "v1.note"
        self.found()
        for who in MEMBERS:
            self.start(who)
        for who in MEMBERS:
            self.until(lambda who=who: self.lines_are_up(who))

    # --- three nodes under one charter

    def found(self):
        draft = self.folder / "levant.json"
        for i, who in enumerate(MEMBERS):
            data = self.folder / who
            self.ok(tansiq("init", data, "--authority", who, "--origin", f"{who}.example/main", "--url",
                           f"https://127.0.0.1:{self.ports[who]}", "--mode", "TEST"))
            self.ok(tansiq("charter", "add-zone", data / "charter.json", "--id", f"Z-{who}", "--owner", who, "--circle",
                           f"{30 + 5 * i},40", "--radius", "20nm"))
        self.ok(tansiq("charter", "new", draft, "--id", "levant", "--mode", "TEST", "--valid-from", "now"))
        self.ok(tansiq("charter", "merge", draft, *(self.folder / who / "charter.json" for who in MEMBERS)))
        for pair in (("us", "fr"), ("us", "ru"), ("fr", "ru")):
            self.ok(tansiq("charter", "relate", draft, *pair, "--bundle", "cooperate"))
        self.ok(tansiq("charter", "timing", draft, "--clock-error", "1s", "--delivery", "1s", "--decision", "1s",
                       "--crew", "1s"))
        self.ok(tansiq("charter", "sign", draft, "--key", self.folder / "us" / "node.key", "--out", self.charter))
        for who in ("fr", "ru"):
            self.ok(tansiq("charter", "sign", self.charter, "--key", self.folder / who / "node.key"))

    def start(self, who):
        node = self.node("--no-develop", "--charter", self.charter, data=who)
        self.running[who] = node
        minted = self.ok(tansiq("token", "mint", "--data", node.data, "--subject", f"{who}:watch", "--scope", SCOPES))
        self.tokens[who] = minted.out.strip()

    def run_at(self, who, *words, stdin=None):
        env = clean_environment(TANSIQ_NODE=self.running[who].url, TANSIQ_TOKEN=self.tokens[who])
        return tansiq(*words, env=env, stdin=stdin)

    def at(self, who, *words, stdin=None):
        return self.ok(self.run_at(who, *words, stdin=stdin))

    def json(self, who, *words):
        return self.at(who, *words, "--json").json()

    def until(self, what):
        """The first answer that is one; what other nodes do takes a while."""
        end = time.monotonic() + PATIENCE_S
        while True:
            got = what()
            if got:
                return got
            self.assertLess(time.monotonic(), end, {who: node.stderr()[-2000:] for who, node in self.running.items()})
            time.sleep(0.1)

    def lines_are_up(self, who):
        rows = self.json(who, "peer", "list")["peers"]
        return len(rows) == 2 and all("age_ms" in row and not row["trouble"] for row in rows)

    # --- what officers see

    def owed(self, who, thread):
        rows = [row for row in self.json(who, "message", "overdue")["owed"] if row["thread"] == thread]
        return rows[0]["hash"] if rows else None

    def alarms(self, who, thread):
        return [row for row in self.json(who, "message", "overdue")["alarms"] if row["thread"] == thread]

    def sent(self, who, thread, peer):
        messages = self.json(who, "message", "show", thread)["messages"]
        return next(row for message in messages for row in message.get("sent", []) if row["peer"] == peer)

    def receipt(self, who, thread, peer, wanted):
        return self.until(lambda: self.sent(who, thread, peer)["receipt"] == wanted)

    def test_whose_is_it(self):
        # ru asks both. Nothing is sent before somebody has said yes.
        query = ("message", "send", "fr", "us", "--query", "35.331 40.140 now-2m FL200 track 77", "--due", "5m",
                 "--precedence", "immediate", "--thread", "whose-1", "--text", "Чей это?", "--language", "ru")
        self.fails(self.run_at("ru", *query), 64, "--yes")
        shown = self.at("ru", *query, "--preview").out
        self.assertIn("WHOSE IS IT?", shown)
        self.assertIn("(whatever is frozen)", shown)
        self.assertIn("nothing has been said", self.at("ru", "message", "list", "--all").out)
        self.at("ru", *query, "--yes")

        # fr says that it is not its own, us that it is.
        asked = {who: self.until(lambda who=who: self.owed(who, "whose-1")) for who in ("fr", "us")}
        self.assertIn("ru waits for an answer", self.at("fr", "message", "overdue").out)
        thread = self.at("fr", "message", "show", "whose-1").out
        self.assertIn("WAITS FOR YOU: tansiq message read " + asked["fr"][:12], thread)
        self.fails(self.run_at("fr", "message", "answer", asked["fr"][:12], "--finding", "mine"), 1, "read it before")
        for who in ("fr", "us"):
            self.at(who, "message", "read", asked[who][:12])
        self.assertIn("WAITS FOR YOU: tansiq message answer " + asked["fr"][:12],
                      self.at("fr", "message", "show", "whose-1").out)
        self.at("fr", "message", "standby", asked["fr"][:12], "--text", "asking the sector")
        self.at("fr", "message", "answer", asked["fr"][:12], "--finding", "not_mine", "--text", "None of ours is up.")
        self.at("us", "message", "answer", asked["us"][:12], "--finding", "mine")
        for who in ("fr", "us"):
            self.receipt("ru", "whose-1", who, "answered")
        thread = self.at("ru", "message", "show", "ru/whose-1", "--language", "ru").out
        self.assertIn("it is NOT fr's", thread)
        self.assertIn("it IS us's", thread)
        self.assertIn("None of ours is up.", thread)
        self.assertIn("nothing waits", self.at("ru", "message", "list").out)
        content = self.json("ru", "message", "show", "whose-1")["messages"][0]["content"]
        # All three were told the same.
        for who in ("fr", "us"):
            self.assertEqual(self.json(who, "message", "show", "whose-1")["messages"][0]["content"], content)

        self.close_the_incident(content)
        self.prove_the_incident()

    def test_a_file_goes_with_a_message(self):
        picture = self.folder / "map.png"
        picture.write_bytes(b"\x89PNG\r\n\x00" + bytes(range(256)) * 500)
        self.at("us", "message", "send", "fr", "--text", "They were seen there.", "--thread", "map-1", "--attach",
                picture, "--yes")
        file = self.until(lambda: next((file for message in self.json_or_none("fr", "message", "show", "us/map-1")
                                        for file in message["attachments"] if file["state"] == "here"), None))
        self.assertEqual(file["bytes"], picture.stat().st_size)
        self.assertIn("attached: map.png (image/png", self.at("fr", "message", "show", "us/map-1").out)
        saved = self.folder / "saved.png"
        self.at("fr", "message", "attachment", file["sha256"][:12], "--out", saved)
        self.assertEqual(saved.read_bytes(), picture.read_bytes())
        self.fails(self.run_at("fr", "message", "attachment", file["sha256"], "--out", saved), 1, "saved.png")
        # ru is a member, knows the hash, and gets nothing.
        self.fails(self.run_at("ru", "message", "attachment", file["sha256"], "--out", self.folder / "no"), 66,
                   "no attachment of this hash is here")
        # What is too large is not sent, and what nobody has is not found.
        (self.folder / "film").write_bytes(bytes(4 * 1024 * 1024 + 1))
        self.fails(self.run_at("us", "message", "send", "fr", "--text", "x", "--attach", self.folder / "film", "--yes"),
                   65, "film")
        self.assertEqual([row["thread"] for row in self.json("us", "message", "list")["threads"]], ["map-1"])

    def json_or_none(self, who, *words):
        shown = self.run_at(who, *words, "--json")
        return shown.json()["messages"] if shown.code == 0 else []

    def close_the_incident(self, content):
        self.at("ru", "incident", "open", "fr", "us", "--title", "Drone over the dam", "--window", "now-20m/now+1m",
                "--id", "dam-1", "--message", content[:12])
        said = {"ru": "It flew over the dam.", "fr": "Not ours.", "us": "Ours; it had lost its link."}
        (self.folder / "watch.tsr").write_bytes(b"what the radar saw")
        for who, words in said.items():
            # What others say of it may come before its opening.
            self.until(lambda who=who: any("window" in row for row in self.json(who, "incident", "list")["incidents"]))
            self.at(who, "incident", "state", "ru/dam-1", "--text", words, "--position", "drone 35.331 40.140", "--held",
                    f"recording {self.folder / 'watch.tsr'} radar of the dam")
        for who in MEMBERS:
            self.at(who, "incident", "move", "ru/dam-1", "closed", "--text", "answered by both")
        for who in MEMBERS:
            self.until(lambda who=who: self.json(who, "incident", "show", "ru/dam-1")["over"])
        shown = self.at("fr", "incident", "show", "ru/dam-1").out
        for words in said.values():
            self.assertIn(words, shown)
        self.assertIn("over: all sides have closed it", shown)
        self.assertIn("no incident is open", self.at("fr", "incident", "list").out)
        # It is over, and it is on record.
        self.assertIn("Drone over the dam", self.at("fr", "incident", "list", "--all").out)
        self.fails(self.run_at("fr", "incident", "state", "ru/dam-1", "--text", "once more"), 1, "closed")

    def take_it_over_http(self):
        """The node makes it, and it proves what stands there; what is no incident is no file."""
        taken = self.folder / "taken.bundle"
        self.at("fr", "incident", "bundle", "ru/dam-1", "--out", taken)
        checked = self.ok(tansiq("verify", taken, "--charter", self.charter, "--json")).json()
        types = {entry["type"] for log in checked["logs"] for entry in log["entries"] if entry["proved"]}
        self.assertLessEqual({"incident.opened", "incident.stated", "incident.state"}, types)
        self.assertEqual([p.name for p in (self.folder / "fr" / "evidence-under-way").iterdir()], [])
        self.fails(self.run_at("fr", "incident", "bundle", "ru/dam-1", "--out", taken), 1, "exists")
        nothing = self.folder / "nothing.bundle"
        self.fails(self.run_at("fr", "incident", "bundle", "ru/dam-9", "--out", nothing), 66, "ru/dam-9")
        self.assertFalse(nothing.exists())
        made = self.folder / "made.bundle"
        self.ok(tansiq("evidence", "make", "--data", self.folder / "fr", "--incident", "ru/dam-1", "-o", made))
        self.ok(tansiq("verify", made, "--charter", self.charter))
        self.fails(tansiq("evidence", "make", "--data", self.folder / "fr", "--incident", "dam-1", "-o", nothing), 65,
                   "OPENER/ID")

    def prove_the_incident(self):
        bundle = self.folder / "dam-1.bundle"
        self.ok(tansiq("evidence", "make", "--data", self.folder / "fr", "--from", iso(self.began), "--to",
                       iso(utc() + datetime.timedelta(seconds=2)), "--attach", self.folder / "watch.tsr", "-o", bundle))
        checked = self.ok(tansiq("verify", bundle, "--charter", self.charter, "--json")).json()
        self.assertTrue(checked["good"], checked["findings"])
        self.assertTrue(checked["trust_given"])
        types = {entry["type"] for log in checked["logs"] for entry in log["entries"] if entry["proved"]}
        for wanted in ("talk.message", "talk.received", "talk.answered", "incident.opened", "incident.stated",
                       "incident.state"):
            self.assertIn(wanted, types)
        # The recording is the one that the statements name.
        self.assertTrue(checked["attachments"][0]["quoted_by"], checked["attachments"])
        # Another's charter does not do.
        self.fails(tansiq("verify", bundle, "--charter", self.folder / "levant.json"), 65)
        # One byte flipped is found, wherever it is.
        self.take_it_over_http()
        whole = bundle.read_bytes()
        flipped = self.folder / "flipped.bundle"
        places = [whole.index(b"Drone over the dam"), whole.index(b"what the radar saw"), whole.rindex(b"not_mine"),
                  whole.index(b"incident.stated")]
        for place in places:
            flipped.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
            ran = self.ok(tansiq("verify", flipped, "--charter", self.charter), code=1)
            self.assertNotEqual(ran.out, "")

    def test_a_stop_and_an_answer_that_is_overdue(self):
        # us freezes all talks with ru: words do not go, a STOP does.
        self.at("us", "relation", "freeze", "ru", "--bundle", "frozen", "--domain", "talks")
        self.fails(self.run_at("us", "message", "send", "ru", "--text", "Good evening.", "--yes"), 77, "talks")
        self.at("us", "message", "send", "ru", "--precedence", "stop", "--thread", "stop-1", "--text",
                "Stop. Our people are there.", "--position", "camp 35.331 40.140", "--yes")
        stop = self.until(lambda: self.owed("ru", "stop-1"))
        self.assertRegex(self.at("ru", "message", "list").out, r"us/stop-1 +\S+ \S+ +STOP")
        self.at("ru", "message", "read", stop[:12])
        self.receipt("us", "stop-1", "ru", "read")
        # The same place, 1.1 km further: who writes it is told before it is sent.
        moved = self.at("us", "message", "send", "ru", "--precedence", "stop", "--thread", "stop-1", "--text", "There.",
                        "--position", "camp 35.341 40.140", "--preview").out
        self.assertRegex(moved, r"MOVED: camp lies 1\.1 km from where we put it")

        # fr is asked and does not answer in time.
        self.at("us", "message", "send", "fr", "--needs", "answer", "--due", "8s", "--thread", "late-1", "--text",
                "Is the corridor yours?", "--yes")
        asked = self.until(lambda: self.owed("fr", "late-1"))
        alarm = self.until(lambda: self.alarms("us", "late-1"))[0]
        self.assertEqual((alarm["peer"], alarm["receipt"]), ("fr", "received"))
        self.assertRegex(self.at("us", "message", "list").out, r"us/late-1 .*OVERDUE: 1 message of ours")
        self.assertRegex(self.at("us", "message", "overdue").out, r"OVERDUE  us/late-1: an answer from fr, due \S+ \(")
        self.assertIn("WE ARE LATE  us/late-1: us waits for an answer", self.at("fr", "message", "overdue").out)
        self.at("us", "message", "acknowledge", alarm["hash"][:12], "--text", "called by telephone")
        self.assertEqual(self.alarms("us", "late-1"), [])
        self.fails(self.run_at("us", "message", "acknowledge", alarm["hash"][:12]), 1, "already")
        self.at("fr", "message", "read", asked[:12])
        self.at("fr", "message", "answer", asked[:12], "--text", "It is.")
        self.receipt("us", "late-1", "fr", "answered")
        self.assertIn("done, LATE", self.at("us", "message", "show", "late-1").out)

        # Lines are checked whatever is frozen.
        self.at("us", "line", "check", "ru")
        self.until(lambda: [row for row in self.json("us", "line", "list")["lines"]
                            if row["peer"] == "ru" and (row["missed"] or "answered_ms" in row)])
        self.assertRegex(self.at("us", "line", "list").out, r"(?m)^(line|MISSED)  ru: ")

    def test_a_report_through_a_freeze(self):
        for domain in ("air", "sea", "talks"):
            self.at("fr", "relation", "freeze", "ru", "--bundle", "frozen", "--domain", domain)
        self.at("fr", "report", "file", "dam", "--title", "The dam", "--section", "Spillway=It is open.", "--to", "ru",
                "--tlp", "amber", "--expires", "24h")
        self.until(lambda: self.json("ru", "report", "list")["held"])
        self.assertIn("It is open.", self.at("ru", "report", "show", "fr/dam").out)
        self.assertEqual(self.json("us", "report", "list")["held"], [])
        self.at("fr", "report", "revise", "dam", "--section", "Spillway=It is shut.")
        self.until(lambda: "It is shut." in self.run_at("ru", "report", "show", "fr/dam").out)
        self.assertIn("version 2", self.at("fr", "report", "show", "dam").out)
        self.at("fr", "report", "revoke", "dam", "--text", "superseded")
        self.until(lambda: not self.json("ru", "report", "list")["held"])
        # Destroyed there, and a receipt for it here.
        self.until(lambda: "destroyed by ru" in self.at("fr", "report", "show", "dam").out)

    def test_mistakes_send_nothing(self):
        for words, code, said in (
                (("message", "send", "fr", "--yes"), 64, "say something"),
                (("message", "send", "fr", "--text", "x", "--needs", "answer", "--yes"), 64, "--due 10m"),
                (("message", "send", "fr", "--template", "102", "--set", "flight=M1", "--yes"), 64, "zone"),
                (("message", "send", "de", "--text", "x", "--yes"), 65, "de"),
                (("message", "answer", "abcdef", "--finding", "mine"), 66, "abcdef"),
                (("message", "read", "xyz"), 65, "not a hash"),
                (("message", "show", "nowhere"), 66, "nowhere"),
                (("incident", "show", "dam-1"), 64, "OPENER/ID"),
                (("report", "revise", "none", "--title", "x"), 66, "none")):
            self.fails(self.run_at("us", *words), code, said)
        # What a terminal would obey does not reach one.
        ran = self.run_at("us", "message", "show", "\x1b[2J")
        self.assertNotIn("\x1b", ran.out + ran.err)
        self.assertEqual(self.json("us", "message", "list")["threads"], [])
        # Words from standard input; a numbered message.
        self.at("us", "message", "send", "fr", "--text", "-", "--thread", "t1", "--yes", stdin="from a pipe\n")
        self.at("us", "message", "send", "fr", "--template", "102", "--set", "flight=M1", "--set", "zone=K4", "--set",
                "time=now+10m", "--thread", "t1", "--yes")
        shown = self.until(lambda: re.search(r"102\.1  .*", self.run_at("fr", "message", "show", "t1", "--language",
                                                                        "fr").out))
        self.assertNotIn("Revision: flight", shown.group(0))
        self.assertIn("from a pipe", self.at("fr", "message", "show", "us/t1").out)


if __name__ == "__main__":
    main()
