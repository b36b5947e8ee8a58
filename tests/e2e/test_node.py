"""A node as a person meets it: serve, file, take a counter-proposal, verify, stop, start again."""

import datetime
import json
import signal
import urllib.error
import urllib.request

from tansiq import K1, Case, main, tansiq


class NodeTest(Case):
    def state(self, node):
        """State hash and entries, as the node's metrics or its record tell."""
        audit = self.ok(tansiq("log", "audit", node.data, "--json"))
        return audit.json()["state_hash"], audit.json()["entries"]

    def test_file_refuse_and_take_the_counter_proposal(self):
        node = self.node()
        first = self.ok(node.run("intent", "file", "--id", "ONE", *K1, "--json")).json()
        self.assertEqual(first["type"], "intent.accepted")
        refused = node.run("intent", "file", "--id", "TWO", *K1)
        self.assertEqual(refused.code, 1, refused)
        self.assertIn("ONE", refused.out)
        self.assertIn("free is", refused.out)
        taken = node.run("intent", "file", "--id", "TWO", *K1, "--accept-counter", "--prefer", "level")
        self.ok(taken)
        self.assertIn("taking the counter-proposal", taken.out)
        listed = self.ok(node.run("intent", "list", "--json")).json()["intents"]
        self.assertEqual([i["id"] for i in listed], ["ONE", "TWO"])

    def test_life_of_an_intent(self):
        node = self.node()
        self.ok(node.run("intent", "file", "--id", "ONE", *K1))
        self.assertIn("activated ONE, version 2", self.ok(node.run("intent", "activate", "ONE")).out)
        self.assertIn("nonconforming ONE, version 3", self.ok(node.run("intent", "off-nominal", "ONE")).out)
        stale = node.run("intent", "end", "ONE", "--version", "1")
        self.fails(stale, 1, "version")
        self.assertIn("ended ONE, version 4", self.ok(node.run("intent", "end", "ONE")).out)
        self.fails(node.run("intent", "activate", "ONE"), 1)

    def test_repeating_a_command_returns_its_first_outcome(self):
        node = self.node()
        # The same command is the same request, to the millisecond: `now` would not be.
        start = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        words = ["intent", "file", "--id", "ONE", *K1[:-1], start + "/+30m", "--command-id", "c1", "--json"]
        first = self.ok(node.run(*words)).json()
        again = self.ok(node.run(*words)).json()
        self.assertFalse(first["repeated"])
        self.assertTrue(again["repeated"])
        self.assertEqual(first["index"], again["index"])

    def test_what_an_intent_of_f3548_holds_is_released_by_officers(self):
        node = self.node()
        intent = "5f0b1c6e-5d0b-4a55-9a57-5a53a1f6c001"
        words = ["--zone", "K1", "--reason", "its operator says that it has landed"]
        self.fails(node.run("uss", "release", intent, *words), 66, intent)
        self.fails(node.run("uss", "release", intent, *words, "--from", "soon"), 65, "--from")
        self.fails(node.run("uss", "release", "M1", *words), 65, "M1")

    def test_measure_refuses_and_lists_whom_it_affects(self):
        node = self.node()
        self.ok(node.run("intent", "file", "--id", "ONE", *K1))
        made = self.ok(node.run("measure", "create", "FIRE", "--zone", "K1", *K1, "--text", "wildfire"))
        self.assertIn("ONE", made.out)
        higher = [w.replace("FL190-FL210", "FL195-FL205") for w in K1]
        self.assertEqual(node.run("intent", "preview", *higher).code, 1)
        self.ok(node.run("measure", "withdraw", "FIRE"))
        self.assertIn("no measures", self.ok(node.run("measure", "list")).out)

    def test_events_resume_without_gap(self):
        node = self.node()
        for name in ("A", "B"):
            node.run("intent", "file", "--id", name, *K1)
        seen = self.ok(node.run("events", "--after", "0", "--json")).lines()
        self.assertEqual([e["seq"] for e in seen], ["1", "2"])
        later = self.ok(node.run("events", "--after", "1", "--json")).lines()
        self.assertEqual([e["seq"] for e in later], ["2"])

    def test_verify_by_folder_and_by_url_and_after_a_stop(self):
        node = self.node()
        self.ok(node.run("intent", "file", "--id", "ONE", *K1))
        running = self.ok(tansiq("log", "verify", node.data, "--json")).json()
        self.assertTrue(running["good"])
        self.assertEqual(running["authorship"], "verified")
        served = self.ok(tansiq("log", "verify", node.url, "--data", node.data, "--json")).json()
        self.assertTrue(served["good"])
        self.assertEqual(node.stop(), 0)
        self.assertEqual(self.ok(tansiq("log", "verify", node.data, "--json")).json()["entries"], 2)

    def test_stop_and_restart_keep_the_state(self):
        node = self.node()
        for i in range(20):
            node.run("intent", "file", "--id", f"I{i}", *K1, "--accept-counter")
        self.assertEqual(node.stop(), 0)
        before = self.state(node)
        again = self.node()
        self.assertEqual(again.hello["entries"], before[1])
        self.ok(again.run("intent", "show", "I0"))
        self.assertEqual(again.stop(signal.SIGINT), 0)
        self.assertEqual(self.state(again), before)

    def test_errors_over_http_are_problems_with_an_id(self):
        node = self.node()
        token = (node.data / "operator.token").read_text().strip()
        request = urllib.request.Request(node.url + "/v1/intents/X", data=b'{"a":1,"a":2}', method="PUT",
                                         headers={"Authorization": "Bearer " + token, "Content-Type": "application/json"})
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request)
        with caught.exception as answer:
            self.assertEqual(answer.code, 400)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            problem = json.load(answer)
        node.stop()
        self.assertIn(problem["id"], node.stderr(), "the log line that bears the id of the error")


if __name__ == "__main__":
    main()
