#!/usr/bin/python3 -B
"""Every command of docs/tour.md does what the page says: each line that it quotes is one of the
command's output, but for spaces.

  tour_test.py TILEWAVE FOLDER-OF-THE-SOURCES"""
import os
import re
import subprocess
import sys
import tempfile


def commands(page):
    """Pairs of a command and the lines quoted below it, from the page's indented blocks."""
    for block in re.findall(r"(?:^    .*\n)+", page, re.MULTILINE):
        lines = [line[4:] for line in block.splitlines()]
        while lines:
            command = lines.pop(0).removeprefix("$ ")
            while command.endswith("\\"):
                command = command[:-1] + lines.pop(0).strip()
            quoted = []
            while lines and not lines[0].startswith("$ "):
                quoted.append(lines.pop(0))
            yield command, [line for line in quoted if line.strip() != "..."]


def plain(line):
    return " ".join(line.split())


def main(tilewave, sources):
    with open(f"{sources}/docs/tour.md", encoding="utf-8") as file:
        page = file.read()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(f"{sources}/configs", f"{folder}/configs")
        for command, quoted in commands(page):
            if not command.startswith("tilewave "):
                continue  # a program to look at things with
            path = f"{os.path.dirname(tilewave)}:{os.environ['PATH']}"
            done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=folder, text=True,
                                  capture_output=True, env=dict(os.environ, PATH=path), check=False)
            said = {plain(line) for line in done.stdout.splitlines()}
            missing = [line for line in quoted if plain(line) not in said]
            if done.returncode != 0 or missing:
                wrong += 1
                print(f"{command}: exit code {done.returncode} {done.stderr}", *missing, sep="\n  ")
            if os.path.exists(f"{folder}/tilewave-sweep.sqlite"):
                os.remove(f"{folder}/tilewave-sweep.sqlite")  # the next one starts anew
        for picture in re.findall(r"\((pictures/[^)]*)\)", page):
            if not os.path.exists(f"{sources}/docs/{picture}"):
                wrong += 1
                print(f"there is no docs/{picture}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])))
