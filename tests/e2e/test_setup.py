"""A real node, set up step by step, as init prints it; completion scripts; the demo; check."""

import json
import re
import shutil
import subprocess
import unittest

from tansiq import SHARED, Case, clean_environment, main, tansiq


class SetupTest(Case):
    def test_init_to_running_node(self):
        data = self.folder / "us"
        out = self.ok(tansiq("init", data, "--authority", "us", "--origin", "us.example/log")).out
        self.assertIn("us.example/log+", out)
        self.assertEqual(data.stat().st_mode & 0o777, 0o700)
        self.assertEqual((data / "node.key").stat().st_mode & 0o777, 0o600)
        draft, key = data / "charter.json", data / "node.key"
        self.assertEqual(tansiq("charter", "lint", draft).code, 1)
        self.ok(tansiq("charter", "add-zone", draft, "--id", "K1", "--owner", "us", "--band", "FL180-FL240",
                       "--corridor", "34.0,33.0 34.5,35.0"))
        self.ok(tansiq("charter", "lint", draft))
        self.ok(tansiq("charter", "sign", draft, "--key", key))
        self.ok(tansiq("charter", "lint", data / "charter.note"))
        self.assertIn("signed", self.ok(tansiq("charter", "show", data / "charter.note")).out)
        node = self.node("--no-develop", data="us")
        self.assertEqual(node.hello["origin"], "us.example/log")
        self.assertFalse((data / "operator.token").exists())
        token = self.ok(tansiq("token", "mint", "--data", data, "--subject", "us", "--scope", "intents.read,intents.file")).out.strip()
        zones = self.ok(node.run("zone", "list", "--token", token, "--json")).json()["zones"]
        self.assertEqual([z["id"] for z in zones], ["K1"])

    def test_init_never_overwrites(self):
        self.ok(tansiq("init", self.folder / "us", "--authority", "us"))
        self.fails(tansiq("init", self.folder / "us", "--authority", "us"), 1, "node.key")

    def test_two_owners_sign(self):
        for who in ("us", "ru"):
            self.ok(tansiq("key", "new", self.folder / f"{who}.key", "--name", f"{who}.example/log"))
        draft = self.folder / "c.json"
        self.ok(tansiq("charter", "new", draft, "--id", "c"))
        for i, who in enumerate(("us", "ru")):
            self.ok(tansiq("charter", "add-authority", draft, "--id", who, "--key", self.folder / f"{who}.key"))
            self.ok(tansiq("charter", "add-zone", draft, "--id", f"K{i}", "--owner", who, "--circle", f"{30 + i * 5},40",
                           "--radius", "20nm"))
        first = self.ok(tansiq("charter", "sign", draft, "--key", self.folder / "us.key"))
        self.assertIn("still missing", first.out)
        note = self.folder / "c.note"
        self.assertEqual(tansiq("charter", "lint", note).code, 1)
        self.ok(tansiq("charter", "sign", note, "--key", self.folder / "ru.key"))
        self.ok(tansiq("charter", "lint", note))
        both = note.read_bytes()
        self.fails(tansiq("charter", "sign", draft, "--key", self.folder / "us.key"), 1, str(note), "signatures of others")
        self.assertEqual(note.read_bytes(), both)
        self.fails(tansiq("charter", "add-zone", note, "--id", "K9", "--owner", "us", "--background"), 1, "signed already")

    def test_three_found_a_coalition_by_files_alone(self):
        """docs/operations.md, step by step: nothing but drafts and notes goes from one folder to another."""
        who = {"us": "30,40", "fr": "35,40", "ru": "40,40"}
        for name, centre in who.items():
            data = self.folder / name
            out = self.ok(tansiq("init", data, "--authority", name, "--origin", f"{name}.example/main",
                                 "--url", f"https://{name}.example:7463")).out
            self.assertIn("TLS key", out)
            for secret in ("node.key", "cosigner.key", "peer.key", "token.key"):
                self.assertEqual((data / secret).stat().st_mode & 0o777, 0o600, secret)
            self.ok(tansiq("charter", "add-zone", data / "charter.json", "--id", f"Z-{name}", "--owner", name,
                           "--circle", centre, "--radius", "20nm"))
        drafts = [self.folder / name / "charter.json" for name in who]
        merged = self.folder / "levant.json"
        self.ok(tansiq("charter", "new", merged, "--id", "levant"))
        first = self.ok(tansiq("charter", "merge", merged, *drafts)).out
        again = self.ok(tansiq("charter", "merge", merged, *reversed(drafts))).out
        self.assertEqual(re.search("hash .*", first)[0], re.search("hash .*", again)[0])
        self.ok(tansiq("charter", "tenants", merged, "Z-us", "fr"))
        for a, b in (("us", "fr"), ("us", "ru"), ("fr", "ru")):
            self.ok(tansiq("charter", "relate", merged, a, b, "--bundle", "deconflict"))
        self.ok(tansiq("charter", "timing", merged, "--crew", "60s"))
        self.ok(tansiq("charter", "lint", merged))
        notes = []
        for name in who:
            notes.append(self.folder / f"{name}.note")
            self.ok(tansiq("charter", "sign", merged, "--key", self.folder / name / "node.key", "--out", notes[-1]))
        self.assertEqual(tansiq("charter", "lint", notes[0]).code, 1)
        self.ok(tansiq("charter", "collect", *notes))
        self.ok(tansiq("charter", "lint", notes[0]))
        shown = self.ok(tansiq("charter", "show", notes[0])).out
        for words in ("https://ru.example:7463", "air/request=1", "crew 1 min", "may be leased to"):
            self.assertIn(words, shown)

    def test_drafts_that_contradict_each_other(self):
        for name in ("us", "fr"):
            self.ok(tansiq("init", self.folder / name, "--authority", name, "--url", f"https://{name}.example"))
        draft = self.folder / "us" / "charter.json"
        self.ok(tansiq("charter", "merge", draft, self.folder / "fr" / "charter.json"))
        self.ok(tansiq("charter", "set-peer", self.folder / "fr" / "charter.json", "--authority", "fr", "--url",
                       "https://elsewhere.example"))
        self.fails(tansiq("charter", "merge", draft, self.folder / "fr" / "charter.json"), 1, "stated in two ways")
        self.fails(tansiq("init", self.folder / "xx", "--authority", "FR_air", "--url", "https://x.example"), 65, "key")

    def test_overlapping_zones_of_two_owners_are_found(self):
        draft = self.folder / "c.json"
        self.ok(tansiq("charter", "new", draft, "--id", "c"))
        for who in ("us", "ru"):
            self.ok(tansiq("key", "new", self.folder / f"{who}.key", "--name", f"{who}/log"))
            self.ok(tansiq("charter", "add-authority", draft, "--id", who, "--key", self.folder / f"{who}.key"))
            self.ok(tansiq("charter", "add-zone", draft, "--id", f"K-{who}", "--owner", who, "--circle", "30,40", "--radius", "20nm"))
        lint = tansiq("charter", "lint", draft)
        self.assertEqual(lint.code, 1)
        self.assertIn("K-us", lint.out)
        self.fails(tansiq("charter", "sign", draft, "--key", self.folder / "us.key"), 65, "not signed")

    def test_completion_scripts_parse(self):
        for shell, checker in (("bash", ["bash", "-n"]), ("zsh", ["zsh", "-n"]), ("fish", ["fish", "-n"])):
            script = self.folder / shell
            script.write_text(self.ok(tansiq("completion", shell)).out)
            if shutil.which(checker[0]):
                subprocess.run([*checker, script], check=True)

    def test_bash_completes(self):
        script = self.folder / "c.bash"
        script.write_text(self.ok(tansiq("completion", "bash")).out)

        def complete(*words):
            program = f"source {script}; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _tansiq; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            return subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True).stdout.split()

        self.assertEqual(complete("tansiq", "int"), ["intent"])
        self.assertIn("verify", complete("tansiq", "log", "ve"))
        self.assertEqual(complete("tansiq", "intent", "file", "--pref"), ["--prefer"])
        self.assertEqual(complete("tansiq", "intent", "file", "--prefer", "l"), ["level"])

    def test_demo(self):
        ran = self.ok(tansiq("demo", "--single", "--once", "--fast"))
        self.assertNotIn("\x1b", ran.out)
        for words in ("confirmed", "refused", "counter-proposal", "taken", "measure FIRE1", "nonconforming", "warned",
                      "good:", "found:", "SIMULATED"):
            self.assertIn(words, ran.out)
        self.assertRegex(ran.out, r"found: \S*tile/entries/\S+, entry \d+, byte")
        again = self.ok(tansiq("demo", "--single", "--once", "--fast"))
        # The same seed tells the same story; only clocks and ports differ.
        call_signs = re.compile(r"\b[A-Z]{3,}\d+\b")
        self.assertEqual(call_signs.findall(ran.out), call_signs.findall(again.out))


WHOLE_WORLD = ["--id", "ALL", "--owner", "lab", "--rule", "disputed", "--disclosure", "full", "--background"]


class CheckTest(Case):
    def test_recording_and_node_name_the_same_pairs(self):
        traffic = SHARED / "data" / "adsb" / "opensky-uk-2021-07-12.csv"
        if not traffic.exists():
            raise unittest.SkipTest(f"{traffic} is not here")
        zones = SHARED / "data" / "airspace" / "fir-world-2018-03.scn"
        report = tansiq("check", "--traffic", traffic, "--zones", zones, "--json")
        self.assertIn(report.code, (0, 1), report)
        self.assertTrue(report.json()["conflicts"], "the recording has conflicts")

        data = self.folder / "data"
        self.ok(tansiq("init", data, "--authority", "lab"))
        draft = data / "charter.json"
        # The charter must be in force at the recording's time.
        text = json.loads(draft.read_text())
        text["valid_from_ms"] = 1577836800000
        draft.write_text(json.dumps(text, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n")
        self.ok(tansiq("charter", "add-zone", draft, *WHOLE_WORLD, "--minima", "5nm/1000ft/0s"))
        self.ok(tansiq("charter", "sign", draft, "--key", data / "node.key"))
        node = self.node("--no-develop", "--clock-start", "2021-07-12T14:00:00Z")
        token = self.ok(tansiq("token", "mint", "--data", data, "--subject", "lab", "--scope", "admin")).out.strip()
        asked = tansiq("check", "--traffic", traffic, "--node", node.url, "--token", token, "--json")
        compared = asked.lines()[-1]
        self.assertTrue(compared["same"], asked)
        self.assertGreater(compared["pairs_from_files"], 0)
        other = tansiq("check", "--traffic", traffic, "--node", node.url, "--token", token, "--minima", "20nm/1000ft/0s", "--json")
        self.assertFalse(other.lines()[-1]["same"], "other minima must not agree by accident")

    def test_bad_lines_do_not_stop_the_run(self):
        header = "time,icao24,lat,lon,velocity,heading,vertrate,callsign,onground,alert,spi,squawk,baroaltitude,geoaltitude,lastposupdate,lastcontact"

        def row(t, who, lat):
            return f"{t},{who},{lat},0.5,200,0,0,{who.upper()},False,False,False,,3000,3050,{t},{t}"

        file = self.folder / "t.csv"
        file.write_text("\n".join([header, *[row(1626098400 + 10 * i, "aa", 51 + 0.01 * i) for i in range(5)], "garbage",
                                   *[row(1626098400 + 10 * i, "bb", 51.02 + 0.01 * i) for i in range(5)],
                                   row(1626098400, "cc", 99)]) + "\n")
        ran = tansiq("check", "--traffic", file, "--json")
        self.assertEqual(ran.code, 1, ran)
        report = ran.json()
        self.assertEqual(len(report["conflicts"]), 1)
        table = tansiq("check", "--traffic", file).out
        self.assertIn("line 7", table)
        geojson = json.loads(tansiq("check", "--traffic", file, "--geojson").out)
        self.assertEqual(geojson["type"], "FeatureCollection")


if __name__ == "__main__":
    main()
