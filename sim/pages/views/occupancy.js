// The SRAM over time: every tile as a rectangle of addresses and time, coloured by the layer it was
// brought or computed for, and above them the bytes in use.
'use strict';

(() => {
  const kCurve = 54;
  const kMap = 260;
  const kTop = 6;
  const kMapTop = kTop + kCurve + 14;

  /// Steps of the bytes in use: the cycles at which they change, and what they are from there on.
  const liveSteps = tiles => {
    const changes = [];
    tiles.forEach(({from, to, bytes}) => changes.push([from, bytes], [to, -bytes]));
    changes.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    const steps = {at: [0], bytes: [0]};
    let live = 0;
    for (const [cycle, change] of changes) {
      live += change;
      if (steps.at[steps.at.length - 1] === cycle) {
        steps.bytes[steps.bytes.length - 1] = live;
      } else {
        steps.at.push(cycle);
        steps.bytes.push(live);
      }
    }
    return steps;
  };

  const stepsOfBins = run => {
    const steps = {at: [], bytes: []};
    const {width, live_byte_cycles: bins} = run.bins;
    bins.forEach((value, i) => {
      steps.at.push(i * width);
      steps.bytes.push(value / Math.max(1, Math.min(width, run.cycles - i * width)));
    });
    return steps;
  };

  const drawCurve = (pen, plot, steps, most) => {
    const base = kTop + kCurve;
    const y = bytes => base - kCurve * bytes / most;
    const first = Math.max(0, d3.bisectRight(steps.at, plot.from) - 1);
    pen.beginPath();
    pen.moveTo(plot.left, base);
    let last = 0;
    for (let i = first; i < steps.at.length && steps.at[i] < plot.to; ++i) {
      const x = Math.max(plot.left, plot.x(steps.at[i]));
      pen.lineTo(x, y(last));
      pen.lineTo(x, y(steps.bytes[i]));
      last = steps.bytes[i];
    }
    pen.lineTo(plot.left + plot.w, y(last));
    pen.lineTo(plot.left + plot.w, base);
    pen.fillStyle = tw.colour('--accent');
    pen.globalAlpha = 0.35;
    pen.fill();
    pen.globalAlpha = 1;
  };

  const drawScale = (pen, plot, top, height, most, count, unit) => {
    const step = 2 ** Math.ceil(Math.log2(Math.max(1, most / count)));
    pen.textAlign = 'right';
    pen.lineWidth = 1;
    for (let value = 0; value <= most; value += step) {
      const y = Math.round(top + height - height * value / most) + 0.5;
      pen.strokeStyle = tw.colour('--line');
      pen.beginPath();
      pen.moveTo(plot.left, y);
      pen.lineTo(plot.left + plot.w, y);
      pen.stroke();
      pen.fillStyle = tw.colour('--faint');
      pen.fillText(unit(value), plot.left - 8, Math.min(top + height - 1, Math.max(top + 3, y)));
    }
  };

  const drawTiles = (pen, plot, run, most) => {
    const y = address => kMapTop + kMap - kMap * address / most;
    const drawn = new Map();  // by address: up to where, to draw nothing twice in one pixel
    for (const tile of run.tiles) {
      if (tile.to <= plot.from || tile.from >= plot.to) {
        continue;
      }
      const x0 = Math.max(plot.left, plot.x(tile.from));
      const x1 = Math.min(plot.left + plot.w, plot.x(tile.to));
      if (x1 < (drawn.get(tile.address) || 0) + 0.5) {
        continue;
      }
      drawn.set(tile.address, x1);
      const top = y(tile.address + tile.bytes);
      const height = y(tile.address) - top;
      const gap = height > 4 ? 0.75 : 0;
      pen.fillStyle = run.layerColour(run.ops.layer[tile.op]);
      const {moves, has_destination: toSram} = run.data.opcodes[run.ops.opcode[tile.op]];
      const loaded = moves && toSram;
      pen.globalAlpha = loaded ? 0.5 : 1;
      pen.fillRect(x0, top + gap, Math.max(0.5, x1 - x0 - gap), Math.max(0.5, height - gap));
      pen.globalAlpha = 1;
      if (height >= 11 && x1 - x0 > 34) {
        pen.fillStyle = loaded ? tw.colour('--ink') : '#fff';
        labelTile(pen, run.tileName(tile.op), x0, top + height / 2 + 0.5, x1 - x0);
      }
    }
  };

  const labelTile = (pen, text, x, y, width) => {
    if (pen.measureText(text).width < width - 6) {
      pen.textAlign = 'left';
      pen.fillText(text, x + 3, y);
    }
  };

  const tileNodes = (run, tile) => [
    tw.el('strong', {}, run.tileName(tile.op)),
    tw.pairs([['layer', run.layerName(run.ops.layer[tile.op])],
      ['begun by', `op ${tw.integer(tile.op)}: ${run.opName(tile.op)}`],
      ['address', `0x${tile.address.toString(16).padStart(4, '0')}`], ['size', tw.bytes(tile.bytes)],
      ['from cycle', tw.integer(tile.from)], ['to cycle', tw.integer(tile.to)],
      ['for', `${tw.integer(tile.to - tile.from)} cycles`]])];

  tw.occupancy = (run, axis) => {
    const steps = run.detail ? liveSteps(run.tiles) : stepsOfBins(run);
    const used = run.detail ? d3.max(run.tiles, tile => tile.address + tile.bytes) || 1
      : d3.max(steps.bytes) || 1;
    const most = run.detail ? used
      : Math.max(run.data.machine.sram_bytes, used);
    const peak = d3.max(steps.bytes) || 0;
    const bottom = run.detail ? kMapTop + kMap : kTop + kCurve;
    const tip = (cycle, y) => {
      if (y <= kTop + kCurve) {
        const place = Math.max(0, d3.bisectRight(steps.at, cycle) - 1);
        return [tw.el('strong', {}, 'bytes in use'), tw.pairs([
          ['cycle', tw.integer(Math.floor(cycle))],
          [run.detail ? 'in use' : 'mean of the bin', tw.bytes(Math.round(steps.bytes[place]))]])];
      }
      const address = (kMapTop + kMap - y) / kMap * most;
      const tile = run.detail ? run.tiles.find(each => each.address <= address &&
        address < each.address + each.bytes && each.from <= cycle && cycle < each.to) : null;
      return tile ? tileNodes(run, tile) : null;
    };
    const chart = new tw.TimeChart(axis, {
      height: bottom + 26, label: 'SRAM over time', tip,
      paint: (pen, plot) => {
        drawScale(pen, plot, kTop, kCurve, peak || 1, 2, value => tw.bytes(value));
        drawCurve(pen, plot, steps, peak || 1);
        if (run.detail) {
          drawScale(pen, plot, kMapTop, kMap, most, 8, value => tw.bytes(value));
          drawTiles(pen, plot, run, most);
        }
        tw.drawTimeTicks(pen, plot, bottom, bottom + 5);
      },
    });
    return {node: chart.node, peak: run.bins.peak_live_bytes};
  };
})();
