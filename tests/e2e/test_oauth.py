"""A node that takes the tokens of an outside issuer, and `tansiq oauth-dev` as that issuer: two real processes."""

import json
import pathlib
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

from tansiq import PROGRAM, SOURCE, TIMEOUT_S, Case, clean_environment, free_port, main, tansiq

SC = "utm.strategic_coordination"
INTENT = "/dss/v1/operational_intent_references/00000000-0000-4000-8000-000000000001"


def ask(url, token=None, data=None):
    """Status, headers and body of one request."""
    request = urllib.request.Request(url, data=data)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
            return reply.status, dict(reply.headers), reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


class Issuer:
    """A running `tansiq oauth-dev`."""

    def __init__(self, port, *options):
        self.process = subprocess.Popen([PROGRAM, "oauth-dev", "--json", "--listen", f"127.0.0.1:{port}", "--issuer", "lab",
                                         *map(str, options)], stdout=subprocess.PIPE, text=True, env=clean_environment())
        self.hello = json.loads(self.process.stdout.readline())
        self.url = self.hello["url"]

    def token(self, post=False, **parameters):
        wanted = {"grant_type": "client_credentials", "sub": "alpha", "intended_audience": "dss.example", "scope": SC}
        form = urllib.parse.urlencode({**wanted, **parameters})
        status, _, body = ask(f"{self.url}/token", data=form.encode()) if post else ask(f"{self.url}/token?{form}")
        assert status == 200, body
        return json.loads(body)["access_token"]

    def rotate(self, forget=False):
        status, _, body = ask(f"{self.url}/rotate?forget={str(forget).lower()}", data=b"")
        assert status == 200, body

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(TIMEOUT_S)
        self.process.stdout.close()
        return self.process.returncode


class OauthTest(Case):
    def setUp(self):
        super().setUp()
        self.port = free_port()
        self.issuer = self.start_issuer()

    def start_issuer(self, *options):
        issuer = Issuer(self.port, *options)
        self.addCleanup(issuer.stop)
        return issuer

    def trusting_node(self, jwks=None, test_mode="true", more=""):
        config = self.folder / "node.toml"
        config.write_text(f"""
develop = true
test_mode = {test_mode}
{more}
[auth]
audiences = ["dss.example"]
[[auth.issuer]]
name = "lab"
jwks = "{jwks or self.issuer.url + '/.well-known/jwks.json'}"
unknown_key_seconds = 1
""")
        return self.node("--config", config)

    def status(self, node, token):
        return ask(node.url + INTENT, token)[0]

    def eventually(self, node, token, wanted):
        """Keys are fetched in the background; nobody waits for them but this test."""
        deadline = time.monotonic() + 60
        while (got := self.status(node, token)) != wanted:
            self.assertLess(time.monotonic(), deadline, f"{got}, not {wanted}: {node.stderr()}")
            time.sleep(0.05)

    def test_tokens_are_taken_and_refused(self):
        node = self.trusting_node()
        self.eventually(node, self.issuer.token(), 404)  # known, allowed, and there is no such intent
        self.assertEqual(self.status(node, self.issuer.token(post=True)), 404)
        self.assertEqual(self.status(node, self.issuer.token(scope="utm.constraint_processing")), 403)
        self.assertEqual(self.status(node, self.issuer.token(scope="")), 403)
        self.assertEqual(self.status(node, None), 401)
        for wrong in ({"intended_audience": "elsewhere.example"}, {"ttl": -1}, {"ttl": 7200}, {"issuer": "other"}):
            status, headers, body = ask(node.url + INTENT, self.issuer.token(**wrong))
            self.assertEqual(status, 401, wrong)
            self.assertIn("message", json.loads(body))
            self.assertIn('error="invalid_token"', headers["WWW-Authenticate"])
        node.stop()
        log = [json.loads(line) for line in node.stderr().splitlines()]
        reasons = {line["reason"] for line in log if line["event"] == "token.refused"}
        self.assertLessEqual({"audience", "expired", "expires_too_late", "issuer"}, reasons)

    def test_a_supplier_files_and_another_sees_it(self):
        node = self.trusting_node()
        self.eventually(node, self.issuer.token(), 404)
        start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + s)) for s in (600, 4200))
        volume = {"volume": {"outline_circle": {"center": {"lat": 46.5, "lng": 6.6}, "radius": {"value": 300, "units": "M"}},
                             "altitude_lower": {"value": 400, "reference": "W84", "units": "M"},
                             "altitude_upper": {"value": 520, "reference": "W84", "units": "M"}},
                  "time_start": {"value": start, "format": "RFC3339"}, "time_end": {"value": end, "format": "RFC3339"}}
        body = {"extents": [volume], "state": "Accepted", "uss_base_url": "http://a.example"}
        request = urllib.request.Request(node.url + INTENT, data=json.dumps(body).encode(), method="PUT",
                                         headers={"Authorization": f"Bearer {self.issuer.token()}"})
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
            self.assertEqual(reply.headers["Tansiq-Test-Mode"], "on")
            self.assertEqual(json.load(reply)["operational_intent_reference"]["manager"], "alpha")
        _, _, seen = ask(node.url + INTENT, self.issuer.token(sub="bravo"))
        self.assertEqual(json.loads(seen)["operational_intent_reference"]["ovn"], "Available from USS")

    def test_a_rotated_key_is_found_and_a_forgotten_one_is_void(self):
        node = self.trusting_node()
        old = self.issuer.token()
        self.eventually(node, old, 404)
        self.issuer.rotate()
        self.eventually(node, self.issuer.token(), 404)
        self.assertEqual(self.status(node, old), 404)
        self.issuer.rotate(forget=True)
        self.eventually(node, self.issuer.token(), 404)
        self.assertEqual(self.status(node, old), 401)

    def test_an_issuer_that_is_away_and_comes_back_with_another_key(self):
        node = self.trusting_node()
        token = self.issuer.token()
        self.eventually(node, token, 404)
        self.assertEqual(self.issuer.stop(), 0)
        self.assertEqual(self.status(node, token), 404)  # its keys are kept
        self.issuer = self.start_issuer()
        self.eventually(node, self.issuer.token(), 404)

    def test_an_issuer_that_is_not_there_yet(self):
        token = self.issuer.token()
        self.issuer.stop()
        node = self.trusting_node()
        status, headers, _ = ask(node.url + INTENT, token)
        self.assertEqual((status, headers["Retry-After"]), (503, "5"))
        self.assertIn("issuer lab", ask(node.url + "/readyz")[2])

    def test_the_same_key_after_a_restart(self):
        key = self.folder / "lab.key"
        self.issuer.stop()
        self.issuer = self.start_issuer("--key", key, "--algorithm", "ES256")
        self.assertEqual(key.stat().st_mode & 0o777, 0o600)
        keys = ask(self.issuer.url + "/.well-known/jwks.json")[2]
        self.issuer.stop()
        self.issuer = self.start_issuer("--key", key)
        self.assertEqual(ask(self.issuer.url + "/.well-known/jwks.json")[2], keys)

    def test_keys_in_a_file_and_sighup(self):
        jwks = self.folder / "jwks.json"
        jwks.write_text(ask(self.issuer.url + "/.well-known/jwks.json")[2])
        node = self.trusting_node(jwks="jwks.json", test_mode="false")
        self.assertEqual(self.status(node, self.issuer.token()), 404)  # without test mode, and at once
        self.issuer.rotate()
        jwks.write_text(ask(self.issuer.url + "/.well-known/jwks.json")[2])
        node.process.send_signal(signal.SIGHUP)
        self.eventually(node, self.issuer.token(), 404)
        self.assertEqual(node.stop(), 0)

    def test_the_published_key_needs_test_mode(self):
        self.issuer.stop()
        published = Issuer(self.port, "--issuer", "tansiq-test-mode", "--key", SOURCE / "examples/test-mode-key.pem")
        self.addCleanup(published.stop)
        token = published.token(intended_audience="localhost")
        quiet = self.node(data="quiet")
        self.assertEqual(self.status(quiet, token), 401)
        loud = self.node("--test-mode", data="loud")
        self.assertEqual(self.status(loud, token), 404)
        self.assertIn("node.test_mode", loud.stderr())

    def test_mistakes(self):
        self.fails(tansiq("oauth-dev", "--listen", "0.0.0.0:0"), 77, "--listen", "whoever reaches this issuer")
        data = self.folder / "real"
        self.ok(tansiq("init", data, "--authority", "us", "--mode", "REAL"))
        draft = data / "charter.json"
        self.ok(tansiq("charter", "add-zone", draft, "--id", "K1", "--owner", "us", "--circle", "30,40", "--radius", "20nm"))
        self.ok(tansiq("charter", "sign", draft, "--key", data / "node.key"))
        self.fails(tansiq("serve", "--data", data, "--no-develop", "--test-mode", "--listen", "127.0.0.1:0"), 77, "REAL")
        config = self.folder / "node.toml"
        config.write_text('develop = true\n[[auth.issuer]]\nname = "lab"\njwks = "http://127.0.0.1:1/keys"\n')
        self.fails(tansiq("serve", "--data", self.folder / "x", "--config", config), 65, "name the audiences")
        config.write_text('develop = true\n[auth]\naudiences = "a"\n[[auth.issuer]]\nname = "lab"\njwks = "http://127.0.0.1:1/keys"\n')
        self.fails(tansiq("serve", "--data", self.folder / "y", "--config", config), 65, "https alone")


if __name__ == "__main__":
    main()
