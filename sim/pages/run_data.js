// A run as the views need it: the result, the layers, and the ops, states and tiles over time, unpacked
// from their columns. Engines, states and layers have the names of the export, and one colour each.
'use strict';

(() => {
  const kStateColours = {
    busy: '#009e73', setup: '#7f8c99', wait_data: '#e69f00', wait_space: '#f0d943',
    wait_queue: '#a89bd6', wait_sram: '#cc79a7', wait_bus: '#56b4e9', wait_dram: '#d55e00',
  };
  const kLayerColours = ['#4e79a7', '#f28e2b', '#59a14f', '#e15759', '#b07aa1', '#76b7b2',
    '#edc948', '#ff9da7', '#9c755f', '#86bcb6', '#d37295', '#a0cbe8'];

  /// Stretches as their states and the cycles at which they end.
  const unpackStates = flat => {
    const count = flat.length / 2;
    const state = new Uint8Array(count);
    const end = new Float64Array(count);
    let now = 0;
    for (let i = 0; i < count; ++i) {
      state[i] = flat[2 * i];
      now += flat[2 * i + 1];
      end[i] = now;
    }
    return {state, end, count};
  };

  /// Differences back to cycles.
  const unpackOps = columns => {
    const count = columns.opcode.length;
    const times = {fetched: new Float64Array(count), start: new Float64Array(count),
      released: new Float64Array(count), complete: new Float64Array(count)};
    let fetched = 0;
    for (let i = 0; i < count; ++i) {
      fetched += columns.fetched[i];
      times.fetched[i] = fetched;
      times.start[i] = fetched + columns.start[i];
      times.released[i] = times.start[i] + columns.released[i];
      times.complete[i] = times.start[i] + columns.complete[i];
    }
    return {...columns, ...times, count};
  };

  class Run {
    constructor(data) {
      this.data = data;
      this.result = data.result;
      this.cycles = data.result.cycles;
      this.engines = data.engines;
      this.states = data.states;
      this.layers = data.result.layers;
      this.bins = data.bins;
      this.detail = data.detail !== null;
      if (this.detail) {
        this.unpack();
      }
    }

    unpack() {
      const {ops, tiles, states} = this.data.detail;
      this.ops = unpackOps(ops);
      this.opsOf = Object.fromEntries(this.engines.map(engine => [engine, []]));
      for (let i = 0; i < this.ops.count; ++i) {
        this.opsOf[this.data.opcodes[this.ops.opcode[i]].engine].push(i);
      }
      this.stretches = Object.fromEntries(this.engines.map(engine =>
        [engine, unpackStates(states[engine])]));
      this.tiles = [];
      for (let i = 0; i < tiles.length; i += 2) {
        const op = tiles[i];
        this.tiles.push({op, from: this.ops.start[op], to: tiles[i + 1],
          address: this.ops.dst[op], bytes: this.data.tensors[this.ops.tensor[op]].tile_bytes});
      }
    }

    /// "x[0,3]".
    tileName(op) {
      const {tensor, row, col} = this.ops;
      return `${this.data.tensors[tensor[op]].name}[${row[op]},${col[op]}]`;
    }

    /// "matmul a1[0,3] k=2".
    opName(op) {
      const opcode = this.data.opcodes[this.ops.opcode[op]];
      return `${opcode.name} ${this.tileName(op)}${opcode.has_step ? ` k=${this.ops.k[op]}` : ''}`;
    }

    /// What the op did in SRAM, as in a program's text.
    opAddresses(op) {
      const hex = value => `0x${value.toString(16).padStart(4, '0')}`;
      const {operands, dst, opcode} = this.ops;
      const what = this.data.opcodes[opcode[op]];
      const from = operands[op].map(hex).join(', ') || 'DRAM';
      return `${from} → ${what.has_destination ? hex(dst[op]) : 'DRAM'}`;
    }

    engineOfOp(op) {
      return this.data.opcodes[this.ops.opcode[op]].engine;
    }

    layerName(layer) {
      return layer < this.layers.length ? this.layers[layer].layer : 'no layer';
    }

    layerColour(layer) {
      return layer < this.layers.length ? kLayerColours[layer % kLayerColours.length] : '#888';
    }

    stateColour(state) {
      return kStateColours[state] || tw.colour(state === 'idle' ? '--idle' : '--drained');
    }

    /// The first op of an engine that is not released at a cycle; -1 after the last.
    opAt(engine, cycle) {
      const own = this.opsOf[engine];
      const place = d3.bisector(op => this.ops.released[op]).right(own, cycle);
      const last = own[own.length - 1];
      return place < own.length ? own[place] : own.length && cycle < this.ops.complete[last]
        ? last : -1;
    }

    /// Cycles by state of an engine in each of `count` equal columns of [from, to): those of state s in
    /// column c at c · states + s.
    mixes(engine, from, to, count) {
      const states = this.states.length;
      const columns = new Float64Array(count * states);
      const width = (to - from) / count;
      const give = (state, begin, end, density) => {
        const low = (Math.max(begin, from) - from) / width;
        const high = (Math.min(end, to) - from) / width;
        const last = Math.min(count - 1, Math.ceil(high) - 1);
        for (let i = Math.floor(low); i <= last; ++i) {
          columns[i * states + state] +=
            (Math.min(high, i + 1) - Math.max(low, i)) * width * density;
        }
      };
      if (this.detail) {
        const {state, end, count: all} = this.stretches[engine];
        for (let i = d3.bisectRight(end, from); i < all && (i === 0 || end[i - 1] < to); ++i) {
          give(state[i], i === 0 ? 0 : end[i - 1], end[i], 1);
        }
      } else {
        this.bins.states[engine].forEach((bins, state) =>
          this.eachBin(bins, from, to, (begin, end, cycles) =>
            give(state, begin, end, cycles / (end - begin))));
      }
      return columns;
    }

    /// Calls visit(begin, end, value) for every bin that meets [from, to) and is not empty.
    eachBin(bins, from, to, visit) {
      const {width} = this.bins;
      const last = Math.min(bins.length, Math.ceil(to / width));
      for (let i = Math.max(0, Math.floor(from / width)); i < last; ++i) {
        if (bins[i] > 0) {
          visit(i * width, Math.min((i + 1) * width, Math.max(this.cycles, i * width + 1)), bins[i]);
        }
      }
    }

    sum(cyclesByState) {
      return d3.sum(Object.values(cyclesByState));
    }
  }

  tw.Run = Run;
})();
