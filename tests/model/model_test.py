"""The models of the protocol, as tests: docs/model/run.sh on one model, and what document and models say of each other.

    model_test.py run NAME [--long]     every check of one model, or one check, comes out as expected
    model_test.py documents             headings, tags and totals agree with what is run; a wrong expectation is noticed
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MODELS = ROOT / "docs/model"
DOCUMENT = ROOT / "docs/coordination.md"
SKIPPED = 77
CHECKS, CHECKS_LONG = 96, 98  # As docs/model/README.md says.


def run(*words, folder=MODELS):
    """Runs the script; gives its exit code and its lines."""
    done = subprocess.run([folder / "run.sh", *words], capture_output=True, text=True, check=False)
    if done.returncode == SKIPPED:
        print(done.stderr, end="")
        sys.exit(SKIPPED)
    return done.returncode, done.stdout.splitlines()


def listed(*words, folder=MODELS):
    """The checks as rows [name, expected, model, flags…]."""
    code, lines = run("--list", *words, folder=folder)
    assert code == 0
    return [line.split("|") for line in lines]


def documented_states():
    """Numbers of states that section 9 gives, by the name of the check."""
    section = DOCUMENT.read_text().split("## 9. ")[1].split("\n## ")[0]
    states = {}
    for line in section.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 3 or not re.match(r"\d", cells[2]):
            continue
        name = {"leg, G=2": "leg.G2"}.get(cells[1], cells[1])
        first, *more = re.split(r"[;(]", cells[2].replace(",", "").rstrip(")"))
        states[name] = int(first)
        for each in more:
            number = int(re.search(r"\d+", each).group())
            words = re.sub(r"\d+", "", each).strip()
            states[f"{name}.{SUFFIXES[words]}"] = number
    return states


SUFFIXES = {"with expiry": "expire", "transfer": "perm", "more grants": "long", "two thaws": "long"}


def run_checks(name, long):
    """Prints what is wrong; returns the exit status."""
    words = [name] + (["--long"] if long else [])
    rows = listed(*words)
    code, lines = run(*words)
    print("\n".join(lines))
    wrong = []
    if code != 0:
        wrong.append(f"run.sh ended with {code}")
    if not lines or lines[-1] != f"{len(rows)} as expected, 0 not":
        wrong.append(f"the last line is not '{len(rows)} as expected, 0 not'")
    found = {}
    for line in lines[:-1]:
        result = re.match(r"ok +(\S+) +errors \d+ \(expected \d+\)  states (\S+)", line)
        if result:
            found[result[1]] = result[2]
    missing = {row[0] for row in rows} - set(found)
    if missing:
        wrong.append(f"no good result of {sorted(missing)}")
    for name, states in documented_states().items():
        if name in found and found[name] not in (str(states), f"{states:.8g}"):
            wrong.append(f"coordination.md gives {states} states for {name}; the search found {found[name]}")
    for line in wrong:
        print(f"model_test: {line}")
    return 1 if wrong else 0


class Documents(unittest.TestCase):
    def test_the_number_of_checks_is_the_documented_one(self):
        rows = listed("--long")
        self.assertEqual(len(listed()), CHECKS)
        self.assertEqual(len(rows), CHECKS_LONG)
        self.assertEqual(len({row[0] for row in rows}), len(rows), "names are unique")
        self.assertTrue(all(len(row) == 6 for row in rows))
        readme = re.sub(r"\s+", " ", (MODELS / "README.md").read_text())
        self.assertIn(f"`{CHECKS} as expected, 0 not` ({CHECKS_LONG} with", readme)

    def test_the_models_together_are_all_checks(self):
        each = [row[0] for model in MODELS.glob("*.pml") for row in listed(model.stem)]
        self.assertEqual(sorted(each), sorted(row[0] for row in listed()))

    def test_every_model_is_a_test(self):
        cmake = (ROOT / "tests/model/CMakeLists.txt").read_text()
        words = re.search(r"foreach\(model ([\w ]+)\)", cmake)[1].split()
        self.assertEqual(sorted(words), sorted(model.stem for model in MODELS.glob("*.pml")))

    def test_every_mutation_of_a_heading_is_run_and_used_by_the_model(self):
        total = 0
        for model in sorted(MODELS.glob("*.pml")):
            text = model.read_text()
            heading, body = text.split("*/", 1)
            heading = heading.split("Mutations")[1]
            described = {int(n) for n in re.findall(r"(?:^ \*| ) {1,2}(\d{1,2}) (?=[\w\"])", heading, re.M)}
            mutated = {int(n) for row in listed(model.stem) for n in re.findall(r"MUT=(\d+)", row[3])}
            used = {int(n) for n in re.findall(r"\bM\((\d+)\)|MUT==(\d+)", body) for n in n if n}
            self.assertEqual(described, mutated, model.name)
            self.assertEqual(used, mutated, model.name)
            total += len(mutated)
        self.assertIn(f"\n{total} mutations fail as they should", DOCUMENT.read_text())

    def test_every_tag_of_the_document_names_a_mutation(self):
        run_as = {(row[2], int(n)) for row in listed() for n in re.findall(r"MUT=(\d+)", row[3])}
        models = {row[2] for row in listed()}
        tags = set()
        for bracket in re.findall(r"\[([a-z]+ \d[^\]]*)\]", re.sub(r"\s+", " ", DOCUMENT.read_text())):
            for part in bracket.split(";"):
                model, numbers = part.strip().split(" ", 1)
                self.assertIn(model, models)
                tags |= {(model, int(n)) for n in numbers.split(",")}
        self.assertGreater(len(tags), 40)
        self.assertLessEqual(tags, run_as)
        untagged = sorted(run_as - tags)
        self.assertEqual(untagged, [], "mutations that guard no rule of the document")

    def test_the_documented_states_are_those_of_checks(self):
        names = {row[0] for row in listed("--long")}
        states = documented_states()
        self.assertLessEqual(set(states), names)
        # Every search that must find nothing, those for endless runs apart.
        quiet = {row[0] for row in listed("--long") if row[1] == "0" and not row[0].endswith(".endless")}
        self.assertEqual(set(states), quiet)


class WrongExpectations(unittest.TestCase):
    """Copies of the models with one thing changed, and one check of the smallest model."""

    def after(self, check, file, old, new):
        """The verdict of the check, after a change that must make it bad."""
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / "model"
            shutil.copytree(MODELS, copy)
            text = (copy / file).read_text()
            self.assertIn(old, text)
            (copy / file).write_text(text.replace(old, new))
            code, lines = run(check, folder=copy)
            self.assertEqual((code, lines[-1]), (1, "0 as expected, 1 not"), lines)
            return lines[0]

    def test_without_a_change_it_is_good(self):
        self.assertEqual(run("order.expire")[1][-1], "1 as expected, 0 not")

    def test_an_error_expected_where_there_is_none(self):
        line = self.after("order.expire", "run.sh", 'echo "order.expire|0|', 'echo "order.expire|1|')
        self.assertIn("errors 0 (expected 1)", line)

    def test_none_expected_where_there_is_one(self):
        line = self.after("order.mut1", "run.sh", 'echo "$1.mut$i|1|', 'echo "$1.mut$i|0|')
        self.assertIn("errors 1 (expected 0)", line)

    def test_a_mutation_that_changes_nothing(self):
        line = self.after("order.mut1", "order.pml", "#define Z1(f) (M(1)*(f))", "#define Z1(f) (0)")
        self.assertIn("errors 0 (expected 1)", line)

    def test_a_broken_specification(self):
        line = self.after("order.expire", "order.pml", "assert(st[0]!=0 && st[1]!=0)", "assert(st[0]==1)")
        self.assertIn("errors 1 (expected 0)", line)

    def test_an_error_that_is_no_broken_property(self):
        line = self.after("order.mut1", "order.pml", "  timeout;\n", "  (0);\n")
        self.assertIn("errors 1 (expected 1)", line)

    def test_a_model_that_spin_does_not_take(self):
        self.assertIn("spin does not take", self.after("order.expire", "order.pml", "proctype flight", "proctype"))

    def test_a_search_cut_short(self):
        line = self.after("order.expire", "run.sh", "deep=-m100000", "deep=-m3")
        self.assertIn("errors 0 (expected 0)", line)

    def test_a_name_that_is_none(self):
        self.assertEqual(run("nothing")[0], 2)


if __name__ == "__main__":
    if sys.argv[1:2] == ["run"]:
        sys.exit(run_checks(sys.argv[2], "--long" in sys.argv))
    if sys.argv[1:2] != ["documents"]:
        sys.exit(__doc__)
    run("order.expire")  # Skips all where spin is not there.
    unittest.main(argv=sys.argv[:1], verbosity=2)
