"""Measured figures that nobody repeats: a number with a unit of measurement in a page's prose or tables
that is neither a checked figure nor a definition of tests/docs/definitions.txt."""
import re

import links

MEASURED = re.compile(
    r"(?<![\w.,/-])[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
    r"(?:(?<=,\d\d\d)|(?:-| )?(?:%|×(?!\w)|x\b|cycles?\b|times\b|GFLOP/s|[KMGT]B/s|[KMG]B\b|ns\b|us\b|ms\b|s\b|"
    r"seconds?\b|minutes?\b|instructions\b|ops\b|runs\b|predictions\b|conflicts\b))")


def definitions(path):
    """page -> the pieces of text whose numbers are meant, not measured."""
    found = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.strip()
            if line and not line.startswith("#"):
                page, text = line.split(": ", 1)
                found.setdefault(page, []).append(text)
    return found


def unrepeated(text, checked, defined):
    """(line number, number) of what is neither checked nor defined; definitions that are not there."""
    covered, stale = list(checked), []
    for piece in defined:
        places = [m.span() for m in re.finditer(r"\s+".join(map(re.escape, piece.split())), text)]
        if not places:
            stale.append(piece)
        covered += places
    plain = links.without_code(text)
    wrong = []
    for match in MEASURED.finditer(plain):
        if not any(begin <= match.start() and match.start() < end for begin, end in covered):
            wrong.append((text.count("\n", 0, match.start()) + 1, match[0]))
    return wrong, stale
