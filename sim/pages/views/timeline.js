// The engines over time: a lane of ops, coloured by layer, above a lane of states, coloured by cause.
// Where stretches are thinner than a pixel, a column shows how its cycles divide among the states.
'use strict';

(() => {
  const kOps = 16;        // height of a lane of ops, in pixels
  const kStates = 30;     // and of states
  const kGap = 16;
  const kTop = 6;

  const laneTop = (run, i) => kTop + i * ((run.detail ? kOps + 2 : 0) + kStates + kGap);
  const statesTop = (run, i) => laneTop(run, i) + (run.detail ? kOps + 2 : 0);

  /// An op until its engine could go on, and paler until it is complete or the next one starts.
  const drawOps = (pen, plot, run, engine, top) => {
    const own = run.opsOf[engine];
    const {start, released, complete, layer} = run.ops;
    const clip = cycle => Math.min(plot.left + plot.w, Math.max(plot.left, plot.x(cycle)));
    let drawn = -1;
    const first = d3.bisector(op => complete[op]).left(own, plot.from);
    for (let i = first; i < own.length && start[own[i]] < plot.to; ++i) {
      const op = own[i];
      const next = i + 1 < own.length ? start[own[i + 1]] : Infinity;
      const x0 = clip(start[op]);
      const x1 = clip(released[op]);
      const tail = clip(Math.min(next, complete[op]));
      if (Math.max(x1, tail) < drawn + 0.5) {
        continue;
      }
      drawn = Math.max(x1, tail);
      pen.fillStyle = run.layerColour(layer[op]);
      pen.globalAlpha = 0.4;
      pen.fillRect(x0, top, Math.max(0, tail - x0 - (tail - x0 > 4 ? 1 : 0)), kOps);
      pen.globalAlpha = 1;
      pen.fillRect(x0, top, Math.max(0.5, x1 - x0 - (x1 - x0 > 4 && x1 >= tail ? 1 : 0)), kOps);
      if (drawn - x0 > 50) {
        labelIn(pen, run.opName(op), x0, top, drawn - x0, x1 - x0);
      }
    }
  };

  /// In a colour that reads on the part of the op that is under it.
  const labelIn = (pen, text, x, top, width, solid) => {
    const needed = pen.measureText(text).width + 6;
    if (needed < width) {
      pen.fillStyle = needed < solid ? '#fff' : tw.colour('--ink');
      pen.textAlign = 'left';
      pen.fillText(text, x + 3 + (needed < solid || needed + solid > width ? 0 : solid),
        top + kOps / 2 + 0.5);
    }
  };

  const drawStretches = (pen, plot, run, engine, top, [first, last]) => {
    const {state, end} = run.stretches[engine];
    const colours = run.states.map(name => run.stateColour(name));
    for (let i = first; i < last; ++i) {
      const x0 = Math.max(plot.left, plot.x(i === 0 ? 0 : end[i - 1]));
      const x1 = Math.min(plot.left + plot.w, plot.x(end[i]));
      pen.fillStyle = colours[state[i]];
      pen.fillRect(x0, top, Math.max(0.3, x1 - x0), kStates);
    }
  };

  /// Every pixel column is divided as its cycles are.
  const drawMixes = (pen, plot, run, engine, top) => {
    const columns = Math.max(1, Math.floor(plot.w));
    const mixes = run.mixes(engine, plot.from, plot.to, columns);
    const colours = run.states.map(name => run.stateColour(name));
    const width = plot.w / columns;
    const states = colours.length;
    for (let column = 0; column < columns; ++column) {
      const mix = mixes.subarray(column * states, (column + 1) * states);
      const total = run.sum(mix);
      let y = top + kStates;
      for (let state = 0; state < states; ++state) {
        if (mix[state] > 0) {
          const height = kStates * mix[state] / total;
          y -= height;
          pen.fillStyle = colours[state];
          pen.fillRect(plot.left + column * width, y, width + 0.3, height);
        }
      }
    }
  };

  const visible = (run, engine, plot) => {
    const {end, count} = run.stretches[engine];
    return [d3.bisectRight(end, plot.from), Math.min(count, d3.bisectLeft(end, plot.to) + 1)];
  };

  const drawLane = (pen, plot, run, engine, i) => {
    const top = laneTop(run, i);
    const states = statesTop(run, i);
    tw.drawLaneName(pen, plot, engine, (top + states + kStates) / 2);
    if (run.detail) {
      drawOps(pen, plot, run, engine, top);
      const range = visible(run, engine, plot);
      if (range[1] - range[0] <= plot.w / 2) {
        drawStretches(pen, plot, run, engine, states, range);
        return;
      }
    }
    drawMixes(pen, plot, run, engine, states);
  };

  /// What an op is, where and when, and what its engine waited for before it was released.
  const opNodes = (run, op) => {
    const {ops} = run;
    const engine = run.engineOfOp(op);
    const own = run.opsOf[engine];
    const place = d3.bisectLeft(own, op);
    const since = place > 0 ? ops.released[own[place - 1]] : 0;
    const end = place + 1 === own.length ? Math.max(ops.released[op], ops.complete[op])
      : ops.released[op];
    const mix = end > since ? run.mixes(engine, since, end, 1) : [];
    const rows = [
      ['engine', engine], ['layer', run.layerName(ops.layer[op])],
      ['SRAM', run.opAddresses(op)],
      ['fetched', tw.integer(ops.fetched[op])], ['start', tw.integer(ops.start[op])],
      ['released', tw.integer(ops.released[op])], ['complete', tw.integer(ops.complete[op])],
    ];
    const dependency = ops.dependency[op];
    if (dependency >= 0) {
      rows.push(['needs', `op ${dependency}: ${run.opName(dependency)}, complete at ` +
        tw.integer(ops.complete[dependency])]);
    }
    const causes = run.states.map((name, i) => [name, mix[i] || 0]).filter(([, cycles]) => cycles > 0);
    return [tw.el('strong', {}, `op ${tw.integer(op)}: ${run.opName(op)}`), tw.pairs(rows),
      causes.length ? tw.el('p', {class: 'faint'}, 'its engine, since the op before was released:')
        : null,
      tw.pairs(causes.map(([name, cycles]) => [tw.stateTag(run, name),
        `${tw.integer(Math.round(cycles))} cycles`]))];
  };

  const stretchNodes = (run, engine, cycle) => {
    const {state, end, count} = run.stretches[engine];
    const i = Math.min(count - 1, d3.bisectRight(end, cycle));
    const from = i === 0 ? 0 : end[i - 1];
    const op = run.opAt(engine, cycle);
    return [tw.el('strong', {}, tw.stateTag(run, run.states[state[i]])),
      tw.pairs([['engine', engine], ['from', tw.integer(from)], ['to', tw.integer(end[i])],
        ['cycles', tw.integer(end[i] - from)],
        ...(op >= 0 ? [['at op', `${op}: ${run.opName(op)}`]] : [])])];
  };

  const mixNodes = (run, engine, from, to) => {
    const mix = run.mixes(engine, from, to, 1);
    const total = run.sum(mix);
    return [tw.el('strong', {}, `${engine}, about cycle ${tw.integer(Math.round(from))}`),
      tw.pairs(run.states.map((name, i) => [name, mix[i]]).filter(([, cycles]) => cycles > 0)
        .map(([name, cycles]) => [tw.stateTag(run, name), tw.percent(cycles / total)]))];
  };

  tw.stateTag = (run, name) => {
    const swatch = tw.el('span', {class: 'swatch', 'aria-hidden': true});
    swatch.style.background = run.stateColour(name);
    return tw.el('span', {class: 'tag'}, swatch, name);
  };

  /// The engine and the lane under a height; null between lanes.
  const laneAt = (run, y) => {
    for (let i = 0; i < run.engines.length; ++i) {
      if (y >= laneTop(run, i) && y < statesTop(run, i) + kStates) {
        return {engine: run.engines[i], ops: y < statesTop(run, i)};
      }
    }
    return null;
  };

  /// The newest op of the lane that is started and not complete at a cycle; -1 if there is none.
  const opUnder = (run, lane, cycle) => {
    const own = run.opsOf[lane.engine];
    const place = d3.bisector(op => run.ops.start[op]).right(own, cycle) - 1;
    return place >= 0 && cycle < run.ops.complete[own[place]] ? own[place] : -1;
  };

  const tipOf = (run, cycle, y, plot) => {
    const lane = laneAt(run, y);
    if (!lane) {
      return null;
    }
    if (run.detail && lane.ops) {
      const op = opUnder(run, lane, cycle);
      return op >= 0 ? opNodes(run, op) : null;
    }
    if (run.detail) {
      const range = visible(run, lane.engine, plot);
      if (range[1] - range[0] <= plot.w / 2) {
        return stretchNodes(run, lane.engine, cycle);
      }
    }
    const half = (plot.to - plot.from) / plot.w;
    return mixNodes(run, lane.engine, Math.max(0, cycle - half), cycle + half);
  };

  tw.timeline = (run, axis, pin) => {
    const bottom = statesTop(run, run.engines.length - 1) + kStates;
    const chart = new tw.TimeChart(axis, {
      height: bottom + 26, label: 'states of the engines over time',
      paint: (pen, plot) => {
        tw.drawTimeTicks(pen, plot, kTop, bottom + 5);
        run.engines.forEach((engine, i) => drawLane(pen, plot, run, engine, i));
      },
      tip: (cycle, y, plot) => tipOf(run, cycle, y, plot),
      pick: (cycle, y) => {
        const lane = run.detail ? laneAt(run, y) : null;
        const op = lane ? opUnder(run, lane, cycle) : -1;
        if (op >= 0) {
          pin(opNodes(run, op));
        }
      },
    });
    return chart.node;
  };
})();
