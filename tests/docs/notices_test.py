#!/usr/bin/python3 -B
"""That docs_test.py notices what is wrong in a page, and that --update mends what it can: on pages and a
program of its own."""
import os
import subprocess
import sys
import tempfile

TILEWAVE = """#!/bin/sh
case "$*" in
  *bad*) echo "tilewave: bad" >&2; exit 2 ;;
  *--json*) echo '{"cycles": 1234, "efficiency": 0.5}' ;;
  *) echo "model      $2, kernel avx2"; echo "time       1,234 cycles"; echo "host       3 ms"; echo verified ;;
esac
"""
failures = []


def docs_test(folder, mode, *arguments):
    done = subprocess.run([sys.executable, "-B", f"{os.path.dirname(os.path.abspath(__file__))}/docs_test.py",
                           mode, *arguments], cwd=folder, text=True, capture_output=True, check=False)
    return done.returncode, done.stdout + done.stderr


def tree(page, figures="", definitions=""):
    folder = tempfile.mkdtemp(dir=scratch)
    for name in ("docs/decisions", "configs", "tests/docs/figures"):
        os.makedirs(f"{folder}/{name}")
    for name, text in (("README.md", page), ("tests/docs/figures/README.txt", figures),
                       ("tests/docs/definitions.txt", definitions), ("tilewave", TILEWAVE)):
        with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
            file.write(text)
    os.chmod(f"{folder}/tilewave", 0o755)
    return folder


def expect(what, mode, page, message, figures="", definitions="", mended=None):
    """MESSAGE in what is said of the page; None: nothing is wrong. `mended`: the page after --update."""
    folder = tree(page, figures, definitions)
    arguments = [".",] if mode == "links" else ["tilewave", "."]
    code, said = docs_test(folder, mode, *arguments)
    if (code == 0) != (message is None) or (message or "") not in said:
        failures.append(f"{what}: {code} {said}")
    if mended is not None:
        docs_test(folder, mode, *arguments, "--update")
        with open(f"{folder}/README.md", encoding="utf-8") as file:
            now = file.read()
        if now != mended:
            failures.append(f"{what}: mended to\n{now}")


with tempfile.TemporaryDirectory() as scratch:
    right = "    $ tilewave run m\n    time       1,234 cycles\n    verified\n"
    expect("right", "quotes", right, None)
    expect("host lines", "quotes", right.replace("    verified", "    host  99 s\n    verified"), None)
    expect("a number", "quotes", right.replace("1,234", "1,230"), "not said: time       1,230 cycles",
           mended=right)
    apart = "    $ tilewave run m\n    time       1,234 cycles\n\n    verified\n\nProse.\n"
    expect("an empty line in a block", "quotes", apart.replace("verified", "wrong"), "not said: wrong")
    expect("an empty line", "quotes", apart.replace("1,234", "9"), "not said", mended=apart)
    expect("order", "quotes", "    $ tilewave run m\n    verified\n    time 1,234 cycles\n", "not said")
    whole = "    $ tilewave run m\n    model      m, kernel reference\n    verified\n"
    expect("a whole quotation lacks a line", "quotes", whole, "not quoted: time 1,234 cycles",
           mended=whole.replace("    ver", "    time       1,234 cycles\n    host       3 ms\n    ver"))
    expect("omission", "quotes", whole.replace("    ver", "    ...\n    ver"), None)
    expect("an unknown line", "quotes", right + "    something else entirely\n", "not said: something")
    expect("exit code", "quotes", "    $ tilewave run bad\n", "exit code 2")
    expect("expected failure", "quotes", "    $ tilewave run bad\n    tilewave: bad\n", None)
    expect("no failure", "quotes", "    $ tilewave run m\n    tilewave: bad\n", "exit code 0")
    expect("without output", "quotes", "    tilewave run bad\n", "exit code 2")
    expect("in a sentence", "quotes", "Try `tilewave run bad`.\n", "exit code 2")
    expect("a form", "quotes", "Try `tilewave run MODEL`.\n", None)
    expect("what is no command", "quotes", "    $ rm -rf x\n", "neither run nor known")

    sentence = 'cycles = run("m").cycles\n> it takes {cycles} cycles, {100 * run("m").efficiency::.1f} %\n'
    prose = "Here it takes 1,234\ncycles, 50.0 % of them.\n"
    expect("figures", "figures", prose, None, sentence)
    expect("a figure", "figures", prose.replace("50.0", "51.0"), "line 2: 51.0 should be 50.0", sentence,
           mended=prose)
    expect("a sentence that is gone", "figures", "Nothing.\n", "not in the page: it takes", sentence)
    table = "| a | 1,234 |\n| b | 1,234 |\n"
    loop = 'for name in ["a", "b"]\n> | {=name} | {run(name).cycles} |\n'
    expect("a table", "figures", table, None, loop)
    expect("a wrong row", "figures", table.replace("b | 1,234", "b | 7"), "line 2: 7 should be", loop,
           mended=table)
    expect("a loose number", "figures", "It is 3 % faster.\n", "line 1: 3 %: neither")
    expect("a definition", "figures", "It is 3 % faster.\n", None, definitions="README.md: is 3 % faster\n")
    expect("a stale definition", "figures", "It is.\n", "is not in the page", definitions="README.md: 3 %\n")

    expect("a dead file", "links", "[a](docs/none.md)\n", "README.md:1: there is no docs/none.md")
    expect("a dead heading", "links", "# B\n[a](#c)\n", "README.md:2: there is no heading #c")
    expect("a heading", "links", "# The B: `c`\n[a](#the-b-c) [d](https://e.org/)\n", None)
    expect("a named file", "links", "See `sim/none.cpp`.\n", "README.md:1: there is no sim/none.cpp")

print(*failures, sep="\n", end="\n" if failures else "")
sys.exit(1 if failures else 0)
