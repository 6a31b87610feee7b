"""check_sweep_filter.py PAGE.html EXPORT.json: the filter of a sweep's table understands units, blanks and
several conditions; what it does not understand it says, and then filters nothing."""
import json
import pathlib
import sys

from browser import ask, expect

# Filter -> the same in Python, over a point's figures by name.
FILTERS = {
    "sram.size<512KiB": lambda p: p["sram.size"] < 512 * 1024,
    "sram.size < 512 KiB": lambda p: p["sram.size"] < 512 * 1024,
    "sram.size>=.5MiB": lambda p: p["sram.size"] >= 512 * 1024,
    "512KiB>sram.size": lambda p: p["sram.size"] < 512 * 1024,
    "dram.bandwidth<16GB/s": lambda p: p["dram.bandwidth"] < 16e9,
    "dram.bandwidth <= 16000 MB/s": lambda p: p["dram.bandwidth"] <= 16e9,
    "dram.bandwidth<16gb/s": lambda p: p["dram.bandwidth"] < 16e9,
    "dram.bandwidth>16e9": lambda p: p["dram.bandwidth"] > 16e9,
    "cycles<400k": lambda p: p["cycles"] < 400e3,
    "cycles<400 k cycles": lambda p: p["cycles"] < 400e3,
    "cycles<0.4M": lambda p: p["cycles"] < 400e3,
    "cycles<400,000": lambda p: p["cycles"] < 400e3,
    "cycles ≥ 4e5": lambda p: p["cycles"] >= 400e3,
    "300k<cycles<=500k": lambda p: 300e3 < p["cycles"] <= 500e3,
    "cycles>300k, sram.size<512KiB": lambda p: p["cycles"] > 300e3 and p["sram.size"] < 512 * 1024,
    "cycles>300k and sram.size<512KiB": lambda p: p["cycles"] > 300e3 and p["sram.size"] < 512 * 1024,
    "cycles>300k sram.size<512 KiB status=done": lambda p: p["cycles"] > 300e3 and p["sram.size"] < 512 * 1024,
    "efficiency>5%": lambda p: p["efficiency"] > 0.05,
    "efficiency > 5 %": lambda p: p["efficiency"] > 0.05,
    "efficiency!=0.25": lambda p: p["efficiency"] != 0.25,
    "point==7": lambda p: p["point"] == 7,
    "point<>7": lambda p: p["point"] != 7,
    "status!=done": lambda p: False,
    "status=crashed": lambda p: False,
    "bottleneck=dram": lambda p: p["bottleneck"] == "dram",
    "cost.sram_bytes<=512KiB": lambda p: p["sram.size"] <= 512 * 1024,
    "max_abs_error<1e-6": lambda p: False,
    "dram": lambda p: p["bottleneck"] == "dram",
    '"no such words"': lambda p: False,
    "": lambda p: True,
}
MISTAKES = {
    "foo<3": "there is no column 'foo'; there are point,",
    "sram.sise<3": "there is no column 'sram.sise'; did you mean 'sram.size'?",
    "size<3KiB": "did you mean 'sram.size'?",
    "bandwidth<16GB/s": "did you mean 'dram.bandwidth'?",
    "Cycles<3": "did you mean 'cycles'?",
    "sram.size<16GB/s": "'16GB/s' is not a size, such as",
    "sram.size<512KB": "write KiB",
    "dram.bandwidth<16GiB": "'16GiB' is not a bandwidth",
    "cycles<many": "'many' is not a number of cycles",
    "cycles<10%": "'10%' is not a number of cycles",
    "cycles<": "cycles< needs a value",
    "cycles < ": "cycles< needs a value",
    "<3": "'<' needs a column",
    "cycles=<3": "'=<' is no comparison; there are < <= > >= = !=",
    "sram.size": "sram.size needs a comparison",
    "status=dnoe": "no point has status 'dnoe'; did you mean 'done'?",
    "status<done": "= and != only",
    "bottleneck=nothing": "no point has bottleneck 'nothing'; there are compute, sram, bus, dram",
}
PROBE = """
  const input = document.getElementById('table-filter');
  return %s.map(text => {
    input.value = text;
    input.dispatchEvent(new Event('input'));
    return [document.getElementById('table-count').textContent,
      document.getElementById('filter-error').textContent, input.getAttribute('aria-invalid')];
  });
"""


def figures(point, keys):
    found = {**point["metrics"], "point": point["point"], "bottleneck": point["bottleneck"]}
    for key in keys:
        found[key["name"]] = key["numbers"][key["values"].index(point["settings"][key["name"]])]
    return found


def main(page, data):
    sweep = json.loads(pathlib.Path(data).read_text("utf-8"))
    points = [figures(point, sweep["keys"]) for point in sweep["points"]]
    total = f"{len(points):,} points"
    answers = ask(pathlib.Path(page), PROBE % json.dumps([*FILTERS, *MISTAKES]))["answer"]
    for (text, test), (count, error, invalid) in zip(FILTERS.items(), answers):
        expect([count, error, invalid], [f"{sum(map(test, points)):,} of {total}", "", "false"], text)
    for (text, message), (count, error, invalid) in zip(MISTAKES.items(), answers[len(FILTERS):]):
        expect([count, message in error, invalid], [f"{len(points):,} of {total}", True, "true"],
               f"{text}: {error}")


main(*sys.argv[1:])
