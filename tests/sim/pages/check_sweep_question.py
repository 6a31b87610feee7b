"""check_sweep_question.py PAGE.html EXPORT.json: with a goal the page shows machines, and patterns and models
where they are chosen; without any point it says so."""
import json
import pathlib
import sys

from browser import ask, check_document, expect

# What the views show of each group that may be chosen.
PROBE = """
  const value = id => (document.getElementById(id) || {dataset: {}}).dataset.value || null;
  const select = label => [...document.querySelectorAll('.toolbar .control')]
    .find(node => node.textContent.startsWith(label)).querySelector('select');
  const shown = {};
  const model = select('model');
  const choices = [...model.options].map(option => [option.value, option.textContent]);
  const map = document.querySelector('#heat-map');
  const numbers = nodes => [...nodes].map(node => Number(node.dataset.point));
  for (const [name] of choices) {
    model.value = name;
    model.dispatchEvent(new Event('change'));
    shown[name] = {metric: select('metric').value, best: value('summary-best'),
      knee: value('summary-knee'), points: numbers(map.querySelectorAll('.cell')),
      values: [...map.querySelectorAll('.cell')].map(node => node.dataset.value || null),
      marks: Number((map.querySelector('canvas') || {dataset: {marks: 0}}).dataset.marks),
      front: numbers(document.querySelectorAll('.front-mark')),
      pareto: document.querySelector('#pareto h2').textContent,
      exceptions: [...document.querySelectorAll('.exceptions li')].map(node => node.textContent),
      effects: [...document.querySelectorAll('.bars tr')].map(node => node.dataset.key)};
  }
  const rows = [...document.querySelectorAll('tr[data-point]')].map(row =>
    Object.fromEntries([...row.querySelectorAll('td')].map(cell =>
      [cell.dataset.column, cell.dataset.value])));
  model.value = choices[0][0];
  model.dispatchEvent(new Event('change'));
  const cell = map.querySelector('.cell');
  if (cell) {
    cell.dispatchEvent(new MouseEvent('click', {bubbles: true}));
  }
  const panel = document.getElementById('details');
  return {choices, shown, rows, panel: panel.textContent,
    command: (panel.querySelector('.command code') || {textContent: ''}).textContent,
    where: [...document.querySelectorAll('[data-where]')].map(node => node.dataset.where),
    goal: (document.getElementById('summary-goal') || {textContent: null}).textContent,
    bold: document.querySelectorAll('b, img').length, title: document.title};
"""
GOAL = "\0goal"


def check_machines(shown: dict, sweep: dict) -> None:
    goals = {machine["machine"]: machine["goal"] for machine in sweep["machines"]}
    known = {number: goal for number, goal in goals.items() if goal is not None}
    expect(shown["metric"], sweep["goal"]["name"], "metric of machines")
    expect(float(shown["best"]), min(known.values()), "best machine")
    expect(sorted(shown["points"]), sorted(goals), "a cell for each machine")
    expect({point: value and float(value) for point, value in zip(shown["points"], shown["values"])},
           goals, "cells of machines")
    analysis = sweep["analysis"]["goal"]
    expect(shown["front"], analysis["pareto"][0]["machines"], "front of machines")
    expect(float(shown["knee"]), goals[analysis["pareto"][0]["knee"]], "knee of machines")
    expect(sweep["goal"]["name"] in shown["pareto"], True, "heading of the front")
    expect(shown["effects"], [each["key"] for each in analysis["sensitivity"]], "effects")
    expect(analysis["exceptions"][0]["explanation"] in shown["exceptions"][0], True, "exception")


def check_group(shown: dict, points: list) -> None:
    expect(shown["metric"], "cycles", "metric of models")
    expect(set(shown["points"]) <= {point["point"] for point in points}, True, "cells")
    values = {point["point"]: point["metrics"].get("cycles") for point in points}
    for number, value in zip(shown["points"], shown["values"]):
        expect(value and float(value), values[number], f"cell of point {number}")


def check_points(found: dict, sweep: dict) -> None:
    check_machines(found["shown"][GOAL], sweep)
    machine_of = {number: machine for machine in sweep["machines"] for number in machine["points"]}
    by_number = {point["point"]: point for point in sweep["points"]}
    for row in found["rows"]:
        number = int(row["point"])
        machine = machine_of[number]
        expect(int(row["machine"]), machine["machine"], f"machine of point {number}")
        expect(row["model"], by_number[number]["model"], f"model of point {number}")
        value = by_number[number].get("model_values", {}).get("model.m", "–")
        expect(row["model.m"], value, f"extent of point {number}")
        if row["status"] == "done" and machine["goal"] is not None:
            expect(float(row["sum(cycles)"]), machine["goal"], f"goal at point {number}")
    pattern = sweep["patterns"][0]
    of_pattern = [point for point in sweep["points"] if point["model"] in pattern["models"]]
    shown = found["shown"][pattern["pattern"]]
    check_group(shown, of_pattern)
    expect(len(shown["points"]), len(of_pattern), "the pattern's keys span its map")
    expect(shown["best"], None, "models of a pattern do not compete")
    for model in sweep["models"]:
        points = [point for point in sweep["points"] if point["model"] == model]
        done = [point["metrics"]["cycles"] for point in points if point["status"] == "done"]
        check_group(found["shown"][model], points)
        expect(float(found["shown"][model]["best"]), min(done), f"best of {model}")
    first = sweep["machines"][0]
    expect(f"machine {first['machine']}" in found["panel"], True, "the panel names the machine")
    expect(found["command"].count("tilewave run "), len(first["points"]), found["command"])


def main() -> None:
    page, data = map(pathlib.Path, sys.argv[1:3])
    sweep = json.loads(data.read_text("utf-8"))
    check_document(page, data)
    found = ask(page, PROBE)["answer"]
    pattern = sweep["patterns"][0]["pattern"]
    expect([value for value, _ in found["choices"]], [GOAL, pattern, *sweep["models"]], "choices")
    expect(found["where"], sweep["where"], "conditions")
    expect(found["goal"], sweep["goal"]["name"], "goal")
    expect(found["bold"], 0, "elements made of the data's strings")
    if sweep["points"]:
        check_points(found, sweep)
    else:
        for name, shown in found["shown"].items():
            expect((shown["best"], shown["points"], shown["front"]), (None, [], []), name)


main()
