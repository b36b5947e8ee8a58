"""Runs the lines of docs/f3548.md as a person would paste them, and looks at what the service answers.

Commands run in one shell, in an empty folder, with the program on the PATH. Port 8082 is replaced by a free one; the
first command, which serves, goes to the background here and is waited for.
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile

from tansiq import PROGRAM, SOURCE, Node, clean_environment


def pasted(text):
    """The commands of the page's console blocks, without their prompts."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.S | re.M)
    return "\n".join(re.sub(r"^\$ ", "", block, flags=re.M) for block in blocks)


def main():
    for needed in ("curl", "jq", "bash"):
        if shutil.which(needed) is None:
            print(f"skipped: {needed} is not installed")
            return 77
    commands = pasted((SOURCE / "docs/f3548.md").read_text())
    serve, _, rest = commands.partition("\n")
    assert serve == "tansiq serve --data dss-data --listen 127.0.0.1:8082 &", serve
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        node = Node(pathlib.Path(folder) / "dss-data", listen=f"127.0.0.1:{port}")
        path = f"{pathlib.Path(PROGRAM).resolve().parent}:{os.environ['PATH']}"
        # Each answer stands on a line of its own.
        script = "set -eu\ncurl() { command curl \"$@\"; echo; }\n" + rest.replace("8082", str(port))
        ran = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=120,
                             env=clean_environment(PATH=path))
        node.kill()
    assert ran.returncode == 0, ran.stderr
    answers = [line for line in ran.stdout.splitlines() if line]
    assert len(answers) == 6, ran.stdout
    for answer, says in zip(answers, ('"state":"Accepted"', "key lacks 1 operational intent", '"version":1',
                                      '"state":"Activated"', '"version":2', '"manager":"bravo"')):
        assert says in answer, (says, answer)
    assert '"subscribers":[{' in answers[2], answers[2]
    return 0


if __name__ == "__main__":
    sys.exit(main())
