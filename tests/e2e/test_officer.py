"""docs/officers.md from outside: accounts at a stopped node, sign-in at a running one, the watch."""

import os
import pty
import signal
import subprocess
import termios

from tansiq import K1, PROGRAM, TIMEOUT_S, Case, clean_environment, main, tansiq

PASSWORD = "correct horse battery\n"


class OfficerTest(Case):
    def setUp(self):
        super().setUp()
        self.data = self.folder / "data"
        self.data.mkdir()

    def officer(self, *words, stdin=None):
        return tansiq("officer", *words, "--data", self.data, stdin=stdin)

    def as_officer(self, node, name):
        token = self.ok(node.run("officer", "login", name, stdin=PASSWORD)).out.strip()
        self.assertTrue(token.startswith("tso1."), token)
        env = clean_environment(TANSIQ_TOKEN=token)
        return lambda *words: node.run(*words, env=env)

    def test_accounts_are_made_before_the_node_starts(self):
        self.ok(self.officer("add", "chief", "--role", "supervisor", stdin=PASSWORD))
        self.ok(self.officer("add", "duty", stdin=PASSWORD))
        self.fails(self.officer("add", "duty", stdin=PASSWORD), 1, "already")
        self.fails(self.officer("add", "night", stdin="too short\n"), 65, "12 characters")
        self.fails(self.officer("add", "night", stdin=""), 65, "no password")
        self.fails(self.officer("add", "Night Watch", stdin=PASSWORD), 65, "a-z")
        self.fails(self.officer("disable", "chief"), 1, "supervisor")
        self.fails(self.officer("disable", "nobody"), 66, "nobody")
        self.ok(self.officer("disable", "duty"))
        listed = self.ok(self.officer("list", "--json")).json()["officers"]
        self.assertEqual([(o["name"], o["role"], o["disabled"]) for o in listed],
                         [("chief", "supervisor", False), ("duty", "officer", True)])
        self.assertEqual((self.data / "officers.json").stat().st_mode & 0o777, 0o600)
        self.assertNotIn(PASSWORD.strip(), (self.data / "officers.json").read_text())
        (self.data / "officers.json").chmod(0o640)
        self.fails(self.officer("enable", "duty"), 77, "0600")

    def test_ctrl_c_at_a_password_leaves_a_terminal_that_echoes(self):
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        self.addCleanup(os.close, theirs)
        echoes = lambda: bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
        self.assertTrue(echoes())
        for number, press in ((signal.SIGINT, lambda p: os.write(ours, b"half a pass\x03")),
                              (signal.SIGTERM, lambda p: p.send_signal(signal.SIGTERM))):
            # A shell's way: the program leads the terminal's foreground group, to which Ctrl-C goes.
            process = subprocess.Popen(
                ["setsid", "--ctty", "--wait", PROGRAM, "officer", "add", "duty", "--data", str(self.data)]
                if number == signal.SIGINT else [PROGRAM, "officer", "add", "duty", "--data", str(self.data)],
                stdin=theirs, stdout=theirs, stderr=theirs, env=clean_environment())
            self.addCleanup(process.kill)
            shown = b""
            while b": " not in shown:
                shown += os.read(ours, 1024)
            self.assertFalse(echoes(), shown)
            press(process)
            code = process.wait(TIMEOUT_S)
            self.assertIn(code, (-number, 128 + number), shown)
            self.assertTrue(echoes(), number)
        self.assertFalse((self.data / "officers.json").exists())

    def test_an_officer_signs_in_and_takes_the_watch(self):
        self.ok(self.officer("add", "chief", "--role", "supervisor", stdin=PASSWORD))
        self.ok(self.officer("add", "duty", stdin=PASSWORD))
        node = self.node()
        self.fails(self.officer("remove", "duty"), 69, "stop it first")
        self.fails(node.run("officer", "login", "duty", stdin="not the password\n"), 77, "wrong")
        duty = self.as_officer(node, "duty")
        self.assertIn("nobody is on watch", self.ok(duty("officer", "watch", "show")).out)
        self.assertEqual(self.ok(duty("officer", "watch", "take")).out, "duty\n")
        self.assertIn("hands over to chief", self.ok(duty("officer", "watch", "hand-over", "chief")).out)
        chief = self.as_officer(node, "chief")
        self.assertEqual(self.ok(chief("officer", "watch", "take")).out, "chief\n")
        self.assertIn("nothing waits", self.ok(chief("officer", "pending")).out)
        self.fails(duty("officer", "unlock", "duty"), 77)
        self.ok(chief("officer", "unlock", "duty"))
        self.assertEqual(node.stop(), 0)
        self.assertIn("on watch", self.ok(self.officer("list")).out)
        self.assertIn("good: 3 acts", self.ok(self.officer("acts", "--verify")).out)
        self.assertIn("api.takeWatch", self.ok(self.officer("acts")).out)

    def test_what_a_person_does_is_signed_and_cannot_be_altered(self):
        self.ok(self.officer("add", "chief", "--role", "supervisor", stdin=PASSWORD))
        self.assertIn("has signed anything", self.ok(self.officer("acts")).out)
        node = self.node()
        chief = self.as_officer(node, "chief")
        self.ok(chief("intent", "file", "--id", "ONE", *K1))
        self.assertEqual(node.stop(), 0)
        self.assertIn("good: 1 act, 1 tied to an entry", self.ok(self.officer("acts", "--verify")).out)
        acts = self.data / "officer-acts.jsonl"
        self.assertEqual(acts.stat().st_mode & 0o777, 0o600)
        acts.write_text(acts.read_text().replace("ONE", "TWO"))
        self.fails(self.officer("acts", "--verify"), 76, "line 1")

    def test_a_link_is_printed_with_its_secret_behind_the_fragment(self):
        self.ok(self.officer("add", "chief", "--role", "supervisor", stdin=PASSWORD))
        self.ok(self.officer("add", "duty", stdin=PASSWORD))
        node = self.node()
        duty = self.as_officer(node, "duty")
        self.assertRegex(self.ok(duty("officer", "link", "duty")).out, r"^http://127\.0\.0\.1:\d+/#/link/[A-Za-z0-9_-]{43}\n$")
        self.fails(duty("officer", "link", "duty", "--role", "supervisor"), 77, "no more")
        self.fails(duty("officer", "link", "chief"), 77, "supervisor")


if __name__ == "__main__":
    main()
