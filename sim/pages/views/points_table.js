// The table of all points: sortable by every column, filtered by words and comparisons. Only the rows
// in view exist, so ten thousand points scroll like ten.
'use strict';

(() => {
  const kRowHeight = 28;
  const kViewHeight = 30 * 16;
  const kSpare = 6;       // rows above and below the view
  const kSampled = 400;   // points that decide how wide a column is
  const kFewMetrics = 12; // that are all shown without being asked for
  const kMain = ['cycles', 'seconds', 'efficiency', 'achieved_gflops', 'dram.share_of_peak',
    'compile.peak_sram_bytes'];

  const textOf = (column, point) => {
    const value = column.value(point);
    return column.text ? column.text(value) : value === null ? '–' : String(value);
  };

  const columnsOf = sweep => [
    {name: 'point', value: point => point.point, number: true, unit: '1'},
    ...(sweep.byModel.size > 1 ? [{name: 'model', value: point => point.model}] : []),
    ...(sweep.goal === null ? [] : [{name: 'machine', number: true, unit: '1',
      value: point => (sweep.machineOf.get(point.point) || {}).point ?? null}]),
    ...sweep.keys.map(key => ({name: key.name, value: point => sweep.setting(point, key.name),
      order: point => key.numbers ? sweep.number(point, key.name) : sweep.setting(point, key.name),
      number: key.numeric, unit: key.unit, choices: key.values})),
    {name: 'status', value: point => point.status, choices: tw.kStatuses,
      node: point => tw.statusTag(point.status)},
    {name: 'bottleneck', value: point => point.bottleneck || null,
      choices: ['compute', 'sram', 'bus', 'dram'], node: point => tw.resourceTag(point.bottleneck)},
    {name: 'main_stall', value: point => point.main_stall || null},
    ...sweep.metrics.map(metric => ({name: metric.name, number: true, metric: true,
      help: metric.help, unit: sweep.unit(metric.name), value: point => sweep.value(point, metric.name),
      text: value => tw.number(value, sweep.unit(metric.name)).replace(/ cycles$/, '')})),
    ...(sweep.points.some(point => point.message) ? [{name: 'message',
      value: point => point.message || null, wide: true}] : []),
  ].map(column => ({...column,
    contains: (point, needle) => textOf(column, point).toLowerCase().includes(needle)}));

  const widthOf = (column, points) => {
    const step = Math.max(1, Math.floor(points.length / kSampled));
    let most = column.name.length + 3;
    for (let i = 0; i < points.length; i += step) {
      most = Math.max(most, textOf(column, points[i]).length + (column.node ? 3 : 0));
    }
    return Math.round(Math.min(column.wide ? 60 : 34, most) * 7.6 + 18);
  };

  const byOrder = (a, b) => typeof a === 'number' && typeof b === 'number' ? a - b
    : String(a).localeCompare(String(b));

  class PointsTable {
    constructor(context) {
      this.context = context;
      this.all = columnsOf(context.sweep);
      this.everyMetric = context.sweep.metrics.length <= kFewMetrics;
      this.columns = this.all;
      this.sorted = {column: this.all[0], descending: false};
      this.words = '';
      this.status = '';
      this.bottleneck = '';
      this.rows = context.sweep.points.slice();
      this.build();
    }

    /// Shows the metric that the other views show, too.
    update({metric}) {
      this.metric = metric;
      this.chooseColumns();
      this.refresh();
    }

    chooseColumns() {
      const {sweep} = this.context;
      this.columns = this.all.filter(({name, metric}) => !metric || this.everyMetric ||
        name === this.metric || name === sweep.objective || name === sweep.goal || kMain.includes(name) ||
        name.startsWith('cost.'));
      const widths = this.columns.map(column => widthOf(column, sweep.points));
      tw.replace(this.widths, widths.map(width => {
        const col = tw.el('col');
        col.style.width = `${width}px`;
        return col;
      }));
      this.table.style.width = `${d3.sum(widths)}px`;
    }

    build() {
      this.count = tw.el('span', {class: 'faint', id: 'table-count', role: 'status'});
      this.head = tw.el('tr');
      this.body = tw.el('tbody');
      this.widths = tw.el('colgroup');
      this.table = tw.el('table', {class: 'points', 'aria-label': 'all points'}, this.widths,
        tw.el('thead', {}, this.head), this.body);
      this.view = tw.el('div', {class: 'table-view', tabindex: 0, role: 'region',
        'aria-label': 'all points, scrollable'}, this.table);
      this.view.style.maxHeight = `${kViewHeight}px`;
      this.view.addEventListener('scroll', () => this.drawRows());
      this.node = tw.section('points', 'All points', this.controls(), this.view,
        tw.note('Click a heading to sort, a row to pin the point. The filter takes words, and ' +
          'comparisons with units, such as cycles < 200k, sram.size = 64KiB or efficiency >= 80%; ' +
          'all have to hold.'));
    }

    controls() {
      const {points} = this.context.sweep;
      const choices = of => [['', 'any'],
        ...[...new Set(points.map(of))].filter(Boolean).sort().map(value => [value, value])];
      const filter = tw.el('input', {type: 'search', placeholder: 'filter', 'aria-label': 'filter',
        spellcheck: 'false', id: 'table-filter', 'aria-describedby': 'filter-error',
        on: {input: () => {
          this.words = filter.value;
          this.refresh();
        }}});
      this.filterInput = filter;
      this.filterError = tw.el('p', {id: 'filter-error', class: 'error', role: 'alert'});
      const set = name => value => {
        this[name] = value;
        this.refresh();
      };
      return tw.el('div', {class: 'controls'}, tw.el('label', {class: 'control grow'},
        tw.el('span', {}, 'filter'), filter),
      tw.select('status', choices(point => point.status), '', set('status')),
      tw.select('bottleneck', choices(point => point.bottleneck), '', set('bottleneck')),
      this.context.sweep.metrics.length > kFewMetrics ? this.metricsSwitch() : null,
      this.count, this.filterError);
    }

    metricsSwitch() {
      const box = tw.el('input', {type: 'checkbox', id: 'every-metric', on: {change: () => {
        this.everyMetric = box.checked;
        this.chooseColumns();
        this.drawHead();
        this.drawRows();
      }}});
      return tw.el('label', {class: 'control'}, box, tw.el('span', {}, 'all metrics'));
    }

    refresh() {
      const {test, error} = tw.filter(this.words, this.all, this.context.sweep.points);
      tw.replace(this.filterError, error === null ? '' : `Not filtered: ${error}`);
      this.filterInput.setAttribute('aria-invalid', error !== null);
      const {column, descending} = this.sorted;
      const order = column.order || column.value;
      this.rows = this.context.sweep.points.filter(point =>
        (this.status === '' || point.status === this.status) &&
        (this.bottleneck === '' || point.bottleneck === this.bottleneck) &&
        test(point));
      const keyed = this.rows.map((point, i) => ({point, i, key: order(point)}));
      // What is not known comes last, whatever the direction.
      keyed.sort((a, b) => (a.key === null) - (b.key === null) ||
        (a.key === null ? 0 : descending ? byOrder(b.key, a.key) : byOrder(a.key, b.key)) ||
        a.i - b.i);
      this.rows = keyed.map(each => each.point);
      tw.replace(this.count, `${tw.integer(this.rows.length)} of ` +
        `${tw.integer(this.context.sweep.points.length)} points`);
      this.view.scrollTop = 0;
      this.drawHead();
      this.drawRows();
    }

    drawHead() {
      tw.replace(this.head, this.columns.map(column => {
        const here = this.sorted.column === column;
        const mark = !here ? '' : this.sorted.descending ? ' ▾' : ' ▴';
        return tw.el('th', {scope: 'col', class: column.number ? 'right' : null,
          'aria-sort': !here ? 'none' : this.sorted.descending ? 'descending' : 'ascending',
          title: column.help || column.name},
        tw.el('button', {type: 'button', class: 'sort', 'data-column': column.name,
          on: {click: () => this.sortBy(column)}}, column.name + mark));
      }));
    }

    sortBy(column) {
      this.sorted = {column, descending: this.sorted.column === column && !this.sorted.descending};
      this.refresh();
      const button = [...this.head.querySelectorAll('button')]
        .find(each => each.dataset.column === column.name);
      button.focus({preventScroll: true});
    }

    drawRows() {
      const first = Math.max(0, Math.floor(this.view.scrollTop / kRowHeight) - kSpare);
      const last = Math.min(this.rows.length,
        first + Math.ceil(kViewHeight / kRowHeight) + 2 * kSpare);
      tw.replace(this.body, this.spacer(first), this.rows.slice(first, last)
        .map((point, i) => this.row(point, first + i)), this.spacer(this.rows.length - last));
    }

    spacer(rows) {
      const row = tw.el('tr', {class: 'spacer', 'aria-hidden': true});
      row.style.height = `${rows * kRowHeight}px`;
      return rows > 0 ? row : null;
    }

    row(point, place) {
      const {details} = this.context;
      return tw.el('tr', {'data-point': point.point, tabindex: 0, 'aria-rowindex': place + 2,
        on: {click: () => details.show(point), keydown: event => {
          if (event.key === 'Enter') {
            details.show(point);
          }
        }}},
      this.columns.map(column => {
        const value = column.value(point);
        return tw.el('td', {class: column.number ? 'right' : null, 'data-column': column.name,
          'data-value': value, title: column.wide ? value : null},
        column.node ? column.node(point) : textOf(column, point));
      }));
    }
  }

  tw.PointsTable = PointsTable;
})();
