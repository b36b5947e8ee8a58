"""The most likely mistakes, and whether their messages help."""

import os
import socket
import subprocess

from tansiq import K1, PROGRAM, TIMEOUT_S, Case, Node, clean_environment, main, tansiq


class MistakeTest(Case):
    def test_words(self):
        self.fails(tansiq("itnent", "list"), 64, "did you mean 'intent'")
        self.fails(tansiq("intent", "fiel"), 64, "did you mean 'file'")
        self.fails(tansiq("zone", "list", "--nod", "x"), 64, "did you mean '--node'")
        self.fails(tansiq("log", "verify"), 64, "DIR|URL is missing")
        self.fails(tansiq("bench", "everything"), 64, "one of core")
        self.assertEqual(tansiq("intent").code, 64)
        self.assertEqual(tansiq().code, 0)

    def test_nobody_listens(self):
        self.fails(tansiq("zone", "list", "--node", "http://127.0.0.1:1"), 69, "http://127.0.0.1:1", "tansiq serve")

    def test_no_token_and_wrong_token(self):
        node = self.node()
        self.fails(tansiq("zone", "list", "--node", node.url, "--data", self.folder), 77, "--token")
        self.fails(node.run("zone", "list", "--token", "tsq1.nonsense.x"), 77)
        reader = self.ok(tansiq("token", "mint", "--data", node.data, "--subject", "fr", "--scope", "intents.read")).out.strip()
        self.ok(node.run("zone", "list", "--token", reader))
        self.fails(node.run("intent", "file", "--id", "X", *K1, "--token", reader), 77, "intents.file")

    def test_token_options(self):
        node = self.node()
        self.fails(tansiq("token", "mint", "--data", node.data, "--subject", "fr", "--scope", "all"), 65, "intents.file")
        self.fails(tansiq("token", "mint", "--data", node.data, "--subject", "fr", "--scope", "admin", "--ttl", "soon"), 65, "--ttl")

    def test_output_that_nobody_reads(self):
        """As behind `| head`: quietly, with the code of a program that SIGPIPE has ended. A full disk is told."""
        def run(output):
            return subprocess.run([PROGRAM, "completion", "bash"], stdout=output, stderr=subprocess.PIPE, text=True,
                                  timeout=TIMEOUT_S, env=clean_environment())
        reading, writing = os.pipe()
        os.close(reading)
        gone = run(writing)
        os.close(writing)
        self.assertEqual((gone.returncode, gone.stderr), (141, ""))
        with open("/dev/full", "wb") as full:
            unwritten = run(full)
        self.assertEqual(unwritten.returncode, 74)
        self.assertRegex(unwritten.stderr, r"^tansiq: .*cannot be written: No space left.*\n$")

    def test_files(self):
        missing = self.folder / "missing.json"
        self.fails(tansiq("intent", "file", missing), 66, str(missing), "no such file")
        broken = self.folder / "broken.json"
        broken.write_text('{"type":"FeatureCollection",\n "features": [}\n')
        self.fails(tansiq("intent", "file", broken), 65, str(broken), "line 2")
        self.fails(tansiq("check", "--traffic", broken), 65, str(broken))
        broken.write_text('{"id":"X","volumes":[{"outline":{"circle":{"centre":[0,0],"radius_cm":5}}}]}')
        self.fails(tansiq("intent", "file", broken), 65, "volumes[0]", "window")
        self.fails(tansiq("log", "verify", self.folder), 66, "holds no log")
        self.fails(tansiq("charter", "lint", broken), 65, str(broken))

    def test_volumes(self):
        self.fails(tansiq("intent", "file", "--id", "X", *K1[:4], "--band", "FL240-FL180", "--window", "now/+1h"), 65, "FL240-FL180")
        self.fails(tansiq("intent", "file", "--id", "X", *K1[:6]), 64, "--window")
        self.fails(tansiq("intent", "file", "--id", "X"), 64, "FILE")

    def test_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            ran = tansiq("serve", "--data", self.folder / "d", "--listen", f"127.0.0.1:{port}", "--log-level", "off")
            self.fails(ran, 74, str(port))

    def test_two_nodes_on_one_folder(self):
        node = self.node()
        self.fails(tansiq("serve", "--data", node.data, "--listen", "127.0.0.1:0", "--log-level", "off"), 69)

    def test_listening_to_the_world_needs_tls(self):
        ran = tansiq("serve", "--data", self.folder / "d", "--listen", "0.0.0.0:0", "--log-level", "off")
        self.fails(ran, 77, "TLS", "plaintext")
        node = self.node("--allow-plaintext-remote", listen="0.0.0.0:0", data="open")
        self.assertEqual(node.stop(), 0)

    def test_configuration_file(self):
        config = self.folder / "node.toml"
        config.write_text('data = "d"\nlisten = "127.0.0.1:0"\nlissten = "x"\n')
        self.fails(tansiq("serve", "--config", config), 65, f"{config}:3", "lissten")
        config.write_text('data = "d"\nio_threads = "many"\n')
        self.fails(tansiq("serve", "--config", config), 65, f"{config}:2", "io_threads", "whole number")
        config.write_text('data = \n')
        self.fails(tansiq("serve", "--config", config), 65, f"{config}:1")
        config.write_text('data = "d"\n[live]\ndeclare = "contingent"\n')
        self.fails(tansiq("serve", "--config", config), 65, "live.declare", "without a [[source]]")
        config.write_text('data = "d"\nlisten = "127.0.0.1:0"\n')
        self.fails(tansiq("serve", "--config", config, "--log-level", "off"), 66, "tansiq init")

    def test_json_errors(self):
        ran = tansiq("zone", "list", "--node", "http://127.0.0.1:1", "--json")
        self.assertEqual(ran.code, 69)
        self.assertRegex(ran.err, r'^\{"error":\{"code":"unavailable","message":"')

    def test_no_colour_in_a_pipe(self):
        for words in (["--help"], ["intent", "file", "--help"]):
            self.assertNotIn("\x1b", tansiq(*words, env=clean_environment(TERM="xterm-256color")).out)


if __name__ == "__main__":
    main()
