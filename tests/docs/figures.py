"""Figures in prose and tables of a page: each is a hole in a sentence of tests/docs/figures/PAGE.txt, and
an expression over results of the program says what belongs there.

A figures file has, line by line:

    # a comment
    NAME = EXPRESSION            a value for what follows; Python, with the names of `Names` below
    for NAME in EXPRESSION       the next sentence holds for each of these
    > text {EXPRESSION} text     a sentence, or part of one, as in the page but for line breaks;
                                 {EXPRESSION::FORMAT} as in Python, whole numbers as 1,234 without FORMAT;
                                 {=EXPRESSION} is text, not a figure

The page stays plain: it shows nothing of this."""
import json
import os
import re
import shlex
import subprocess
import tempfile

NUMBER = r"([-+−]?\d+(?:[,.]\d+)*)"


class Record(dict):
    """A JSON object whose fields are attributes."""

    def __getattr__(self, name):
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error


class Names(dict):
    """What expressions may use."""

    def __init__(self, tilewave, sources):
        super().__init__()
        self.tilewave, self.sources, self.cache = tilewave, sources, {}
        self.update(run=self.run, explain=self.explain, sweep=self.sweep, source=self.source,
                    written=self.written, graph=self.graph, program=self.program, re=re)
        self.folder = tempfile.TemporaryDirectory()

    def call(self, arguments):
        """Standard output of `tilewave ARGUMENTS`, from the root of the sources."""
        if arguments not in self.cache:
            done = subprocess.run([self.tilewave, *shlex.split(arguments)], cwd=self.sources, text=True,
                                  capture_output=True, check=False, stdin=subprocess.DEVNULL)
            if done.returncode != 0:
                raise RuntimeError(f"tilewave {arguments}: {done.stderr.strip()}")
            self.cache[arguments] = done.stdout
        return self.cache[arguments]

    def result(self, arguments):
        return json.loads(self.call(arguments + " --json -"), object_hook=Record)

    def run(self, arguments):
        """A run's result, in timing only."""
        return self.result(f"run {arguments} --timing-only")

    def explain(self, arguments):
        return self.result(f"explain {arguments}")

    def written(self, arguments):
        """Size in bytes of the file that `tilewave ARGUMENTS FILE` writes."""
        if ("written", arguments) not in self.cache:
            path = f"{self.folder.name}/file.{'html' if arguments.endswith('--report') else 'vcd'}"
            self.call(f"{arguments} {path}")
            self.cache["written", arguments] = os.path.getsize(path)
        return self.cache["written", arguments]

    def graph(self, text):
        """A file that holds a text graph."""
        path = f"{self.folder.name}/{len(os.listdir(self.folder.name))}.graph"
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def program(self, model, arguments):
        """A program file, compiled from `model`."""
        path = f"{self.folder.name}/{len(os.listdir(self.folder.name))}.twp"
        self.call(f"compile {model} {arguments} -o {path}")
        return path

    def sweep(self, arguments):
        return self.result(f"sweep {arguments} --store {self.folder.name}/sweep.sqlite")

    def source(self, path, pattern):
        """The first group of PATTERN in a file of the repository: a constant of the code or of a test."""
        with open(os.path.join(self.sources, path), encoding="utf-8") as file:
            found = re.search(pattern, file.read())
        if not found:
            raise RuntimeError(f"{path}: nothing like {pattern}")
        return found[1]


class Sentence:
    """Text with holes, for the values that `names` has."""

    def __init__(self, text, names):
        self.text, self.names = text, dict(names)

    def located(self, page):
        """(match in the page, the values that belong into its groups)."""
        pattern, values = "", []
        for part in re.split(r"(\{[^{}]*\})", self.text):
            if part.startswith("{="):
                pattern += self.spaced(str(self.value(part[2:-1])))
            elif part.startswith("{"):
                expression, _, form = part[1:-1].partition("::")
                value = self.value(expression)
                if not form:
                    form = "," if isinstance(value, int) else ""
                values.append(format(value, form))
                pattern += NUMBER
            else:
                pattern += self.spaced(part)
        matches = list(re.finditer(pattern, page))
        if len(matches) != 1:
            raise LookupError(f"{'not' if not matches else 'more than once'} in the page: {self.text}")
        return matches[0], values

    def value(self, expression):
        return eval(expression, self.names)  # pylint: disable=eval-used  (our own repository's text)

    @staticmethod
    def spaced(text):
        """A pattern for text that may be broken into lines, in a list or quotation too."""
        return r"\s+".join(re.escape(word) for word in re.split(r"\s+", text))


def sentences(path, names):
    """Every sentence of a figures file."""
    names, loop, text, found = dict(names), None, [], []

    def finish():
        nonlocal loop, text
        if not text:
            return
        whole = " ".join(text)
        if loop is None:
            found.append(Sentence(whole, names))
        else:
            variables, values = loop
            for value in eval(values, names):  # pylint: disable=eval-used
                own = dict(names)
                exec(f"{variables} = __value", {**own, "__value": value}, own)  # pylint: disable=exec-used
                found.append(Sentence(whole, own))
        loop, text = None, []

    with open(path, encoding="utf-8") as file:
        for line in file:
            line = line.rstrip("\n")
            if line.startswith("> "):
                text.append(line[2:].strip())
                continue
            finish()
            if line.startswith("for "):
                loop = re.match(r"for (.*?) in (.*)", line).groups()
            elif line and not line.startswith("#"):
                name, expression = line.split(" = ", 1)
                names[name.strip()] = eval(expression, names)  # pylint: disable=eval-used
    finish()
    return found


def held_against(page, found):
    """(differences as text, the page as it should be, spans of figures)."""
    wrong, edits, spans = [], [], []
    for sentence in found:
        try:
            match, values = sentence.located(page)
        except LookupError as error:
            wrong.append(str(error))
            continue
        except RuntimeError as error:
            wrong.append(f"{error}: {sentence.text}")
            continue
        for group, value in enumerate(values, 1):
            spans.append(match.span(group))
            if match[group] != value:
                line = page.count("\n", 0, match.start(group)) + 1
                wrong.append(f"line {line}: {match[group]} should be {value}: {sentence.text}")
                edits.append((match.span(group), value))
    for (begin, end), value in sorted(edits, reverse=True):
        page = page[:begin] + value + page[end:]
    return wrong, page, spans
