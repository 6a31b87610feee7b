#!/usr/bin/env python3
"""All cases of ONNX's own test data (Debian's libonnx-testdata): each is computed as it should be or
refused in one line, and those that pass are the ones that passing_cases.txt lists.

    onnx_test_data_test.py TILEWAVE             fails if a case is wrong or crashes, or the list differs
    onnx_test_data_test.py TILEWAVE --update    writes the list
    onnx_test_data_test.py TILEWAVE WORD...     prints the outcome of the cases with a word in their name
"""
import collections
import concurrent.futures
import glob
import os
import shlex
import sys

from tilewave_runs import run

DATA = "/usr/share/libonnx-testdata/data"
LIST = os.path.join(os.path.dirname(os.path.abspath(__file__)), "passing_cases.txt")
PROCESSES = 2


def outcome_of(program, model):
    """"passed", "refused", "wrong" or "crashed", and what was said, over all data sets of a case."""
    data_sets = sorted(glob.glob(os.path.join(os.path.dirname(model), "test_data_set_*")))
    if not data_sets:
        return "wrong", "no data set"
    for data in data_sets:
        outcome = run(program, "run", model, "--inputs", data, "--expect", data, "--json", "-")
        if outcome.is_refusal():
            return "refused", outcome.error.strip()
        if outcome.code not in (0, 1):
            return "crashed", outcome.text()
        expected = outcome.result()["expected"]
        if outcome.code != 0 or not expected["passed"] or expected["elements"] == 0:
            return "wrong", outcome.text()
    return "passed", ""


def name_of(model):
    return "/".join(model.split("/")[-3:-1])


def outcomes(program, models):
    with concurrent.futures.ThreadPoolExecutor(PROCESSES) as pool:
        results = pool.map(lambda model: outcome_of(program, model), models)
        return {name_of(model): result for model, result in zip(models, results)}


def of_kind(results, kind):
    return [name for name, (what, _) in results.items() if what == kind]


def differences(passed, listed):
    """A line for each case that has come or gone, and how to accept them."""
    lines = [f"passes, but is not listed: {name}" for name in sorted(set(passed) - set(listed))]
    lines += [f"is listed, but no longer passes: {name}" for name in sorted(set(listed) - set(passed))]
    if lines:
        command = shlex.join([sys.executable, "-B", os.path.abspath(__file__), sys.argv[1], "--update"])
        lines.append(f"to accept these, write the list anew: {command}")
    return lines


def main():
    words = sys.argv[2:]
    models = sorted(glob.glob(os.path.join(DATA, "*", "*", "model.onnx")))
    if not models:
        sys.exit(f"no cases in {DATA}: scripts/dependencies test installs libonnx-testdata")
    if words and words != ["--update"]:
        models = [model for model in models if any(word in name_of(model) for word in words)]
        for name, (kind, text) in outcomes(sys.argv[1], models).items():
            print(kind, name, text)
        return
    results = outcomes(sys.argv[1], models)
    passed = of_kind(results, "passed")
    failures = [f"{kind}: {name}: {results[name][1]}" for kind in ["wrong", "crashed"]
                for name in of_kind(results, kind)]
    if words:
        with open(LIST, "w", encoding="utf-8") as file:
            file.writelines(name + "\n" for name in passed)
    else:
        with open(LIST, encoding="utf-8") as file:
            failures += differences(passed, file.read().split())
    counts = collections.Counter(kind for kind, _ in results.values())
    print(f"{len(results)} cases: " + ", ".join(f"{counts[kind]} {kind}" for kind in
                                                ["passed", "refused", "wrong", "crashed"]))
    print("\n".join(failures))
    sys.exit(bool(failures))


main()
