"""Traffic for a node's inputs, and the other end of its live stream. Written from the formats' documents, not from the
program's encoders: what both get wrong in the same way would be found by nobody. Standard library only."""

import json
import math
import socket
import struct
import threading
import time
import urllib.request

EARTH_M_PER_DEG = 111_195.0


class Craft:
    """Moves straight from a place at a moment; latitude and longitude in degrees, metres a second."""

    def __init__(self, icao, lat, lng, course, speed, level=200, call_sign="", number=None):
        self.icao, self.lat, self.lng, self.course, self.speed = icao, lat, lng, course, speed
        self.level, self.call_sign, self.number = level, call_sign, number if number is not None else icao & 0x0FFF
        self.begun = time.time()

    def velocity(self):
        angle = math.radians(self.course)
        return self.speed * math.sin(angle), self.speed * math.cos(angle)

    def place(self, when):
        east, north = (v * (when - self.begun) for v in self.velocity())
        return (self.lat + north / EARTH_M_PER_DEG,
                self.lng + east / (EARTH_M_PER_DEG * math.cos(math.radians(self.lat))))


def metres_between(a, b):
    mean = math.radians((a[0] + b[0]) / 2)
    return math.hypot((a[0] - b[0]) * EARTH_M_PER_DEG, (a[1] - b[1]) * EARTH_M_PER_DEG * math.cos(mean))


def cat062(craft, when):
    """One record of EUROCONTROL CAT 062: items 010, 070, 105, 185, 380 (address, call sign), 040, 080, 136."""
    lat, lng = craft.place(when)
    east, north = craft.velocity()
    record = bytes([0b10011011, 0b00011101, 0b00100000])
    record += bytes([25, 2])
    record += int(when % 86_400 * 128).to_bytes(3, "big")
    record += struct.pack(">ii", round(lat * 2**25 / 180), round(lng * 2**25 / 180))
    record += struct.pack(">hh", round(east * 4), round(north * 4))
    letters = 0
    for letter in f"{craft.call_sign:<8}":
        letters = letters << 6 | ord(letter) & 0x3F
    record += bytes([0b11000000]) + craft.icao.to_bytes(3, "big") + letters.to_bytes(6, "big")
    record += craft.number.to_bytes(2, "big")
    record += bytes([0])
    record += struct.pack(">h", craft.level * 4)
    return bytes([62]) + (3 + len(record)).to_bytes(2, "big") + record


def aivdm(mmsi, craft, when):
    """ITU-R M.1371 message 1 as an NMEA sentence."""
    lat, lng = craft.place(when)
    bits = ""
    for value, width in ((1, 6), (0, 2), (mmsi, 30), (0, 4), (0x80, 8), (round(craft.speed * 19.438), 10), (1, 1),
                         (round(lng * 600_000), 28), (round(lat * 600_000), 27), (round(craft.course * 10), 12),
                         (round(craft.course) % 360, 9), (int(when) % 60, 6), (0, 2), (0, 3), (0, 1), (0, 19)):
        bits += format(value & (1 << width) - 1, f"0{width}b")
    payload = ""
    for at in range(0, len(bits), 6):
        six = int(bits[at:at + 6], 2)
        payload += chr(six + 48 if six < 40 else six + 56)
    body = f"AIVDM,1,1,,A,{payload},0"
    checksum = 0
    for byte in body.encode():
        checksum ^= byte
    return f"!{body}*{checksum:02X}\r\n".encode()


class Datagrams:
    def __init__(self, port):
        self.to = ("127.0.0.1", port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def send(self, data):
        self.socket.sendto(data, self.to)

    def close(self):
        self.socket.close()


class Traffic:
    """Says four times a second where craft are, until it is told to stop."""

    def __init__(self, say):
        self.say, self.stopping = say, threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.stopping.wait(0.25):
            self.say(time.time())

    def stop(self):
        self.stopping.set()
        self.thread.join()


class Live:
    """An open /v1/live: every event so far, and a wait for the one that matters."""

    def __init__(self, node, token):
        request = urllib.request.Request(node.url + "/v1/live", headers={"Authorization": "Bearer " + token})
        self.answer = urllib.request.urlopen(request, timeout=60)
        self.changed = threading.Condition()
        self.events, self.ended = [], False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        self.wait(lambda kind, data: kind == "reset")

    def read(self):
        kind, data = "", []
        try:
            for line in self.answer:
                line = line.decode().rstrip("\r\n")
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    data.append(line[6:])
                elif not line and data:
                    with self.changed:
                        self.events.append((kind, "\n".join(data)))
                        self.changed.notify_all()
                    kind, data = "", []
        except OSError:
            pass  # The node was killed.
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, wanted, timeout_s=60):
        """The first event, from the beginning on, for which `wanted(kind, document)` holds."""
        deadline, at = time.monotonic() + timeout_s, 0
        with self.changed:
            while True:
                for kind, data in self.events[at:]:
                    document = json.loads(data)
                    if wanted(kind, document):
                        return document
                at = len(self.events)
                if self.ended or not self.changed.wait(deadline - time.monotonic()):
                    said = [data for kind, data in self.events if kind == "alert"]
                    raise AssertionError("it was never said; alerts: " + "\n".join(said))

    def alert(self, kind, event="raised", obj=None):
        return self.wait(lambda k, d: k == "alert" and d["alert"]["kind"] == kind and d["event"] == event and
                         (obj is None or d["alert"].get("object") == obj))["alert"]

    def alert_lines(self):
        with self.changed:
            return [data for kind, data in self.events if kind == "alert"]

    def join(self):
        """Reads to the end of a stream whose node is gone."""
        self.thread.join(60)
