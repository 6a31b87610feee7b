// The roofline: what the machine allows at an arithmetic intensity, and where the program and each of its
// layers are; with a table of the layers' figures.
'use strict';

(() => {
  const figures = run => run.layers.map((layer, i) => {
    const {read_bytes: read, write_bytes: written} = layer.dram;
    return {layer, i, read, written, bytes: read + written, flops: 2 * layer.macs,
      ops: d3.sum(Object.values(layer.ops)), cycles: run.sum(layer.engines.compute),
      utilisation: layer.macs > 0 ? layer.utilisation.total : null,
      intensity: layer.arithmetic_intensity, gflops: layer.roofline.achieved_gflops};
  });

  /// Kept inside the chart.
  const roofPath = (x, y, {peak_gflops: peak, dram_peak_gb_per_second: slope}) => {
    const [, high] = x.domain();
    const low = Math.max(x.domain()[0], y.domain()[0] / slope);
    const corner = Math.min(Math.max(peak / slope, low), high);
    const at = intensity => Math.min(peak, intensity * slope);
    return d3.line()([low, corner, high].map(intensity => [x(intensity), y(at(intensity))]));
  };

  /// Beside its mark, left or right of it, unless that is taken; the tooltip has it then.
  const placeLabel = (taken, x, y, width, right) => {
    const boxes = [{x0: x + 9, x1: x + 9 + width}, {x0: x - 9 - width, x1: x - 9}]
      .map(box => ({...box, y0: y - 8, y1: y + 8}));
    const free = box => box.x1 < right && box.x0 > 0 &&
      taken.every(other => box.x1 < other.x0 || box.x0 > other.x1 || box.y1 < other.y0 ||
        box.y0 > other.y1);
    return boxes.find(free) || null;
  };

  const tipOf = (name, rows) => [tw.el('strong', {}, name), tw.pairs(rows)];

  const bindTip = (node, nodes) => {
    node.addEventListener('pointermove', event => tw.showTip(event.clientX, event.clientY, ...nodes()));
    node.addEventListener('pointerleave', tw.hideTip);
  };

  const rowsOf = (run, each) => [
    ['intensity', `${tw.plain(each.intensity)} FLOP/B`], ['achieved', `${tw.plain(each.gflops)} GFLOP/s`],
    ['FLOP', tw.plain(each.flops)], ['DRAM', tw.bytes(each.bytes)],
    ['core', `${tw.integer(each.cycles)} cycles`]];

  const drawMarks = (f, run, x, y, all, program) => {
    const taken = [];
    const g = f.inner.append('g');
    const add = (each, name, colour, shape) => {
      const px = x(each.intensity);
      const py = y(each.gflops);
      const mark = shape === 'diamond'
        ? g.append('path').attr('d', d3.symbol().type(d3.symbolDiamond).size(330)())
          .attr('transform', `translate(${px},${py})`)
        : g.append('circle').attr('cx', px).attr('cy', py).attr('r', 6);
      mark.attr('class', `roof-mark ${shape}`).style('fill', colour).attr('data-layer', name)
        .attr('data-intensity', each.intensity).attr('data-gflops', each.gflops);
      bindTip(mark.node(), () => tipOf(name, rowsOf(run, each)));
      taken.push({x0: px - 7, x1: px + 7, y0: py - 7, y1: py + 7});
      return {each, name, px, py};
    };
    const marks = [...(program ? [add(program, 'whole program', 'none', 'diamond')] : []),
      ...all.map(each => add(each, each.layer.layer, run.layerColour(each.i), 'circle'))];
    for (const {name, px, py} of marks) {
      const text = name.length > 24 ? `${name.slice(0, 23)}…` : name;
      const box = placeLabel(taken, px, py, 6.8 * text.length, f.w);
      if (box) {
        taken.push(box);
        g.append('text').attr('class', 'roof-label').attr('x', box.x0).attr('y', py + 4).text(text);
      }
    }
  };

  const draw = (container, run, all, program) => {
    const {machine} = run.data;
    const known = [...all, ...(program ? [program] : [])];
    const ridge = machine.peak_gflops / machine.dram_peak_gb_per_second;
    const f = tw.charts.frame(container, {height: 340, left: 76, right: 20,
      label: 'roofline of the layers'});
    const xs = [ridge, ...known.map(each => each.intensity)];
    const ys = [machine.peak_gflops, ...known.map(each => each.gflops)];
    const x = d3.scaleLog([d3.min(xs) / 3, d3.max(xs) * 3], [0, f.w]);
    const y = d3.scaleLog([d3.min(ys) / 2.5, d3.max(ys) * 2], [f.h, 0]);
    tw.charts.axisX(f, x, {label: 'arithmetic intensity [FLOP per DRAM byte]',
      format: value => tw.short(value)});
    tw.charts.axisY(f, y, {label: 'GFLOP/s', format: value => tw.short(value)});
    f.inner.append('path').attr('class', 'roof').attr('d', roofPath(x, y, machine));
    f.inner.append('text').attr('class', 'roof-name').attr('x', f.w - 4)
      .attr('y', y(machine.peak_gflops) - 7).attr('text-anchor', 'end')
      .text(`array: ${tw.plain(machine.peak_gflops)} GFLOP/s`);
    const foot = x.domain()[0] * 1.06;
    const angle = Math.atan2(f.h / Math.log(y.domain()[1] / y.domain()[0]),
      f.w / Math.log(x.domain()[1] / x.domain()[0])) * 180 / Math.PI;
    const start = Math.max(foot, y.domain()[0] * 1.1 / machine.dram_peak_gb_per_second);
    f.inner.append('text').attr('class', 'roof-name').attr('transform',
      `translate(${x(start)},${y(start * machine.dram_peak_gb_per_second) - 7}) rotate(${-angle})`)
      .text(`DRAM: ${tw.plain(machine.dram_peak_gb_per_second)} GB/s`);
    drawMarks(f, run, x, y, all, program);
  };

  const programFigures = run => {
    const {result} = run;
    const intensity = result.arithmetic_intensity;
    return intensity === null ? null : {intensity, gflops: result.roofline.achieved_gflops,
      flops: 2 * result.macs, bytes: result.dram.read_bytes + result.dram.write_bytes,
      cycles: result.cycles};
  };

  const layerTable = (run, all) => {
    const cell = (value, unit, name) => tw.el('td', {class: 'right', 'data-column': name,
      'data-value': value}, value === null ? '–' : tw.number(value, unit));
    const swatch = i => {
      const node = tw.el('span', {class: 'swatch', 'aria-hidden': true});
      node.style.background = run.layerColour(i);
      return node;
    };
    return tw.el('div', {class: 'table-view layers-view', tabindex: 0, role: 'region',
      'aria-label': 'layers'}, tw.el('table', {class: 'points layers'},
      tw.el('thead', {}, tw.el('tr', {}, ['layer', 'kind', 'ops', 'FLOP', 'DRAM read', 'DRAM written',
        'FLOP/B', 'GFLOP/s', 'core cycles', 'array in use'].map((name, i) =>
        tw.el('th', {scope: 'col', class: i > 1 ? 'right' : null},
          tw.el('span', {class: 'sort'}, name))))),
      tw.el('tbody', {}, all.map(each => tw.el('tr', {'data-layer': each.layer.layer},
        tw.el('td', {title: each.layer.layer}, tw.el('span', {class: 'tag'}, swatch(each.i),
          each.layer.layer)),
        tw.el('td', {}, each.layer.kind), cell(each.ops, '', 'ops'), cell(each.flops, '', 'flops'),
        cell(each.read, 'B', 'read'), cell(each.written, 'B', 'write'),
        cell(each.intensity, '', 'intensity'), cell(each.gflops, '', 'gflops'),
        cell(each.cycles, '', 'cycles'),
        cell(each.utilisation, 'share', 'utilisation'))))));
  };

  tw.roofline = run => {
    const all = figures(run);
    const drawn = all.filter(each => each.intensity !== null && each.gflops !== null);
    const program = programFigures(run);
    const chart = tw.el('div', {class: 'chart', id: 'roofline-chart'});
    const redraw = () => {
      tw.replace(chart);
      if (chart.isConnected && (drawn.length || program)) {
        draw(chart, run, drawn, program);
      } else {
        tw.replace(chart, tw.note('Nothing is multiplied, or nothing moved: there is no point to draw.'));
      }
    };
    tw.onRedraw(redraw);
    return tw.section('roofline', 'Roofline', chart, layerTable(run, all), tw.note(
      'A layer\'s GFLOP/s are over the cycles of the core that are its own, waiting included; a layer ' +
      'whose tiles were loaded ahead during another can lie above the slanted roof. The diamond is ' +
      'the whole program. Layers without multiply-adds or without DRAM traffic are in the table only.'));
  };
})();
