"""The demo that stays up: the whole story, and afterwards nodes that a stranger enters by a link and finds alive."""

import json
import os
import pathlib
import re
import signal
import subprocess
import threading
import time
import unittest
import urllib.error
import urllib.request

from tansiq import PROGRAM, clean_environment, main

STORY_S = 240
PATIENCE_S = 90
DOOR = re.compile(r"^  (\w+)  (http://127\.0\.0\.1:\d+)/#/link/([A-Za-z0-9_-]{43})$", re.MULTILINE)


class Demo:
    """`tansiq demo --keep`, and what it has printed so far."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM, "demo", "--keep"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, env=clean_environment())
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
    def setUp(self):
        self.demo = Demo()
        self.addCleanup(self.end)

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

    def test_story_and_life_after_it(self):
        out = self.demo.until("Ctrl-C ends it")
        self.assertIn("All as expected.", out)
        self.assertNotIn("DIFFERS", out)
        for number in range(1, 12):
            self.assertRegex(out, rf"(?m)^ ?{number}  \S")
        # Each reads in his own language.
        for words in ("fr reads: À qui est la piste", "ru reads: Чей трек", "ru reads: Опасность столкновения",
                      "us reads: Track "):
            self.assertIn(words, out)
        folder = pathlib.Path(re.search(r"folders: (\S+)", out)[1])
        self.assertTrue(folder.is_dir())

        doors = {who: (url, secret) for who, url, secret in DOOR.findall(out[out.index("The nodes stay up."):])}
        self.assertEqual(set(doors), {"us", "ru", "fr", "ch", "de", "uk"})
        tokens = {}
        for who in ("us", "fr"):
            url, secret = doors[who]
            session = ask(f"{url}/v1/session/link/redeem", body={"secret": secret, "bearer": True})
            self.assertEqual(session["name"], "visitor")
            tokens[who] = session["token"]
            with self.assertRaises(urllib.error.HTTPError) as refused:
                ask(f"{url}/v1/session/link/redeem", body={"secret": secret, "bearer": True})
            self.assertEqual(refused.exception.code, 401)

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
