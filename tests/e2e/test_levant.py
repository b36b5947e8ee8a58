"""The demo, as a stranger sees it: one link at the beginning, the story in the console's own words, and nodes that he finds
alive behind it; and nothing of it is left when he has enough."""

import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from tansiq import PROGRAM, clean_environment, main

STORY_S = 240
PATIENCE_S = 90
LINK = r"(http://127\.0\.0\.1:\d+)/#/link/([A-Za-z0-9_-]{43})"
DOOR = re.compile(rf"^  (\w+)  {LINK}$", re.MULTILINE)
FRONT_DOOR = re.compile(rf"^    {LINK}$", re.MULTILINE)


def redeem(door):
    """The session of whoever opens a link."""
    url, secret = door
    return ask(f"{url}/v1/session/link/redeem", body={"secret": secret, "bearer": True})


def alive(pid):
    """A process that is there, and is no zombie."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Demo:
    """`tansiq demo`, and what it has printed so far. What it makes is below `parent`."""

    def __init__(self, parent, *words):
        environment = clean_environment() | {"TMPDIR": parent}
        self.process = subprocess.Popen([PROGRAM, "demo", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=environment)
        self.lines, self.more = [], threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.more:
                self.lines.append(line)
                self.more.notify_all()
        with self.more:
            self.more.notify_all()

    def out(self):
        with self.more:
            return "".join(self.lines)

    def until(self, words):
        """All that was printed, once `words` were, or the program has ended."""
        with self.more:
            self.more.wait_for(lambda: any(words in line for line in self.lines) or not self.reader.is_alive(), STORY_S)
            return "".join(self.lines)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)


def ask(url, token=None, body=None):
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body is not None else None)
    if body is not None:
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


class LevantTest(unittest.TestCase):
    def begin(self, *words):
        parent = tempfile.TemporaryDirectory()
        self.addCleanup(parent.cleanup)
        self.demo = Demo(parent.name, *words)
        self.addCleanup(self.end)
        return pathlib.Path(parent.name)

    def end(self):
        if self.demo.process.poll() is None:
            self.demo.stop()
        self.demo.reader.join(PATIENCE_S)
        self.demo.process.stdout.close()

    def until(self, what):
        end = time.monotonic() + PATIENCE_S
        while True:
            got = what()
            if got:
                return got
            self.assertLess(time.monotonic(), end, self.demo.out()[-3000:])
            time.sleep(0.5)

    def test_a_stranger_follows_it_and_ctrl_c_leaves_nothing(self):
        parent = self.begin()
        out = self.demo.until("hears the three others")
        doors = FRONT_DOOR.findall(out)
        self.assertEqual(len(doors), 1, "one address, at the beginning")
        self.assertNotRegex(out, DOOR)
        session = redeem(doors[0])
        url, token = doors[0][0], session["token"]
        self.assertTrue(ask(f"{url}/v1/self", token)["capabilities"]["story"])

        def told():
            return ask(f"{url}/v1/story?limit=1000", token)["lines"]

        # The second step is under way: what was said of the first is there, word for word as on the terminal.
        def second_step():
            lines = told()
            return lines if any(line.get("step") == 2 for line in lines) else None

        lines = self.until(second_step)
        first = lines[0]
        self.assertEqual((first["kind"], first["step"], first["title"]["en"]), ("step", 1, "Frozen, but informed"))
        self.assertEqual(set(first["about"]), {"ar", "en", "fr", "ru"})
        checks = [line for line in lines if line["kind"] == "check"]
        self.assertTrue(all(line["seen"] for line in checks), checks)
        for line in checks[:5]:
            self.assertIn(f"seen    {line['text']}", self.demo.out())
        self.assertIn("K4", [line["name"] for line in lines if line["kind"] == "look"])

        # Somebody has enough, in the middle of it.
        pids = re.findall(r"process (\d+), its own folder", out)
        self.assertEqual(len(pids), 4)
        self.assertTrue(all(alive(pid) for pid in pids))
        self.assertEqual(len(list(parent.iterdir())), 1)
        self.assertEqual(self.demo.stop(), 130)
        self.demo.reader.join(PATIENCE_S)
        self.assertIn("Broken off", self.demo.out())
        self.assertEqual([pid for pid in pids if alive(pid)], [])
        self.assertEqual(list(parent.iterdir()), [])

    def test_story_and_life_after_it(self):
        self.begin("--keep")
        out = self.demo.until("Ctrl-C ends it")
        self.assertIn("All as expected.", out)
        self.assertNotIn("DIFFERS", out)
        for number in range(1, 12):
            self.assertRegex(out, rf"(?m)^ ?{number}  \S")
        # Each reads in his own language.
        for words in ("fr reads: À qui est la piste", "ru reads: Чей трек", "ru reads: Опасность столкновения",
                      "us reads: Track "):
            self.assertIn(words, out)
        # The proof comes before the nodes stay up.
        self.assertIn("byte for byte as they were seen live", out[:out.index("The nodes stay up.")])
        self.assertEqual(out.count("verifies: "), 4)
        folder = pathlib.Path(re.search(r"folders: (\S+)", out)[1])
        self.assertTrue(folder.is_dir())

        after = out[out.index("The nodes stay up."):]
        self.assertEqual(len(FRONT_DOOR.findall(after)), 1)
        doors = {who: (url, secret) for who, url, secret in DOOR.findall(after)}
        self.assertEqual(set(doors), {"us", "ru", "fr", "ch", "de", "uk"})
        tokens = {}
        for who in ("us", "fr"):
            url, secret = doors[who]
            session = redeem(doors[who])
            self.assertEqual(session["name"], "visitor")
            tokens[who] = session["token"]
            with self.assertRaises(urllib.error.HTTPError) as refused:
                ask(f"{url}/v1/session/link/redeem", body={"secret": secret, "bearer": True})
            self.assertEqual(refused.exception.code, 401)

        end = ask(f"{doors['us'][0]}/v1/story?limit=1000", tokens["us"])["lines"][-1]
        self.assertEqual((end["kind"], end["differ"]), ("end", 0))

        # The flights of a lap are filed, enter their corridors, and are known for what they are.
        def flying():
            tracks = ask(f"{doors['us'][0]}/v1/tracks", tokens["us"])["tracks"]
            return [track for track in tracks if track.get("plan", {}).get("inside")
                    and re.fullmatch(r"(TALON|STEEL|REACH)[1-3]", track.get("call_sign", ""))]

        first = self.until(flying)[0]
        self.until(lambda: any(track["id"] == first["id"] and track["position"] != first["position"]
                               for track in ask(f"{doors['us'][0]}/v1/tracks", tokens["us"])["tracks"]))
        # And the ships sail on.
        self.until(lambda: [track for track in ask(f"{doors['fr'][0]}/v1/tracks", tokens["fr"])["tracks"]
                            if track.get("mmsi") == 227000473 and track["state"] != "stale"])

        self.assertEqual(self.demo.stop(), 0)
        self.assertFalse(folder.exists(), os.listdir(folder) if folder.exists() else "")


if __name__ == "__main__":
    main()
