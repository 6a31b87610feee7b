"""check_run_page.py PAGE.html RESULT.json ops|sums: a run's report shows the numbers of its result,
and its charts are drawn and can be moved."""
import json
import math
import pathlib
import sys

from browser import ask, check_document, expect

PROBE = """
  const value = id => document.getElementById(id).dataset.value;
  const sums = {};
  document.querySelectorAll('.segment').forEach(node => {
    const {engine, state} = node.dataset;
    sums[engine] = sums[engine] || {};
    sums[engine][state] = (sums[engine][state] || 0) + Number(node.dataset.value);
  });
  const totals = {};
  document.querySelectorAll('[data-total]').forEach(node => {
    const {engine, total} = node.dataset;
    totals[engine] = totals[engine] || {};
    totals[engine][total] = [Number(node.dataset.value), node.textContent];
  });
  const layers = [...document.querySelectorAll('.layers tbody tr')].map(row =>
    ({name: row.dataset.layer, ...Object.fromEntries([...row.querySelectorAll('td[data-column]')]
      .map(cell => [cell.dataset.column, cell.dataset.value]))}));
  const marks = Object.fromEntries([...document.querySelectorAll('.roof-mark')].map(node =>
    [node.dataset.layer, [Number(node.dataset.intensity), Number(node.dataset.gflops)]]));
  const canvases = [...document.querySelectorAll('canvas.time-chart')];
  // How many colours there are: a chart that is not drawn has one.
  const colours = canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const seen = new Set();
    for (let i = 0; i < data.length; i += 4) {
      seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
    }
    return seen.size;
  };
  const picture = () => canvases.map(canvas => canvas.toDataURL());
  const before = picture();
  const send = (canvas, type, Kind, options) =>
    canvas.dispatchEvent(new Kind(type, {bubbles: true, cancelable: true, ...options}));
  const instead = window.requestAnimationFrame;
  window.requestAnimationFrame = act => act();
  send(canvases[0], 'keydown', KeyboardEvent, {key: '+'});
  const zoomed = picture();
  const box = canvases[0].getBoundingClientRect();
  send(canvases[0], 'wheel', WheelEvent, {deltaY: 300, clientX: box.left + 400,
    clientY: box.top + 20});
  send(canvases[0], 'keydown', KeyboardEvent, {key: '0'});
  const after = picture();
  window.requestAnimationFrame = instead;
  const tips = [];
  for (let y = 2; y < box.height; y += 6) {
    send(canvases[0], 'pointermove', PointerEvent,
      {clientX: box.left + 120, clientY: box.top + y});
    const tip = document.getElementById('tooltip');
    if (!tip.hidden) {
      tips.push(tip.textContent);
    }
  }
  return {cycles: value('summary-cycles'), efficiency: value('summary-efficiency'),
    gflops: value('summary-gflops'), utilisation: value('summary-utilisation'),
    bound: value('summary-bound-cycles'),
    resource: document.getElementById('summary-bound').textContent,
    verified: document.getElementById('summary-verified').textContent, sums, totals, layers, marks,
    colours: canvases.map(colours), moves: zoomed.every((image, i) => image !== before[i]),
    returns: after.every((image, i) => image === before[i]), tips,
    stalls: document.querySelectorAll('.stalls tbody tr').length,
    peak: Number(value('peak-live')), text: document.body.innerText};
"""


def check_summary(found: dict, result: dict) -> None:
    expect(float(found["cycles"]), result["cycles"], "cycles")
    expect(float(found["efficiency"]), result["efficiency"], "efficiency")
    expect(float(found["gflops"]), result["roofline"]["achieved_gflops"], "GFLOP/s")
    expect(float(found["utilisation"]), result["utilisation"]["total"], "utilisation")
    for warning in result["warnings"]:
        expect(warning in found["text"], True, "the warning")
    resource = max(result["bounds"], key=result["bounds"].get)
    expect(float(found["bound"]), result["bounds"][resource], "bound")
    expect(resource in found["resource"], True, "resource")
    verified = "not verified" if result["verified"] is None else "verified"
    expect(found["verified"], verified, "verdict")


def check_engines(found: dict, result: dict) -> None:
    for engine, states in result["engines"].items():
        for state, cycles in states.items():
            if state != "ops":
                expect(found["sums"][engine].get(state, 0), cycles, f"{engine} {state} of layers")
                shown = found["totals"][engine].get(state, [0, "0"])
                expect(shown, [cycles, f"{cycles:,}" if cycles else "0"], f"{engine} {state}")


def check_layers(found: dict, result: dict) -> None:
    def total(column):
        return sum(float(layer[column]) for layer in found["layers"])
    expect(total("flops"), 2 * result["macs"], "FLOP of the layers")
    expect(total("read"), result["dram"]["read_bytes"], "bytes read by the layers")
    expect(total("write"), result["dram"]["write_bytes"], "bytes written by the layers")
    expect(total("ops"), result["compile"]["scheduled_ops"], "ops of the layers")
    expect(total("cycles"), result["cycles"] - result["engines"]["compute"]["drained"],
           "core cycles of the layers")
    expect(found["marks"]["whole program"], [result["arithmetic_intensity"],
                                             result["roofline"]["achieved_gflops"]], "program")
    period = result["seconds"] / result["cycles"]
    shares = {layer["layer"]: layer["utilisation"]["total"] for layer in result["layers"] if layer["macs"]}
    expect({layer["name"]: float(layer["utilisation"]) for layer in found["layers"]
            if layer.get("utilisation")}, shares, "utilisation of the layers")
    for layer in found["layers"]:
        if "gflops" in layer and "intensity" in layer:
            flops = float(layer["flops"])
            rate = flops / float(layer["cycles"]) / period * 1e-9
            expect(math.isclose(float(layer["gflops"]), rate, rel_tol=1e-9), True, "GFLOP/s")
            bytes_moved = float(layer["read"]) + float(layer["write"])
            expect(math.isclose(float(layer["intensity"]), flops / bytes_moved), True, "FLOP/B")
            expect(found["marks"][layer["name"]],
                   [float(layer["intensity"]), float(layer["gflops"])], "mark of a layer")


def main() -> None:
    page, data, kind = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    result = json.loads(data.read_text("utf-8"))
    check_document(page, data, "result")
    answer = ask(page, PROBE)
    found = answer["answer"]
    check_summary(found, result)
    check_engines(found, result)
    check_layers(found, result)
    expect(len(found["colours"]), 3, "charts over time")
    expect(all(colours > 3 for colours in found["colours"]), True, f"drawn: {found['colours']}")
    expect(found["moves"], True, "plus zooms all charts")
    expect(found["returns"], True, "0 shows the whole run as before")
    expect(found["stalls"] > 0, True, "longest waits")
    expect(any("load_dma" in tip for tip in found["tips"]), True, f"tooltips: {found['tips']}")
    if kind == "ops":
        expect(any(tip.startswith("op ") and "load " in tip for tip in found["tips"]), True,
               f"an op's tooltip: {found['tips']}")
        expect(0 < found["peak"] <= 256 * 1024, True, "peak of the SRAM, which has 256 KiB")
    else:
        expect("Ops are not shown one by one" in found["text"], True, "what is left out is said")
    expect(answer["nodes"] < 3000, True, f"elements: {answer['nodes']}")
    ask(page, "return null;", "theme=dark&from=100&to=400", "400,800")


main()
