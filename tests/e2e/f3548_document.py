"""Runs the lines of docs/f3548.md as a person would paste them, and looks at what the service answers.

The commands of a part run in one shell, in an empty folder, with the program on the PATH. Ports are replaced by free
ones. The first command of the morning, which serves, goes to the background here and is waited for.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tansiq import PROGRAM, SOURCE, Node, clean_environment, free_port


def pasted(text):
    """The commands of the page's console blocks, without their prompts."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.S | re.M)
    return "\n".join(re.sub(r"^\$ ", "", block, flags=re.M) for block in blocks)


def paste(script, folder):
    """The answers: each stands on a line of its own."""
    path = f"{pathlib.Path(PROGRAM).resolve().parent}:{os.environ['PATH']}"
    ran = subprocess.run(["bash", "-c", "set -eu\ncurl() { command curl \"$@\"; echo; }\n" + script], cwd=folder,
                         capture_output=True, text=True, timeout=120, env=clean_environment(PATH=path))
    assert ran.returncode == 0, ran.stderr
    return [line for line in ran.stdout.splitlines() if line]


def tokens(text):
    script = pasted(text)
    for port in ("8083", "8085"):
        script = script.replace(port, str(free_port()))
    with tempfile.TemporaryDirectory() as folder:
        answers = paste("trap 'kill $(jobs -p); wait' EXIT\n" + script, folder)
    replies = [line for line in answers if line.startswith("{")]
    assert replies == ["{}", '{"message":"the token is for another audience"}'], answers


def supplier(text):
    """What each waited for: the last answers of the lines that look."""
    script = pasted(text)
    for port in ("8091", "8092", "8095"):
        script = script.replace(port, str(free_port()))
    with tempfile.TemporaryDirectory() as folder:
        answers = paste("trap 'kill $(jobs -p); wait' EXIT\n" + script, folder)
    for wanted in ("registered *A1 .*version 1, Accepted", "registered *B1 ", "delivered *B1 ", "bravo, version 1  notice",
                   "refused *B2 .*it meets ", "alpha, version 1, over", "registered *B2 "):
        assert any(re.search(wanted, line) for line in answers), (wanted, answers)


def main():
    for needed in ("curl", "jq", "bash"):
        if shutil.which(needed) is None:
            print(f"skipped: {needed} is not installed")
            return 77
    before, tokens_and_rest = (SOURCE / "docs/f3548.md").read_text().split("\n## Tokens\n")
    tokens_part, _, rest = tokens_and_rest.partition("\n## This node as a USS\n")
    supplier_part, _, rest = rest.partition("\n## ")
    tokens(tokens_part + "\n## " + rest)
    supplier(supplier_part)
    before, _, _ = before.partition("\n## Several nodes as one DSS\n")
    commands = pasted(before)
    serve, _, rest = commands.partition("\n")
    assert serve == "tansiq serve --data dss-data --region --listen 127.0.0.1:8082 &", serve
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        node = Node(pathlib.Path(folder) / "dss-data", listen=f"127.0.0.1:{port}")
        answers = paste(rest.replace("8082", str(port)), folder)
        node.kill()
    assert len(answers) == 6, answers
    for answer, says in zip(answers, ('"state":"Accepted"', "key lacks 1 operational intent", '"version":1',
                                      '"state":"Activated"', '"version":2', '"manager":"bravo"')):
        assert says in answer, (says, answer)
    assert '"subscribers":[{' in answers[2], answers[2]
    return 0


if __name__ == "__main__":
    sys.exit(main())
