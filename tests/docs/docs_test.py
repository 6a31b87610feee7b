#!/usr/bin/python3 -B
"""What README.md and docs/ say, held against the program.

  docs_test.py quotes TILEWAVE SOURCES [--update] [PAGE...]    commands, and the output quoted below them
  docs_test.py figures TILEWAVE SOURCES [--update] [PAGE...]   figures in prose and tables, and that
                                                               no others are there
  docs_test.py links SOURCES                                   what is linked to, files that are named,
                                                               the version in CITATION.cff
  docs_test.py installed BUILD                                 the same links, once installed

With --update the pages are rewritten (scripts/docs); what cannot be, is named. PAGE is README.md or
docs/NAME.md."""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

import figures
import links
import measured
import quotes

# docs/validation.md is written by a program of its own, and its test compares all of it.
WRITTEN_ELSEWHERE = {"docs/validation.md"}
# Decisions tell what was measured on the day they were taken.
HISTORY = "docs/decisions/"


def pages_of(sources):
    found = ["README.md", *glob.glob("docs/*.md", root_dir=sources),
             *glob.glob("docs/decisions/*.md", root_dir=sources)]
    return sorted(set(found) - WRITTEN_ELSEWHERE)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def inline_commands(text):
    """Commands in running text, in backticks; forms such as `tilewave run MODEL` are none."""
    prose = re.sub(r"(?m)^    .*$", "", text)
    for code in re.findall(r"`(tilewave [^`]*)`", prose):
        command = " ".join(code.split())
        if not quotes.is_form(command) and len(command.split()) > 2:
            yield command


class Shell:
    """Runs commands as a reader would, in a folder of their own that has configs/."""

    def __init__(self, tilewave, sources, folder):
        self.folder = folder
        self.env = dict(os.environ, PATH=f"{os.path.dirname(tilewave)}:{os.environ['PATH']}",
                        LC_ALL="C.UTF-8", HOME=folder)
        os.symlink(f"{sources}/configs", f"{folder}/configs")

    def run(self, command):
        store = f"{self.folder}/tilewave-sweep.sqlite"
        if " sweep " in f" {command}" and os.path.exists(store):
            os.remove(store)  # each sweep starts anew
        return subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=self.folder, text=True,
                              capture_output=True, env=self.env, check=False,
                              stdin=subprocess.DEVNULL, timeout=300)


def check_quotes(tilewave, sources, page, update):
    """(what is wrong, what was changed) of one page."""
    path = f"{sources}/{page}"
    text = read(path)
    lines = text.split("\n")
    wrong, edits = [], []
    with tempfile.TemporaryDirectory() as folder:
        shell = Shell(tilewave, sources, folder)
        for command in quotes.commands(lines):
            where = f"{page}:{command.line + 1}: {command.text}"
            if command.text.split()[0] not in quotes.RUNNABLE + quotes.READERS:
                wrong.append(f"{where}: neither run nor known to be for the reader")
            if not command.runnable() or command.placeholder():
                continue
            done = shell.run(command.text)
            if (done.returncode == 0) == command.fails():
                wrong.append(f"{where}: exit code {done.returncode} {done.stderr.strip()}")
                continue
            said = (done.stdout + done.stderr).rstrip("\n").split("\n")
            different = quotes.differences(command.quoted, said)
            if different and update:
                new, lost = quotes.rewritten(command.quoted, said)
                edits.append((command.first, command.last, ["    " + line if line else "" for line in new]))
                different = [f"no such line any more: {line.strip()}" for line in lost]
            wrong += [f"{where}\n    {each}" for each in different]
        for command in inline_commands(text):
            done = shell.run(command)
            if done.returncode != 0:
                wrong.append(f"{page}: `{command}`: exit code {done.returncode} {done.stderr.strip()}")
    for first, last, new in reversed(edits):
        lines[first:last] = new
    if edits:
        write(path, "\n".join(lines))
    return wrong, len(edits)


def figures_file(sources, page):
    name = page.removeprefix("docs/").removesuffix(".md").replace("/", "-")
    return f"{sources}/tests/docs/figures/{name}.txt"


def check_figures(tilewave, sources, page, update):
    """Its figures; and numbers that are neither figures nor definitions."""
    path = figures_file(sources, page)
    text = read(f"{sources}/{page}")
    found = []
    if os.path.exists(path):
        found = figures.sentences(path, figures.Names(tilewave, sources))
    wrong, new, spans = figures.held_against(text, found)
    if update and new != text:
        write(f"{sources}/{page}", new)
        wrong, _, spans = figures.held_against(new, found)
    if HISTORY not in page:
        defined = measured.definitions(f"{sources}/tests/docs/definitions.txt").get(page, [])
        loose, stale = measured.unrepeated(new, spans, defined)
        wrong += [f"line {line}: {number}: neither a figure (tests/docs/figures) nor a definition "
                  "(tests/docs/definitions.txt)" for line, number in loose]
        wrong += [f"a definition of tests/docs/definitions.txt is not in the page: {piece}"
                  for piece in stale]
    return [f"{page}: {each}" for each in wrong], int(update and new != text)


def guarded(check, tilewave, sources, page, update):
    try:
        return check(tilewave, sources, page, update)
    except RuntimeError as error:  # a command of a figures file
        return [f"{page}: {error}"], 0


def over_pages(check, tilewave, sources, arguments):
    update = "--update" in arguments
    chosen = [each for each in arguments if each != "--update"] or pages_of(sources)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda page: guarded(check, tilewave, sources, page, update), chosen))
    for page, (_, changed) in zip(chosen, results):
        if changed:
            print(f"{page}: rewritten")
    return [each for wrong, _ in results for each in wrong]


def check_citation(sources):
    """That it is of this version, if it is there."""
    if not os.path.exists(f"{sources}/CITATION.cff"):
        return []
    version = re.search(r"project\(tilewave VERSION (\S+)", read(f"{sources}/CMakeLists.txt"))[1]
    if f"\nversion: {version}\n" in read(f"{sources}/CITATION.cff"):
        return []
    return [f"CITATION.cff: is not of version {version}"]


def check_installed(build):
    with tempfile.TemporaryDirectory() as prefix:
        subprocess.run(["cmake", "--install", build, "--prefix", prefix], check=True,
                       stdout=subprocess.DEVNULL)
        folder = os.path.join(prefix, "share/doc/tilewave")
        pages = links.pages_below(folder)
        if not pages:
            return [f"no documentation was installed in {folder}"]
        return [each.removeprefix(prefix + "/") for each in links.dead_links(pages)]


def main(mode, *arguments):
    if mode in ("quotes", "figures"):
        tilewave, sources = (os.path.abspath(each) for each in arguments[:2])
        check = check_quotes if mode == "quotes" else check_figures
        wrong = over_pages(check, tilewave, sources, list(arguments[2:]))
    elif mode == "links":
        pages = links.pages_below(os.path.abspath(arguments[0]))
        wrong = links.dead_links(pages) + links.missing_files(os.path.abspath(arguments[0]), pages) + \
            check_citation(arguments[0])
    else:
        wrong = check_installed(arguments[0])
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
