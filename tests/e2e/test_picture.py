"""The live picture from outside: real sockets with traffic on them, a node that makes a picture of it, and a recording
that tells the same again."""

import json
import math
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from senders import Craft, Datagrams, Live, Traffic, aivdm, cat062, metres_between
from tansiq import PROGRAM, Case, clean_environment, free_port, main, tansiq

def eventually(look, timeout_s=60):
    """What `look` gives as soon as it gives something: for what can only be asked for, again and again."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing came of it: {found!r}")


class PictureCase(Case):
    def picture(self, silent_s=0, data="data"):
        """A node with three inputs, which are recorded."""
        self.ports = {"radar": free_port(socket.SOCK_DGRAM), "receiver": free_port(),
                      "ships": free_port(socket.SOCK_DGRAM)}
        config = self.folder / "node.toml"
        config.write_text("develop = true\n" + "".join(
            f'[[source]]\nname = "{name}"\nformat = "{form}"\nurl = "{scheme}://127.0.0.1:{self.ports[name]}"\n'
            f'silent_seconds = {silent_s if name == "ships" else 0}\n'
            for name, form, scheme in (("radar", "asterix", "udp"), ("receiver", "beast", "tcp-listen"),
                                       ("ships", "aivdm", "udp"))))
        return self.again(data)

    def again(self, data="data"):
        node = self.node("--config", self.folder / "node.toml", "--record", self.folder / "recordings", data=data)
        self.token = (node.data / "operator.token").read_text().strip()
        return node

    def live(self, node):
        return Live(node, self.token)

    def sender(self, source):
        out = Datagrams(self.ports[source])
        self.addCleanup(out.close)
        return out

    def traffic(self, say):
        out = Traffic(say)
        self.addCleanup(out.stop)
        return out

    def fly(self, *craft):
        radar = self.sender("radar")
        return self.traffic(lambda now: [radar.send(cat062(one, now)) for one in craft])

    def tracks(self, node):
        return self.ok(node.run("track", "list", "--json")).json()["tracks"]

    def track(self, node, icao):
        found = [t for t in self.tracks(node) if t.get("icao") == f"{icao:06X}"]
        self.assertLessEqual(len(found), 1, "one craft is one track")
        return found[0] if found else None

    def alerts(self, node, kind):
        return [a for a in self.ok(node.run("alert", "list", "--json")).json()["alerts"] if a["kind"] == kind]

    def metric(self, node, name):
        """None where there is no such line."""
        with urllib.request.urlopen(node.url + "/metrics", timeout=60) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(name + " "):
                    return float(line.split()[-1])
        return None

    def recordings(self):
        return sorted((self.folder / "recordings").glob("*.tsr"))

    def status_of(self, node, path, token):
        request = urllib.request.Request(node.url + path, data=b"", method="POST",
                                         headers={"Authorization": "Bearer " + token})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)


class TrackTest(PictureCase):
    def test_a_craft_that_two_sources_hear_is_one_track_at_the_right_place(self):
        node = self.picture()
        craft = Craft(0x4840D6, 36.8, 33.0, 90, 200, level=350, call_sign="KLM1023")
        rows = ["t,id,lat,lng,alt,name"]
        for tenth in range(0, 600, 5):
            lat, lng = craft.place(craft.begun + tenth / 10)
            rows.append(f"{craft.begun + tenth / 10:.1f},4840d6,{lat:.7f},{lng:.7f},35000,KLM1023")
        flown = self.folder / "flown.csv"
        flown.write_text("\n".join(rows) + "\n")
        feed = subprocess.Popen(
            [PROGRAM, "feed", flown, "--ids", "icao", "--columns",
             "time=t,id=id,latitude=lat,longitude=lng,baro_altitude=alt:ft,label=name", "--as", "beast", "--keep-times",
             "--to", f"tcp://127.0.0.1:{self.ports['receiver']}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())
        self.addCleanup(feed.wait)
        self.addCleanup(feed.kill)
        craft.begun = time.time()  # The recording is sent as if it began now.
        self.fly(craft)

        def heard_by_both():
            track = self.track(node, craft.icao)
            heard = {s["source"] for s in track["sources"] if s["reports"] > 3} if track else set()
            return track if heard == {"radar", "receiver"} else None

        track = eventually(heard_by_both)
        self.assertEqual(track["state"], "live")
        self.assertEqual(track["call_sign"], "KLM1023")
        self.assertEqual(track["domain"], "air")
        place = [part / 1e7 for part in track["position"]]
        self.assertLess(metres_between(place, craft.place(track["time_ms"] / 1000)), 500)
        self.assertAlmostEqual(track["speed_cm_s"] / 100, 200, delta=20)
        self.assertAlmostEqual(track["course_mdeg"] / 1000, 90, delta=5)
        self.assertAlmostEqual(track["pressure_cm"] / 100, 35_000 * 0.3048, delta=50)
        self.assertNotIn("plan", track, "it is nobody's")
        shown = self.ok(node.run("track", "show", track["id"]))
        self.assertIn("KLM1023", shown.out)
        self.assertIn("heard by receiver", shown.out)
        # Within a rectangle, and outside of it.
        self.assertEqual(len(self.ok(node.run("track", "list", "--json", "--south-west", "36,32", "--north-east",
                                              "37.5,35")).json()["tracks"]), 1)
        self.assertEqual(self.ok(node.run("track", "list", "--south-west", "30,32", "--north-east", "31,35")).out,
                         "no track\n")

    def test_a_ship_and_who_is_on_the_stream(self):
        node = self.picture()
        live = self.live(node)
        ship = Craft(0, 36.2, 34.6, 45, 6)
        ships = self.sender("ships")
        self.traffic(lambda now: ships.send(aivdm(235_070_762, ship, now)))
        seen = live.wait(lambda kind, d: kind == "tracks" and any(t.get("mmsi") == 235_070_762 for t in d["tracks"]))
        track = [t for t in seen["tracks"] if t.get("mmsi") == 235_070_762][0]
        self.assertEqual(track["domain"], "sea")
        place = [part / 1e7 for part in track["position"]]
        self.assertLess(metres_between(place, ship.place(track["time_ms"] / 1000)), 100)
        # Whoever comes later sees the same at once.
        other = self.live(node)
        other.wait(lambda kind, d: kind == "tracks" and any(t["id"] == track["id"] for t in d["tracks"]))
        self.assertEqual(other.events[0], ("reset", "{}"))


class AlertTest(PictureCase):
    def what_was_filed_is_known(self, node, live):
        """Files a measure and waits until the picture warns of a craft in it: then it knows what was filed before, too.

        The reply to a filing does not wait for the picture. Returns the craft and the alert."""
        self.ok(node.run("measure", "create", "FIRE", "--zone", "TRAIN", "--circle", "34.3,33.8", "--radius", "4nm",
                         "--band", "FL60-FL80", "--window", "now/+30m", "--text", "wildfire"))
        craft = Craft(0x738012, 34.3, 33.8, 80, 60, level=70)
        self.fly(craft)
        entry = live.alert("volume_entry")
        self.assertEqual(entry["object"], "FIRE")
        return craft, entry

    def test_whose_a_craft_is_and_who_may_be_where(self):
        node = self.picture()
        live = self.live(node)
        self.ok(node.run("intent", "file", "--id", "EAGLE-1", "--flight", "EAGLE1", "--circle", "34.95,33.5", "--radius",
                         "3nm", "--band", "FL190-FL210", "--window", "now/+30m"))
        ours = Craft(0x39C4A1, 34.95, 33.5, 80, 60, level=200, call_sign="EAGLE1")
        stranger = Craft(0x738011, 35.0, 34.4, 80, 60, level=220)
        in_fire, entry = self.what_was_filed_is_known(node, live)
        self.fly(ours, stranger)
        foreign = live.alert("foreign_zone")
        self.assertEqual(foreign["object"], "K1")
        self.assertEqual(foreign["priority"], "alarm")
        attributed = eventually(lambda: (self.track(node, ours.icao) or {}).get("plan"))
        self.assertEqual(attributed["intent"], "EAGLE-1")
        self.assertEqual(attributed["reason"], "call_sign")
        self.assertEqual(foreign["tracks"], [self.track(node, stranger.icao)["id"]])
        self.assertEqual(entry["tracks"], [self.track(node, in_fire.icao)["id"]])
        mine = self.track(node, ours.icao)["id"]
        self.assertEqual([a for a in self.alerts(node, "foreign_zone") if mine in a["tracks"]], [],
                         "it has leave to be there, and had when it was first heard")
        self.assertIn("FIRE", self.ok(node.run("alert", "list")).out)
        # The measure is withdrawn: what was warned of is over.
        self.ok(node.run("measure", "withdraw", "FIRE"))
        live.wait(lambda kind, d: kind == "alert" and d["alert"]["id"] == entry["id"] and "over_ms" in d["alert"])

    def test_a_craft_that_its_intent_names_needs_no_call_sign(self):
        node = self.picture()
        live = self.live(node)
        self.ok(node.run("intent", "file", "--id", "EAGLE-2", "--flight", "EAGLE2", "--craft", "icao=39c4a1", "--craft",
                         "icao=39C4A2 code=4321 valid=now/+2h", "--circle", "34.95,33.5", "--radius", "3nm", "--band",
                         "FL190-FL210", "--window", "now/+30m"))
        self.assertIn("39C4A2 code 4321", self.ok(node.run("intent", "show", "EAGLE-2")).out)
        twice = node.run("intent", "file", "--id", "EAGLE-3", "--craft", "icao=39C4A1", "--craft", "icao=39C4A1",
                         "--circle", "34.95,33.5", "--radius", "3nm", "--window", "now/+30m")
        self.assertNotEqual(twice.code, 0)
        self.assertIn("craft[1].icao", twice.err)
        first = Craft(0x39C4A1, 34.95, 33.5, 80, 60, level=200)
        second = Craft(0x39C4A2, 34.96, 33.5, 80, 60, level=200)
        stranger = Craft(0x738011, 35.0, 34.4, 80, 60, level=220)
        self.what_was_filed_is_known(node, live)
        self.fly(first, second, stranger)
        foreign = live.alert("foreign_zone")
        for craft in (first, second):
            plan = eventually(lambda craft=craft: (self.track(node, craft.icao) or {}).get("plan"))
            self.assertEqual((plan["intent"], plan["reason"]), ("EAGLE-2", "address"))
        self.assertEqual(foreign["tracks"], [self.track(node, stranger.icao)["id"]])
        mine = {self.track(node, craft.icao)["id"] for craft in (first, second)}
        self.assertEqual([a for a in self.alerts(node, "foreign_zone") if mine & set(a["tracks"])], [],
                         "neither was ever foreign in the zone that it has leave for")

    def test_a_conflict_is_told_and_acknowledged(self):
        node = self.picture()
        live = self.live(node)
        # Twenty kilometres apart, towards each other: five miles will be lost in twenty-odd seconds.
        self.fly(Craft(0x4840D6, 36.8, 33.0, 90, 250, level=300), Craft(0x3C4591, 36.8, 33.225, 270, 250, level=300))
        conflict = live.alert("conflict")
        self.assertEqual(len(conflict["tracks"]), 2)
        self.assertEqual(conflict["priority"], "alarm")
        self.assertEqual(conflict["state"], "unacknowledged")
        path = f"/v1/alerts/{conflict['id']}/acknowledge"
        reader = self.ok(tansiq("token", "mint", "--data", node.data, "--subject", "reader", "--scope",
                                "picture.read")).out.strip()
        watch = self.ok(tansiq("token", "mint", "--data", node.data, "--subject", "watch-1", "--scope",
                               "picture.act")).out.strip()
        code, problem = self.status_of(node, path, reader)
        self.assertEqual(code, 403)
        self.assertIn("picture.act", json.dumps(problem))
        code, problem = self.status_of(node, "/v1/alerts/9999/acknowledge", watch)
        self.assertEqual(code, 404, problem)
        self.assertIn("no alert 9999", problem["detail"])
        for _ in range(2):
            code, alert = self.status_of(node, path, watch)
            self.assertEqual(code, 200, alert)
            self.assertEqual(alert["acknowledged"]["by"], "watch-1")
        self.assertEqual(live.alert("conflict", "acknowledged")["acknowledged"]["by"], "watch-1")
        said = [line for line in live.alert_lines() if json.loads(line)["event"] == "acknowledged"]
        self.assertEqual(len(said), 1, "what is acknowledged is so once")
        self.fails(node.run("alert", "acknowledge", "9999"), 66, "no alert 9999")

    def test_a_source_that_goes_silent_and_speaks_again(self):
        node = self.picture(silent_s=1)
        live = self.live(node)
        silent = live.alert("source_silent")
        self.assertEqual(silent["object"], "ships")
        self.assertIn("silent since", self.ok(node.run("source", "list")).out)
        ships = self.sender("ships")
        ship = Craft(0, 36.2, 34.6, 45, 6)
        self.traffic(lambda now: ships.send(aivdm(235_070_762, ship, now)))
        live.wait(lambda kind, d: kind == "alert" and d["alert"]["id"] == silent["id"] and "over_ms" in d["alert"])
        self.assertNotIn("silent since", self.ok(node.run("source", "list")).out)


class RobustnessTest(PictureCase):
    def test_garbage_and_floods_on_one_source_disturb_no_other(self):
        node = self.picture()
        ships, radar = self.sender("ships"), self.sender("radar")
        ship = Craft(0, 36.2, 34.6, 45, 6)
        self.traffic(lambda now: ships.send(aivdm(235_070_762, ship, now)))
        whole = cat062(Craft(0x4840D6, 36.8, 33.0, 90, 200), time.time())

        def flood(now):
            for i in range(400):
                radar.send(whole[:5 + i % (len(whole) - 5)])
                radar.send(bytes((i * 37 + n * n) & 0xFF for n in range(64)))

        self.traffic(flood)
        receiver = socket.create_connection(("127.0.0.1", self.ports["receiver"]))
        self.addCleanup(receiver.close)
        receiver.sendall(b"\x00\xffGET / HTTP/1.1\r\n\r\n" * 1000)

        def moving():
            found = [t for t in self.tracks(node) if t.get("mmsi") == 235_070_762]
            return found and found[0]["sources"][0]["reports"]

        before = eventually(moving)
        eventually(lambda: moving() > before + 8)

        def sources():
            return {s["name"]: s for s in self.ok(node.run("source", "list", "--json")).json()["sources"]}

        eventually(lambda: sum(sources()["radar"]["rejected"].values()) > 100)
        eventually(lambda: sources()["receiver"]["rejected"].get("noise"))
        seen = sources()
        self.assertGreater(len(seen["radar"]["rejected"]), 1, "each by its reason")
        for name in ("radar", "receiver"):
            for reason, count in seen[name]["rejected"].items():
                eventually(lambda: (self.metric(  # Figures are a second old at most.
                    node, f'tansiq_source_rejected_total{{source="{name}",reason="{reason}"}}') or 0) >= count)
        self.assertEqual(sources()["ships"]["rejected"], {})
        self.assertEqual(self.metric(node, 'tansiq_source_overload_total{source="ships"}'), 0)
        self.assertEqual([t for t in self.tracks(node) if t.get("mmsi") != 235_070_762], [])
        self.assertEqual(node.stop(), 0)

    def test_groups_are_there_after_a_restart(self):
        node = self.picture()
        ships = self.sender("ships")
        guide = Craft(0, 34.6, 35.5, 0, 2)
        self.traffic(lambda now: ships.send(aivdm(227_022_600, guide, now)))
        declared = self.folder / "group.json"
        declared.write_text(json.dumps({"guide": {"mmsi": 227_022_600}, "name": "Task force 473", "shapes": [
            {"domain": "sea", "ahead_m": 2000, "astern_m": 1000, "port_m": 1000, "starboard_m": 1000}]}))
        # The longest name there can be: all that is made of it fits into the record, and is read again.
        name = "tf-" + 29 * "4"
        self.fails(node.run("group", "set", name + "4", declared), 65, "id")
        self.ok(node.run("group", "set", name, declared))

        def filed(node):
            for group in self.ok(node.run("group", "list", "--json")).json()["groups"]:
                for space in group["filed"]:
                    if space["domain"] == "sea" and "intent" in space:
                        return space["intent"]
            return None

        intent = eventually(lambda: filed(node))
        self.assertTrue(intent.startswith(f"group-{name}-sea-"), intent)
        self.ok(node.run("intent", "show", intent))
        self.assertEqual(node.stop(), 0)
        node = self.again()
        self.assertEqual(filed(node), intent)
        version = self.ok(node.run("intent", "show", intent, "--json")).json()["version"]
        # Its guide is heard again, and its space is filed anew, under the same name.
        eventually(lambda: self.ok(node.run("intent", "show", intent, "--json")).json()["version"] > version)
        self.ok(node.run("group", "drop", name))
        eventually(lambda: node.run("intent", "show", intent).code != 0 or
                   "ended" in node.run("intent", "show", intent).out)
        self.assertEqual(self.ok(node.run("group", "list")).out, "no group\n")


class RecordingTest(PictureCase):
    def watched(self):
        """Some seconds of alerts, of which a person has seen one, and what was said of them."""
        node = self.picture(silent_s=1)
        live = self.live(node)
        self.ok(node.run("intent", "file", "--id", "EAGLE-1", "--flight", "EAGLE1", "--circle", "34.95,33.5", "--radius",
                         "3nm", "--band", "FL190-FL210", "--window", "now/+30m"))
        self.fly(Craft(0x4840D6, 36.8, 33.0, 90, 250, level=300), Craft(0x3C4591, 36.8, 33.225, 270, 250, level=300),
                 Craft(0x39C4A1, 34.95, 33.5, 80, 60, level=200, call_sign="EAGLE1"),
                 Craft(0x738011, 35.0, 34.4, 80, 60, level=220))
        conflict = live.alert("conflict")
        live.alert("foreign_zone")
        live.alert("source_silent")
        self.ok(node.run("alert", "acknowledge", conflict["id"]))
        live.alert("conflict", "acknowledged")
        return node, live

    def replayed(self, *options):
        ran = self.ok(tansiq("replay", *self.recordings(), "--json", *options))
        return ran.out.splitlines()

    def compare(self, live):
        """Byte for byte, to the end of the node and no further: a stream is closed somewhat before its recording."""
        said = live.alert_lines()
        again = self.replayed()
        self.assertGreaterEqual(len(said), 4)
        self.assertEqual(again[:len(said)], said)
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(math.ceil(time.time()) + 3600))
        self.assertEqual(self.replayed("--until", later), again, "nothing is made of what was not recorded")
        # Before the beginning nothing stands, least of all silence.
        earlier = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 3600))
        self.assertEqual(self.replayed("--at", earlier), again)

    def test_a_replay_says_what_was_said_byte_for_byte(self):
        node, live = self.watched()
        self.assertEqual(node.stop(), 0)
        live.join()
        self.compare(live)
        # Part of it, and as people read it.
        shown = self.ok(tansiq("replay", *self.recordings(), "--tracks"))
        self.assertIn("EAGLE1", shown.out)
        self.assertRegex(shown.err, r"chunks taken until .*: \d tracks?")

    def test_a_killed_node_leaves_a_recording_that_can_be_read(self):
        node, live = self.watched()
        # What is said is on the disk a moment later, while the file is being written.
        eventually(lambda: '"event":"acknowledged"' in "".join(self.replayed()))
        node.stop(signal.SIGKILL)
        live.join()
        short = self.replayed()
        self.assertGreaterEqual(len(short), 4)
        # Either may have come somewhat further than the other.
        said = live.alert_lines()
        both = min(len(said), len(short))
        self.assertGreaterEqual(both, 4)
        self.assertEqual(said[:both], short[:both])
        # And a node that is started again records beside it, or behind it.
        node = self.again()
        self.fly(Craft(0x4840D6, 36.8, 33.0, 90, 250, level=300))
        eventually(lambda: self.track(node, 0x4840D6))
        self.assertEqual(node.stop(), 0)
        self.assertEqual(self.replayed()[:len(short)], short)


class MistakeTest(PictureCase):
    def serve(self, *options):
        return tansiq("serve", "--data", self.folder / "d", "--listen", "127.0.0.1:0", "--log-level", "off", *options)

    def test_sources_that_are_none(self):
        self.fails(self.serve("--source", "radar@udp://127.0.0.1:8600"), 65, "--source", "'radar' is no format",
                   "asterix, beast, sbs, aivdm, cot, csv")
        self.fails(self.serve("--source", "udp://127.0.0.1:8600"), 65, "--source", "FORMAT@URL",
                   "asterix@udp://127.0.0.1:8600")
        self.fails(self.serve("--source", "asterix@udp://127.0.0.1"), 65, "--source", "HOST:PORT")
        self.fails(self.serve("--source", f"csv@file:{self.folder / 'missing.csv'}"), 74, "missing.csv")

    def test_an_address_that_is_taken(self):
        for kind, scheme, form in ((socket.SOCK_DGRAM, "udp", "asterix"), (socket.SOCK_STREAM, "tcp-listen", "beast")):
            with socket.socket(socket.AF_INET, kind) as taken:
                taken.bind(("127.0.0.1", 0))
                if kind == socket.SOCK_STREAM:
                    taken.listen()
                port = taken.getsockname()[1]
                self.fails(self.serve("--source", f"{form}@{scheme}://127.0.0.1:{port}"), 74, str(port), "already in use")

    def test_a_node_without_sources_says_what_is_missing(self):
        node = self.node()
        for words in (["track", "list"], ["track", "show", "1"], ["alert", "list"], ["alert", "acknowledge", "1"],
                      ["source", "list"], ["group", "list"], ["live"]):
            self.fails(node.run(*words), 66, "no live picture", "[[source]]")

    def test_words(self):
        node = self.picture()
        self.fails(node.run("track", "show", "99"), 66, "no such track")
        self.fails(node.run("track", "list", "--south-west", "33,34"), 64, "--north-east")
        group = self.folder / "group.json"
        group.write_text('{"guide":{"mmsi":227022600},"name":"x","shapes":[{"domain":"sea","ahead_m":0,"astern_m":1,'
                         '"port_m":1,"starboard_m":1}]}')
        self.fails(node.run("group", "set", "tf", group), 65, "shapes[0].ahead_m", "is outside 1 to")
        self.fails(node.run("group", "drop", "tf"), 66, "no such group")
        nothing = self.folder / "nothing.tsr"
        nothing.write_text("hello\n")
        self.fails(tansiq("replay", nothing), 65, "nothing.tsr")


if __name__ == "__main__":
    main()
