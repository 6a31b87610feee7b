"""The notebooks of docs/notebooks/ run in one go, and say what they say in the repository.

    python3 tests/python/notebooks_test.py              runs and compares
    python3 tests/python/notebooks_test.py --update     runs, and writes what they say now
"""

import glob
import os
import sys
import unittest

try:
    import ipykernel  # noqa: F401
    import matplotlib  # noqa: F401
    import nbformat
    import pandas  # noqa: F401
    from nbconvert.preprocessors import ExecutePreprocessor
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "notebooks")
BOOKS = sorted(glob.glob(os.path.join(FOLDER, "*.ipynb")))


def executed(file):
    """A fresh kernel for every notebook; it inherits where the package is."""
    book = nbformat.read(file, as_version=4)
    ExecutePreprocessor(timeout=300, kernel_name="python3").preprocess(book, {"metadata": {"path": FOLDER}})
    for cell in book.cells:
        cell.metadata.pop("execution", None)  # when it ran
        if "outputs" in cell:
            cell.outputs = joined(cell.outputs)
    return book


def joined(outputs):
    """What was printed in a cell as one text, in however many pieces it came."""
    whole = []
    for output in outputs:
        if output.output_type == "stream" and whole and whole[-1].get("name") == output.name:
            whole[-1].text += output.text
        else:
            whole.append(output)
    return whole


def words(book):
    """What the cells print and show as text; pictures and HTML are the same figures."""
    said = []
    for cell in book.cells:
        for output in cell.get("outputs", ()):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            if "<Figure" not in text:
                said.append(text)
    return said


class NotebooksTest(unittest.TestCase):
    def test_say_what_they_say(self):
        self.assertGreater(len(BOOKS), 3)
        for file in BOOKS:
            with self.subTest(os.path.basename(file)):
                self.assertEqual(words(executed(file)), words(nbformat.read(file, as_version=4)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--update"]:
        for notebook in BOOKS:
            nbformat.write(executed(notebook), notebook)
    else:
        unittest.main()
