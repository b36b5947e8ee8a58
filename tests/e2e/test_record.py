"""The record: export, one flipped byte, older checkpoints, proofs, backup and restore."""

import shutil
import time

from tansiq import K1, Case, main, tansiq


class RecordTest(Case):
    def filled(self, count=10):
        node = self.node()
        for i in range(count):
            node.run("intent", "file", "--id", f"I{i}", *K1)
        return node

    def test_entries_are_shown_as_json(self):
        node = self.filled(2)
        rows = self.ok(tansiq("log", "show", node.data, "--json")).lines()
        self.assertEqual([row["index"] for row in rows], list(range(len(rows))))
        self.assertGreater(len(rows), 2)
        for row in rows:
            self.assertIsInstance(row["entry"], dict, row)

    def test_every_flipped_byte_of_a_bundle_is_found(self):
        node = self.filled(3)
        copy = self.folder / "copy"
        self.ok(tansiq("log", "export", node.data, copy))
        self.ok(tansiq("log", "verify", copy, "--key", node.hello["vkey"]))
        bundles = [p for p in (copy / "tile" / "entries").rglob("*") if p.is_file()]
        self.assertEqual(len(bundles), 1)
        bundle = bundles[0]
        whole = bundle.read_bytes()
        for offset in range(0, len(whole), max(1, len(whole) // 25)):
            changed = bytearray(whole)
            changed[offset] ^= 0x01
            bundle.write_bytes(bytes(changed))
            found = tansiq("log", "verify", copy, "--key", node.hello["vkey"], "--json")
            self.assertEqual(found.code, 1, found)
            report = found.json()
            self.assertFalse(report["good"])
            named = [f for f in report["findings"] if f["file"] == str(bundle.relative_to(copy))]
            self.assertTrue(named, report)
            begin, end = named[0]["bytes"]
            self.assertTrue(begin <= offset < end, (offset, named[0]))
        bundle.write_bytes(whole)
        self.ok(tansiq("log", "verify", copy))

    def test_a_log_only_grows(self):
        node = self.filled(2)
        seen = self.folder / "seen.note"
        seen.write_text(self.ok(tansiq("log", "checkpoint", node.data)).out)
        self.ok(node.run("intent", "file", "--id", "LATER", *K1, "--accept-counter"))
        self.ok(tansiq("log", "verify", node.data, "--since", seen, "--json"))

    def test_a_fork_is_found(self):
        node = self.filled(2)
        self.assertEqual(node.stop(), 0)
        shutil.copytree(node.data, self.folder / "twin")
        seen = self.folder / "seen.note"
        for data, name in (("data", "HERE"), ("twin", "THERE")):
            again = self.node(data=data)
            self.ok(again.run("intent", "file", "--id", name, *K1, "--accept-counter", "--flight", name))
            self.assertEqual(again.stop(), 0)
            if data == "data":
                seen.write_text(self.ok(tansiq("log", "checkpoint", again.data)).out)
        forked = tansiq("log", "verify", self.folder / "twin", "--since", seen, "--json")
        self.assertEqual(forked.code, 1, forked)
        self.assertIn("fork", [f["kind"] for f in forked.json()["findings"]])
        self.assertTrue(forked.json()["older"][0]["evidence"])

    def test_a_stranger_s_checkpoint_proves_nothing(self):
        node = self.filled(1)
        other = self.node(data="other")
        seen = self.folder / "seen.note"
        seen.write_text(self.ok(tansiq("log", "checkpoint", other.data)).out)
        self.assertNotEqual(tansiq("log", "verify", node.data, "--since", seen).code, 0)

    def test_proof_of_an_entry(self):
        node = self.filled(5)
        bundle = self.ok(tansiq("log", "proof", node.data, "--entry", "3", "--json")).json()
        self.assertEqual(bundle["index"], 3)
        self.assertIn('"I2"', bundle["entry"])
        self.fails(tansiq("log", "proof", node.data, "--entry", "99"), 66, "beyond")

    def test_wrong_key_is_refused(self):
        node = self.filled(1)
        self.ok(tansiq("key", "new", self.folder / "k", "--name", node.hello["origin"]))
        stranger = self.ok(tansiq("key", "show", self.folder / "k")).out.strip()
        self.assertEqual(tansiq("log", "verify", node.data, "--key", stranger).code, 1)

    def test_backup_and_restore(self):
        node = self.filled(4)
        backup = self.folder / "monday"
        self.ok(tansiq("backup", backup, "--data", node.data))
        self.ok(node.run("intent", "file", "--id", "AFTER", *K1, "--accept-counter"))
        self.assertEqual(node.stop(), 0)
        self.fails(tansiq("backup", backup, "--data", node.data), 1)

        # The machine is lost but for keys, charter and what had been published.
        new = self.folder / "new"
        new.mkdir(mode=0o700)
        for name in ("node.key", "token.key", "ovn.key", "charter.note", "operator.token", "last-checkpoint"):
            shutil.copy(node.data / name, new / name)
        self.ok(tansiq("restore", backup, "--data", new))
        verified = self.ok(tansiq("log", "verify", new, "--json")).json()
        self.assertEqual(verified["entries"], 5)
        self.refuses_to_sign(new)
        self.goes_on_when_two_officers_answer(new)

    def goes_on_when_two_officers_answer(self, data):
        """Nobody mirrors what was lost, so it is given up; data are not for real, so the wait may be stated."""
        for node in self.nodes:
            node.kill()
        self.fails(tansiq("recovery", "accept", "--data", data, "--by", "duty", "--second", "duty"), 65, "two different")
        node = self.node("--recovery-wait", "1ms", data=data.name)
        self.fails(node.run("intent", "file", "--id", "EARLY", *K1), 69, "lost a part")
        self.ok(tansiq("recovery", "accept", "--data", data, "--by", "duty", "--second", "chief"))
        deadline = time.monotonic() + 60
        while node.run("intent", "file", "--id", "LATER", *K1, "--accept-counter").code != 0:
            self.assertLess(time.monotonic(), deadline, node.stderr())
        self.assertEqual(node.stop(), 0)
        self.ok(tansiq("log", "verify", data))
        self.assertIn("node-recovered", self.ok(tansiq("log", "show", data)).out)

    def refuses_to_sign(self, data):
        """Behind what had been published: the node says so and signs nothing."""
        try:
            node = self.node(data=data.name)
        except RuntimeError as error:
            self.assertRegex(str(error), r"publish|last-checkpoint|behind")
            return
        filed = node.run("intent", "file", "--id", "NEW", *K1, "--accept-counter")
        self.assertNotEqual(filed.code, 0, filed)
        self.assertEqual(self.ok(tansiq("log", "verify", data, "--json")).json()["entries"], 5)

    def test_restore_without_last_checkpoint_needs_a_decision(self):
        node = self.filled(2)
        self.ok(tansiq("backup", self.folder / "b", "--data", node.data))
        self.assertEqual(node.stop(), 0)
        new = self.folder / "new"
        new.mkdir(mode=0o700)
        for name in ("node.key", "token.key", "ovn.key", "charter.note"):
            shutil.copy(node.data / name, new / name)
        self.ok(tansiq("restore", self.folder / "b", "--data", new))
        with self.assertRaisesRegex(RuntimeError, "last-checkpoint"):
            self.node(data="new")
        again = self.node("--accept-missing-last-checkpoint", data="new")
        self.ok(again.run("intent", "file", "--id", "NEW", *K1, "--accept-counter"))

    def test_a_damaged_backup_is_refused(self):
        node = self.filled(2)
        self.ok(tansiq("backup", self.folder / "b", "--data", node.data))
        database = self.folder / "b" / "log.db"
        changed = bytearray(database.read_bytes())
        changed[len(changed) // 2] ^= 1
        database.write_bytes(bytes(changed))
        self.fails(tansiq("restore", self.folder / "b", "--data", self.folder / "new"), 76)
        self.assertFalse((self.folder / "new" / "log.db").exists())


if __name__ == "__main__":
    main()
