"""Commands that a page quotes with their output: found, held against what the program says, rewritten.

A page's blocks are indented by four spaces. A command stands behind `$ `, or is a line that begins with
`tilewave`; what follows up to the next command is quoted output, an excerpt: its lines have to come in
this order, but for spaces, and `...` stands for any number of them. A quotation that begins with the
output's first line and ends with its last, without `...`, is all of it, and has to have every line."""
import difflib
import re

# What may be run. Everything else behind `$ ` is for the reader: viewers, package tools, clusters.
RUNNABLE = ("tilewave", "cat", "sed", "grep")
READERS = ("gtkwave", "sqlite3", "jsonschema")

# Lines that depend on the computer, and parts of lines that do.
HOST_LINE = re.compile(r"^ *(host |[\d.,]+ [kMG]?cycles/s|.*[\d.,]+ [kMG]?cycles/s)")
HOST_PARTS = [(re.compile(r"kernel (avx2|reference)"), "kernel KERNEL"),
              (re.compile(r"max abs error [\d.e-]+"), "max abs error E")]


def comparable(line):
    for pattern, word in HOST_PARTS:
        line = pattern.sub(word, line)
    return " ".join(line.split())


def is_host_line(line):
    return HOST_LINE.match(line) is not None


class Command:
    """One command of a page; `first` and `last` are the page's lines of the quoted output."""

    def __init__(self, text, line, first):
        self.text, self.line = text, line
        self.first, self.quoted = first, []

    @property
    def last(self):
        return self.first + len(self.quoted)

    def runnable(self):
        return self.text.split()[0] in RUNNABLE and " --engine slurm " not in self.text and \
            " --collect " not in self.text

    def placeholder(self):
        """A form, not a command: `tilewave run MODEL`, `... NAME.ini`."""
        return is_form(self.text)

    def fails(self):
        return any(line.startswith("tilewave: ") for line in self.quoted)


def is_form(text):
    return re.search(r"(?<![-\w./])[A-Z]{3,}\b|/NAME|\.\.\. |\.\.\.$|KEY|<|\[", text) is not None


def continues(lines, i):
    """Whether the block goes on behind the empty lines from line i on."""
    while i < len(lines) and lines[i] == "":
        i += 1
    return i < len(lines) and lines[i].startswith("    ")


def commands(lines):
    """The commands of a page's indented blocks, in order."""
    found, current, i = [], None, 0
    while i < len(lines):
        line = lines[i]
        if line == "" and current is not None and continues(lines, i):
            current.quoted.append("")
            i += 1
            continue
        if not line.startswith("    ") or line.lstrip().startswith(("- ", "| ")) and current is None:
            current = None
            i += 1
            continue
        body = line[4:]
        starts = re.match(r"(\$ |tilewave (?!\d))", body)
        if starts and not (current is not None and not body.startswith("$ ")):
            text = body.removeprefix("$ ")
            at = i
            while text.endswith("\\"):
                i += 1
                text = text[:-1].rstrip() + " " + lines[i].strip()
            # `command      what it is for`, in lists of commands
            text = re.split(r"\s{4,}", text)[0] if not body.startswith("$ ") else text
            command = Command(text, at, i + 1)
            found.append(command)
            current = command if body.startswith("$ ") else None
        elif current is not None:
            current.quoted.append(body)
        i += 1
    return found


def is_whole(quoted, said):
    return bool(quoted) and bool(said) and "..." not in [line.strip() for line in quoted] and \
        len(quoted) > 1 and comparable(quoted[0]) == comparable(said[0]) and \
        comparable(quoted[-1]) == comparable(said[-1])


def differences(quoted, said):
    """What is quoted and not said in this order; what a whole quotation lacks."""
    at, wrong = 0, []
    whole = is_whole(quoted, said)
    plain = [comparable(line) for line in said]
    for line in quoted:
        if line.strip() in ("...", "") or is_host_line(line):
            continue
        try:
            found = plain.index(comparable(line), at)
        except ValueError:
            wrong.append(f"not said: {line.strip()}")
            continue
        if whole:
            wrong += [f"not quoted: {missed}" for missed in plain[at:found]
                      if not is_host_line(missed) and missed]
        at = found + 1
    return wrong


def shape(line):
    return re.sub(r"[\d.,]*\d", "#", " ".join(line.split()))


def likeness(quoted, said):
    if is_host_line(quoted) != is_host_line(said):
        return 0
    if comparable(quoted) == comparable(said):
        return 2
    a, b = shape(quoted), shape(said)
    if a == b:
        return 1.5
    return difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()


def rewritten(quoted, said):
    """The quotation with each line as it is said now; and the lines that nothing said is like."""
    lost = []
    # The best order-preserving assignment of quoted lines to said ones.
    n, m = len(quoted), len(said)
    like = [[0 if q.strip() in ("...", "") else likeness(q, s) for s in said] for q in quoted]
    best = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            take = like[i][j] + best[i + 1][j + 1] if like[i][j] > 0.55 else 0
            best[i][j] = max(take, best[i + 1][j], best[i][j + 1])
    result, i, j = [], 0, 0
    matched = {}
    while i < n and j < m:
        if like[i][j] > 0.55 and best[i][j] == like[i][j] + best[i + 1][j + 1]:
            matched[i] = j
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    whole = "..." not in [line.strip() for line in quoted] and len(quoted) > 1 and \
        matched.get(0) == 0 and matched.get(n - 1) == m - 1
    if whole:
        return [q for q in keep_host_lines(quoted, said)], []
    for i, line in enumerate(quoted):
        if line.strip() in ("...", "") or is_host_line(line):
            result.append(line)
        elif i in matched:
            said_line = said[matched[i]]
            same = comparable(said_line) == comparable(line)
            result.append(line if same else said_line)
        else:
            lost.append(line)
    return result, lost


def keep_host_lines(quoted, said):
    """All that is said, but what depends on the computer as it was quoted."""
    host = [line for line in quoted if is_host_line(line)]
    same = {comparable(line): line for line in quoted}
    result = []
    for line in said:
        if is_host_line(line) and host:
            result.append(host.pop(0))
        else:
            result.append(same.get(comparable(line), line))
    return result
