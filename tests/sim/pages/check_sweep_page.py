"""check_sweep_page.py PAGE.html EXPORT.json [KIND]: a sweep's report shows the numbers of its export.

KIND is grid, sample, single or failed: which heat map to expect."""
import json
import pathlib
import sys

from browser import ask, check_document, expect

# Everything on the page that carries a number, and every row of the table, read while scrolling.
PROBE = """
  const numbers = node => Object.fromEntries([...node.querySelectorAll('td')].map(cell =>
    [cell.dataset.column, {value: cell.dataset.value, text: cell.textContent}]));
  const rows = {};
  const every = document.getElementById('every-metric');
  if (every) {
    every.click();
  }
  const view = document.querySelector('.table-view');
  const collect = () => view.querySelectorAll('tr[data-point]').forEach(row => {
    rows[row.dataset.point] = numbers(row);
  });
  const most = () => view.querySelectorAll('tr').length;
  let drawn = 0;
  for (let top = 0; top === 0 || top < Math.min(view.scrollHeight, 20000); top += 400) {
    view.scrollTop = top;
    view.dispatchEvent(new Event('scroll'));
    collect();
    drawn = Math.max(drawn, most());
  }
  const order = () => {
    view.scrollTop = 0;
    view.dispatchEvent(new Event('scroll'));
    return [...view.querySelectorAll('tr[data-point]')].map(row => Number(row.dataset.point));
  };
  const sort = name => document.querySelector('.sort[data-column="' + name + '"]').click();
  sort('cycles');
  const ascending = order();
  sort('cycles');
  const descending = order();
  const filter = document.getElementById('table-filter');
  const filtered = text => {
    filter.value = text;
    filter.dispatchEvent(new Event('input'));
    return document.getElementById('table-count').textContent;
  };
  const counts = {done: filtered('status=done'), less: filtered('cycles<1000000'),
    text: filtered('does not hold'), all: filtered('')};
  const value = id => (document.getElementById(id) || {dataset: {}}).dataset.value || null;
  const cells = [...document.querySelectorAll('#heat-map .cell')];
  const dump = cells.map(cell => ({...cell.dataset, text: cell.textContent,
    label: cell.getAttribute('aria-label')}));
  let pinned = null;
  const first = cells[0] || document.querySelector('tr[data-point]');
  first.dispatchEvent(new MouseEvent('click', {bubbles: true}));
  const panel = document.getElementById('details');
  pinned = {point: panel.dataset.point, hidden: panel.hidden, text: panel.textContent,
    command: panel.querySelector('.command code').textContent};
  return {rows, drawn, ascending, descending, counts, cells: dump, pinned,
    points: value('summary-points'), best: value('summary-best'), knee: value('summary-knee'),
    statuses: Object.fromEntries([...document.querySelectorAll('.count')]
      .map(node => [node.dataset.status, Number(node.dataset.value)])),
    front: [...document.querySelectorAll('.front-mark')].map(node => Number(node.dataset.point)),
    sensitivity: Object.fromEntries([...document.querySelectorAll('.bars tr')]
      .map(node => [node.dataset.key, Number(node.dataset.value)])),
    exceptions: [...document.querySelectorAll('.exceptions li')].map(node => node.textContent),
    marks: Number((document.querySelector('#heat-map canvas') || {dataset: {marks: 0}})
      .dataset.marks), images: document.images.length, title: document.title,
    bold: document.querySelectorAll('b, img').length};
"""


def check_table(answer: dict, sweep: dict) -> None:
    points = {str(point["point"]): point for point in sweep["points"]}
    expect(len(answer["rows"]) >= min(len(points), 500), True, "rows seen")
    for number, row in answer["rows"].items():
        point = points[number]
        for name, value in point["metrics"].items():
            shown = row[name].get("value")
            expect(None if shown is None else float(shown), value, f"point {number}, {name}")
        for name, value in point["settings"].items():
            expect(row[name]["text"], value, f"point {number}, {name}")
        expect(row["status"]["text"], point["status"], f"point {number}, status")
        if "message" in row:
            expect(row["message"]["text"], point["message"] or "–", f"point {number}, message")
    expect(answer["drawn"] < 60, True, f"few rows exist at a time, not {answer['drawn']}")


def check_order(answer: dict, sweep: dict) -> None:
    def key(point):
        return point["metrics"].get("cycles")
    known = [point for point in sweep["points"] if key(point) is not None]
    rising = [point["point"] for point in sorted(known, key=key)]
    falling = [point["point"] for point in sorted(known, key=lambda point: -key(point))]
    shown = min(len(known), len(answer["ascending"]))
    expect(answer["ascending"][:shown], rising[:shown], "sorted by cycles")
    expect(answer["descending"][:shown], falling[:shown], "sorted the other way")
    total = f"{len(sweep['points']):,} points"
    done = sum(point["status"] == "done" for point in sweep["points"])
    less = sum(key(point) < 1000000 for point in known)
    text = sum("does not hold" in point["message"] for point in sweep["points"])
    expect(answer["counts"], {"done": f"{done:,} of {total}", "less": f"{less:,} of {total}",
                              "text": f"{text:,} of {total}",
                              "all": f"{len(sweep['points']):,} of {total}"}, "filters")


def check_summary(answer: dict, sweep: dict) -> None:
    model = sweep["models"][0]
    done = [point for point in sweep["points"]
            if point["model"] == model and point["status"] == "done"]
    expect(float(answer["points"]), len(sweep["points"]), "points")
    best = min((point["metrics"]["cycles"] for point in done), default=None)
    expect(answer["best"] and float(answer["best"]), best, "best point")
    for status in ("done", "wrong", "invalid", "timeout", "crashed"):
        count = sum(point["status"] == status for point in sweep["points"])
        expect(answer["statuses"].get(status, 0), count, f"points {status}")
    analysis = sweep["analysis"]
    fronts = [front for front in analysis["pareto"] if front["model"] == model]
    if fronts and done:
        marked, points = answer["front"], fronts[0]["points"]
        expect(set(marked) <= set(points) and len(marked) >= min(3, len(points)), True, "front")
        expect(len(points) > 50 or marked == points, True, "all of a short front")
    effects = {entry["key"]: entry["effect"] for entry in analysis["sensitivity"]
               if entry["model"] == model and entry["metric"] == "cycles"}
    if effects:
        expect(answer["sensitivity"], effects, "sensitivity")
    exceptions = [each for each in analysis["exceptions"] if each["model"] == model]
    if exceptions:
        for each, text in zip(exceptions, answer["exceptions"]):
            expect(each["explanation"] in text and each["key"] in text, True, "exception")
    else:
        expect(len(answer["exceptions"]) == 1 and "None" in answer["exceptions"][0], True,
               "no exceptions")


def check_cells(answer: dict, sweep: dict) -> None:
    """Every cell is the best point of its two settings, or one that failed."""
    model = sweep["models"][0]
    x, y = sweep["keys"][0], sweep["keys"][1]
    groups = {}
    for point in sweep["points"]:
        if point["model"] == model:
            place = (x["values"].index(point["settings"][x["name"]]),
                     y["values"].index(point["settings"][y["name"]]))
            groups.setdefault(place, []).append(point)
    expect(len(answer["cells"]), len(groups), "cells")
    for cell in answer["cells"]:
        points = groups[int(cell["column"]), int(cell["row"])]
        done = [point for point in points if point["status"] == "done"]
        if done:
            best = min(done, key=lambda point: point["metrics"]["cycles"])
            expect(float(cell["value"]), best["metrics"]["cycles"], "cell")
            expect(cell["bottleneck"], best["bottleneck"], "bottleneck of a cell")
            expect(best["bottleneck"][0].upper() in cell["text"], True, "letter of a cell")
        else:
            expect("value" in cell, False, "value of a failed cell")
            expect(points[0]["message"] in cell["label"], True, "message of a failed cell")


def check_pinned(answer: dict, sweep: dict) -> None:
    pinned = answer["pinned"]
    point = next(each for each in sweep["points"] if str(each["point"]) == pinned["point"])
    expect(pinned["hidden"], False, "panel after a click")
    expect(point["model"] in pinned["text"], True, "panel names the model")
    expect(pinned["command"].startswith("tilewave run "), True, pinned["command"])
    for name, value in point["settings"].items():
        expect(f"--{name}={value}" in pinned["command"], True, pinned["command"])
    expect(sweep["run_options"] in pinned["command"], True, pinned["command"])


def main() -> None:
    page, data = map(pathlib.Path, sys.argv[1:3])
    kind = sys.argv[3]
    sweep = json.loads(data.read_text("utf-8"))
    check_document(page, data)
    answer = ask(page, PROBE)
    found = answer["answer"]
    check_table(found, sweep)
    check_order(found, sweep)
    check_summary(found, sweep)
    check_pinned(found, sweep)
    expect(found["images"] + found["bold"], 0, "elements made of the data's strings")
    expect(found["title"], "tilewave sweep: " + ", ".join(sweep["models"]), "title")
    expect(answer["nodes"] < 6000, True, f"elements: {answer['nodes']}")
    if kind == "grid":
        check_cells(found, sweep)
        ask(page, "return null;", "theme=dark&metric=efficiency", "400,800")
    elif kind in ("sample", "single"):
        expect(found["cells"], [], "cells")
        expect(found["marks"] > 0, True, "marks")
    elif kind == "failed":
        expect(all("value" not in cell for cell in found["cells"]), True, "failed cells")


main()
