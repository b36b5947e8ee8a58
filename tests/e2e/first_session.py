"""Runs the README's first session as a person would paste it, and compares what is printed.

A session is a block of README.md that begins with ```console and has a first line `# first session`:

    $ tansiq serve &          a command; one that ends in & goes to the background
    listens at  …             what it prints; … stands for any text, a line of … alone for any lines

Commands run in one shell, in an empty folder, with the program on the PATH. Port 7463 is replaced by a free one.
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from tansiq import PROGRAM, SOURCE, clean_environment, free_port

MARK = "# first session"
END = "---- end of command ----"


def sessions(text):
    for block in re.findall(r"^```console\n(.*?)^```", text, re.S | re.M):
        if block.startswith(MARK):
            yield block.split("\n", 1)[1]


def steps(block):
    """[(command, [expected lines])]"""
    found = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif line.startswith("> ") and found and not found[-1][1]:
            found[-1] = (found[-1][0] + "\n" + line[2:], [])
        elif found:
            found[-1][1].append(line.rstrip())
    return found


def pattern(expected):
    parts = []
    for line in expected:
        if line == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*?".join(re.escape(piece) for piece in line.split("…")) + r"[ \t]*\n")
    return re.compile("".join(parts))


def background(command, folder, env, output):
    """Starts it and waits until it has said where it listens."""
    process = subprocess.Popen(["bash", "-c", "exec " + command.rstrip("& ")], cwd=folder, env=env, stdout=output,
                               stderr=subprocess.DEVNULL)
    return process


def wait_for(path, words, process):
    while words not in path.read_text():
        if process.poll() is not None:
            return
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            pass


def main():
    readme = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else SOURCE / "README.md").read_text()
    found = list(sessions(readme))
    if not found:
        print("README.md has no block that begins with '# first session': skipped")
        sys.exit(77)
    failures = 0
    for block in found:
        with tempfile.TemporaryDirectory() as folder:
            port = str(free_port())
            bin_folder = pathlib.Path(folder) / ".bin"
            bin_folder.mkdir()
            wrapper = bin_folder / "tansiq"
            # The default address, moved to a free port, so that two runs do not meet.
            wrapper.write_text(f"""#!/bin/bash
if [ "$1" = serve ]; then shift; exec {PROGRAM} serve --listen 127.0.0.1:{port} "$@"; fi
exec {PROGRAM} "$@"
""")
            wrapper.chmod(0o755)
            env = clean_environment(PATH=f"{bin_folder}:{os.environ['PATH']}", TANSIQ_NODE=f"http://127.0.0.1:{port}")
            running = []
            for number, (command, expected) in enumerate(steps(block)):
                if command.endswith("&"):
                    output = pathlib.Path(folder) / f".out{number}"
                    running.append(background(command, folder, env, output.open("w")))
                    wait_for(output, "stops it", running[-1])
                    printed = output.read_text()
                else:
                    ran = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True,
                                         timeout=120)
                    printed = ran.stdout + ran.stderr
                printed = printed.replace(f" --node http://127.0.0.1:{port}", "").replace(port, "7463")
                if not pattern(expected).fullmatch(printed):
                    failures += 1
                    print(f"$ {command}\n--- README says\n" + "\n".join(expected) + f"\n--- it printed\n{printed}")
            for process in running:
                process.send_signal(signal.SIGTERM)
                process.wait(60)
    sys.exit(1 if failures else 0)


main()
