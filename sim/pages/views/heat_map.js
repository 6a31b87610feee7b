// The map of a metric over two swept keys: a grid of cells where the sweep is one, else the points
// themselves. Each cell says by its colour how good and by a letter what holds it back.
'use strict';

(() => {
  const kMostCells = 2500;     // beyond, cells are too small to read and points are drawn instead
  const kLeastFilled = 0.2;    // part of the cells with a point, below which it is no grid
  const kBestOver = '\u0000best';
  const kMetricItself = '\u0000metric';
  const kNoKey = '\u0000none';

  const distinctPlaces = (sweep, points, name) =>
    [...new Set(points.map(point => sweep.place(point, name)))].filter(place => place >= 0)
      .sort((a, b) => a - b);

  /// What is drawn of what is chosen: machines, and models without the placeholder that a key is of, have
  /// no place on its axis.
  const withPlaces = (sweep, state) => {
    const points = sweep.pointsOf(state.model);
    const has = name => points.some(point => isPlaced(sweep, point, name));
    const y = has(state.y) || !sweep.isModelKey(state.y) ? state.y : kNoKey;
    const others = sweep.keys.map(key => key.name).filter(name => name !== y && has(name));
    return {...state, y, x: has(state.x) ? state.x : others[0] || state.x};
  };

  /// Whether a point has a place on the axis of a key, if the key is of models.
  const isPlaced = (sweep, point, name) => !sweep.isModelKey(name) || sweep.place(point, name) >= 0;

  /// The points of a model that have the fixed values.
  const selected = (sweep, state) => sweep.pointsOf(state.model).filter(point =>
    [state.x, state.y].every(name => isPlaced(sweep, point, name)) &&
    [...state.fixed].every(([name, value]) => name === state.x || name === state.y ||
      value === kBestOver || sweep.setting(point, name) === value));

  /// One entry per cell with a point: the best of those with a value, else the first that failed.
  const cellsOf = (sweep, points, {x, y, metric}) => {
    const cells = new Map();
    for (const point of points) {
      const column = sweep.place(point, x);
      const row = y === kNoKey ? 0 : sweep.place(point, y);
      const id = `${column},${row}`;
      const cell = cells.get(id);
      if (!cell) {
        cells.set(id, {column, row, point, count: 1});
        continue;
      }
      ++cell.count;
      const known = sweep.hasValue(cell.point, metric);
      if (sweep.hasValue(point, metric)) {
        cell.point = known ? sweep.preferred(cell.point, point, metric) : point;
      }
    }
    return [...cells.values()].sort((a, b) => b.row - a.row || a.column - b.column);
  };

  const isGrid = (sweep, points, {x, y}) => {
    if (y === kMetricItself) {
      return null;
    }
    const columns = distinctPlaces(sweep, points, x);
    const rows = y === kNoKey ? [0] : distinctPlaces(sweep, points, y);
    const cells = columns.length * rows.length;
    const filled = new Set(points.map(point =>
      `${sweep.place(point, x)},${y === kNoKey ? 0 : sweep.place(point, y)}`)).size;
    return cells > 0 && cells <= kMostCells && filled >= kLeastFilled * cells
      ? {columns, rows} : null;
  };

  const hatch = svg => {
    const pattern = svg.append('defs').append('pattern').attr('id', 'hatch').attr('width', 6)
      .attr('height', 6).attr('patternUnits', 'userSpaceOnUse')
      .attr('patternTransform', 'rotate(45)');
    pattern.append('rect').attr('width', 6).attr('height', 6).attr('class', 'hatch-ground');
    pattern.append('rect').attr('width', 2).attr('height', 6).attr('class', 'hatch-line');
  };

  const widest = texts => d3.max(texts, text => text.length) || 1;

  const drawCell = (g, cell, layout, context, state, colours) => {
    const {sweep} = context;
    const {point} = cell;
    const {metric} = state;
    const known = sweep.hasValue(point, metric);
    const value = sweep.value(point, metric);
    const fill = known ? colours.colour(value) : 'url(#hatch)';
    const ink = known ? colours.ink(value) : null;
    const group = g.append('g').attr('class', 'cell')
      .attr('transform', `translate(${layout.x(cell.column)},${layout.y(cell.row)})`)
      .attr('tabindex', -1).attr('role', 'button')
      .attr('data-point', point.point).attr('data-status', point.status)
      .attr('data-value', known ? value : null).attr('data-bottleneck', point.bottleneck)
      .attr('data-column', cell.column).attr('data-row', cell.row)
      .attr('aria-label', `${sweep.setting(point, state.x)}` +
        `${state.y === kNoKey ? '' : `, ${sweep.setting(point, state.y)}`}: ` +
        (known ? `${tw.number(value, sweep.unit(metric))}, ${point.bottleneck}`
          : `${point.status} ${point.message}`));
    group.append('rect').attr('width', layout.w - 1).attr('height', layout.h - 1).attr('rx', 2)
      .attr('fill', fill);
    if (layout.w >= 56 && layout.h >= 22) {
      group.append('text').attr('class', 'cell-value').attr('x', (layout.w - 1) / 2)
        .attr('y', layout.h / 2 + 4).attr('text-anchor', 'middle').style('fill', ink)
        .text(known ? tw.short(value, sweep.unit(metric)) : point.status);
    }
    if (known && point.bottleneck) {
      drawBadge(group, layout, tw.resource(point.bottleneck));
    }
    tw.bindPoint(group.node(), point, context, [metric, sweep.objectiveOf(state.model)]);
  };

  const drawBadge = (group, layout, {letter, colour, ink}) => {
    if (layout.w < 14 || layout.h < 14) {
      return;
    }
    const alone = layout.w < 56 || layout.h < 22;
    const x = alone ? layout.w / 2 - 6.5 : 3;
    const y = alone ? layout.h / 2 - 6.5 : 3;
    group.append('rect').attr('class', 'cell-badge').attr('x', x).attr('y', y).attr('width', 12)
      .attr('height', 12).attr('rx', 2).attr('fill', colour);
    group.append('text').attr('class', 'cell-letter').attr('x', x + 6).attr('y', y + 9.5)
      .attr('text-anchor', 'middle').style('fill', ink).text(letter);
  };

  const layoutOf = (width, columns, rows) => {
    const w = Math.max(12, Math.min(220, Math.floor(width / columns.length)));
    const h = rows.length > 24 ? Math.max(14, Math.floor(640 / rows.length)) : 40;
    const column = new Map(columns.map((place, i) => [place, i]));
    const row = new Map(rows.map((place, i) => [place, rows.length - 1 - i]));
    return {w, h, x: place => column.get(place) * w, y: place => row.get(place) * h};
  };

  const labels = (f, layout, columns, rows, sweep, state) => {
    const names = columns.map(place => sweep.key.get(state.x).values[place]);
    const every = Math.max(1, Math.ceil((7 * widest(names) + 6) / layout.w));
    const g = f.inner.append('g').attr('class', 'axis');
    g.selectAll('text.x').data(columns.filter((place, i) => i % every === 0)).enter()
      .append('text').attr('x', place => layout.x(place) + layout.w / 2)
      .attr('y', rows.length * layout.h + 16).attr('text-anchor', 'middle')
      .text(place => sweep.key.get(state.x).values[place]);
    if (state.y !== kNoKey) {
      const skip = Math.max(1, Math.ceil(14 / layout.h));
      g.selectAll('text.y').data(rows.filter((place, i) => i % skip === 0)).enter().append('text')
        .attr('x', -8).attr('y', place => layout.y(place) + layout.h / 2 + 4)
        .attr('text-anchor', 'end').text(place => sweep.key.get(state.y).values[place]);
    }
    f.inner.append('text').attr('class', 'axis-label').attr('text-anchor', 'middle')
      .attr('x', columns.length * layout.w / 2).attr('y', rows.length * layout.h + 36)
      .text(state.x);
    if (state.y !== kNoKey) {
      f.inner.append('text').attr('class', 'axis-label').attr('text-anchor', 'middle')
        .attr('transform',
          `translate(${14 - f.left},${rows.length * layout.h / 2}) rotate(-90)`).text(state.y);
    }
  };

  /// Arrow keys go from cell to cell, and only one cell is in the tab order.
  const walkable = g => {
    const cells = [...g.node().children];
    const at = new Map(cells.map(cell => [`${cell.dataset.column},${cell.dataset.row}`, cell]));
    if (cells.length) {
      cells[0].setAttribute('tabindex', 0);
    }
    const steps = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1]};
    g.node().addEventListener('keydown', event => {
      const cell = event.target.closest('.cell');
      const step = steps[event.key];
      if (!cell || !step) {
        return;
      }
      event.preventDefault();
      const next = at.get(`${Number(cell.dataset.column) + step[0]},` +
        `${Number(cell.dataset.row) + step[1]}`);
      if (next) {
        cell.setAttribute('tabindex', -1);
        next.setAttribute('tabindex', 0);
        next.focus();
      }
    });
  };

  const drawGrid = (container, context, state, cells, {columns, rows}, colours) => {
    const {sweep} = context;
    const left = state.y === kNoKey ? 12
      : 36 + 7.2 * Math.min(24, widest(rows.map(place => sweep.key.get(state.y).values[place])));
    const layout = layoutOf(container.clientWidth - left - 8, columns, rows);
    const f = tw.charts.frame(container, {height: rows.length * layout.h + 56, left, right: 8,
      top: 8, bottom: 48, label: `${state.metric} over ${state.x} and ${state.y}`});
    f.svg.attr('role', 'group');
    hatch(f.svg);
    labels(f, layout, columns, rows, sweep, state);
    const g = f.inner.append('g').attr('class', 'cells');
    cells.forEach(cell => drawCell(g, cell, layout, context, state, colours));
    walkable(g);
  };

  class HeatMap {
    constructor(context) {
      this.context = context;
      this.state = {x: null, y: null, fixed: new Map(), model: null, metric: null};
      this.controls = tw.el('div', {class: 'controls'});
      this.chart = tw.el('div', {class: 'chart', id: 'heat-map-chart'});
      this.legend = tw.el('div', {class: 'legends'});
      this.hint = tw.note();
      this.node = tw.section('heat-map', 'Map of a metric over two keys', this.controls, this.chart,
        this.legend, this.hint);
      this.chooseKeys();
      tw.onRedraw(() => this.draw());
    }

    chooseKeys() {
      const {sweep} = this.context;
      const all = sweep.keys.map(key => key.name);
      const names = [...all.filter(name => !sweep.isModelKey(name)),
        ...all.filter(name => sweep.isModelKey(name))];
      const wanted = name => names.includes(tw.options.get(name)) ? tw.options.get(name) : null;
      this.state.x = wanted('x') || names[0] || null;
      this.state.y = wanted('y') || names.find(name => name !== this.state.x) || kMetricItself;
      names.forEach(name => this.state.fixed.set(name, kBestOver));
    }

    buildControls() {
      const {sweep} = this.context;
      const names = sweep.keys.map(key => [key.name, key.name]);
      const set = (name, value) => {
        this.state[name] = value;
        if (this.state.x === this.state.y) {
          this.state.y = kMetricItself;
        }
        this.update();
      };
      const rest = sweep.keys.filter(key => key.name !== this.state.x && key.name !== this.state.y);
      tw.replace(this.controls,
        tw.select('x', names, this.state.x, value => set('x', value)),
        tw.select('y', [...names.filter(([name]) => name !== this.state.x),
          [kMetricItself, `${this.state.metric} (points)`], [kNoKey, 'none']], this.state.y,
        value => set('y', value)),
        ...rest.map(key => tw.select(key.name, [[kBestOver, 'best over'],
          ...key.values.slice(0, 500).map(value => [value, value])],
        this.state.fixed.get(key.name), value => {
          this.state.fixed.set(key.name, value);
          this.draw();
        })));
    }

    update(shared = {}) {
      Object.assign(this.state, shared);
      if (this.state.x !== null) {
        this.buildControls();
      }
      this.draw();
    }

    draw() {
      const {sweep} = this.context;
      const state = this.state.x === null ? this.state : withPlaces(sweep, this.state);
      [this.chart, this.legend, this.hint].forEach(node => tw.replace(node));
      if (state.x === null) {
        tw.replace(this.hint, 'No key was swept: there is nothing to draw a map over.');
        return;
      }
      const points = selected(sweep, state);
      const known = points.filter(point => sweep.hasValue(point, state.metric));
      const grid = isGrid(sweep, points, state);
      const cells = grid ? cellsOf(sweep, points, state) : [];
      const shown = grid ? cells.map(cell => cell.point) : known;
      const colours = tw.charts.colourScale(shown.filter(point =>
        sweep.hasValue(point, state.metric)).map(point => sweep.value(point, state.metric)),
      sweep.better(state.metric));
      if (grid) {
        drawGrid(this.chart, this.context, state, cells, grid, colours);
      } else {
        tw.drawScatter(this.chart, this.context, {...state, flat: state.y === kNoKey,
          plotMetric: state.y === kMetricItself}, points, colours);
      }
      if (known.length) {
        tw.charts.colourLegend(this.legend, colours,
          {label: tw.metricLabel(sweep, state.metric), unit: sweep.unit(state.metric)});
      }
      this.legend.append(tw.charts.resourceLegend());
      this.explain(points, known, grid, cells.some(cell => cell.count > 1));
    }

    explain(points, known, grid, folded) {
      const failed = points.length - points.filter(point => this.context.sweep.isDone(point)).length;
      tw.replace(this.hint,
        known.length ? null : 'No point has a value of this metric. ',
        grid && folded ? 'Several points share a cell: it shows the best of them. ' : null,
        failed ? `${tw.integer(failed)} without a result, ${grid ? 'hatched' : 'drawn as crosses'}. `
          : null,
        grid ? 'Arrow keys go from cell to cell, Enter pins one.' : null);
    }
  }

  /// "cycles, lower is better".
  tw.metricLabel = (sweep, metric) => {
    const better = sweep.better(metric);
    return metric + (better === 'none' ? '' : `, ${better} is better`);
  };

  tw.HeatMap = HeatMap;
})();
