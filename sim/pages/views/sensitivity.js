// How much each key moves the metric, as bars with the means of its levels; and the points where more
// of a resource did not help, each with its explanation.
'use strict';

(() => {
  const kMostLevels = 12;   // of a key whose values are too many for the export's analysis
  const kListed = 25;

  const geometricMean = values => Math.exp(d3.mean(values, Math.log));

  /// The export analyses the objective; for other metrics the same sum over the points here.
  const computed = (sweep, model, metric) => sweep.keys.map(key => {
    const known = sweep.pointsOf(model).filter(point => sweep.hasValue(point, metric) &&
      sweep.value(point, metric) > 0 && sweep.place(point, key.name) >= 0);
    const levels = groups(sweep, known, key).map(({label, points}) =>
      ({label, mean: geometricMean(points.map(point => sweep.value(point, metric)))}));
    const means = levels.map(level => level.mean);
    return {model, key: key.name, metric, levels,
      effect: levels.length ? d3.max(means) / d3.min(means) : null};
  }).filter(entry => entry.effect !== null);

  /// The points by value of a key; by stretches of values with equally many points if there are many.
  const groups = (sweep, points, key) => {
    const places = [...new Set(points.map(point => sweep.place(point, key.name)))]
      .sort((a, b) => a - b);
    const size = Math.max(1, Math.ceil(places.length / kMostLevels));
    const stretches = d3.range(0, places.length, size).map(i => places.slice(i, i + size));
    const at = new Map();
    stretches.forEach((stretch, i) => stretch.forEach(place => at.set(place, i)));
    const found = stretches.map(stretch => {
      const ends = [stretch[0], stretch[stretch.length - 1]].map(place => key.values[place]);
      return {label: stretch.length === 1 ? ends[0] : ends.join(' – '), points: []};
    });
    points.forEach(point => found[at.get(sweep.place(point, key.name))].points.push(point));
    return found;
  };

  const entriesOf = (sweep, model, metric) => {
    const given = sweep.analysed(model, 'sensitivity').filter(entry => entry.metric === metric);
    const entries = given.length ? given : computed(sweep, model, metric);
    return entries.slice().sort((a, b) => b.effect - a.effect);
  };

  const times = effect => `${effect.toFixed(effect < 10 ? 2 : 1)}×`;

  const levelTip = (sweep, entry) => [
    tw.el('strong', {}, `${entry.key}: ${entry.metric}, geometric mean of each level`),
    tw.pairs(entry.levels.map(level =>
      [String(level.label), tw.value(level.mean, sweep.unit(entry.metric))])),
  ];

  /// The levels as a small curve.
  const sparkline = entry => {
    const width = 120;
    const height = 26;
    const svg = d3.create('svg').attr('class', 'sparkline').attr('width', width)
      .attr('height', height).attr('aria-hidden', true);
    const means = entry.levels.map(level => level.mean);
    const x = d3.scaleLinear([0, Math.max(1, means.length - 1)], [4, width - 4]);
    const y = tw.charts.fitScale(means, [height - 4, 4], {log: true, pad: 0});
    svg.append('path').attr('d', d3.line().x((mean, i) => x(i)).y(y)(means));
    svg.selectAll('circle').data(means).enter().append('circle').attr('r', 2)
      .attr('cx', (mean, i) => x(i)).attr('cy', y);
    return svg.node();
  };

  const row = (sweep, entry, width) => {
    const bar = tw.el('span', {class: 'bar'});
    bar.style.width = `${(100 * width).toFixed(2)}%`;
    const node = tw.el('tr', {tabindex: 0, 'data-key': entry.key, 'data-value': entry.effect},
      tw.el('th', {scope: 'row'}, entry.key),
      tw.el('td', {class: 'bar-cell'}, bar),
      tw.el('td', {class: 'effect'}, times(entry.effect)),
      tw.el('td', {class: 'levels'}, sparkline(entry)));
    node.addEventListener('pointermove', event =>
      tw.showTip(event.clientX, event.clientY, ...levelTip(sweep, entry)));
    node.addEventListener('pointerleave', tw.hideTip);
    node.addEventListener('focus', () => {
      const box = node.getBoundingClientRect();
      if (node.matches(':focus-visible')) {
        tw.showTip(box.left + box.width / 2, box.bottom, ...levelTip(sweep, entry));
      }
    });
    node.addEventListener('blur', tw.hideTip);
    return node;
  };

  class Sensitivity {
    constructor(context) {
      this.context = context;
      this.table = tw.el('table', {class: 'bars'});
      this.hint = tw.note();
      this.node = tw.section('sensitivity', 'Sensitivity: how much each key moves the metric',
        this.table, this.hint);
    }

    update({model, metric}) {
      const {sweep} = this.context;
      const entries = entriesOf(sweep, model, metric)
        .filter(entry => Number.isFinite(entry.effect) && entry.effect > 0);
      // A bar's length is the effect's logarithm: twice as long is the square of the factor.
      const most = Math.log(d3.max(entries, entry => entry.effect) || 1) || 1;
      tw.replace(this.table, entries.map(entry =>
        row(sweep, entry, Math.max(0, Math.log(entry.effect) / most))));
      tw.replace(this.hint, entries.length
        ? `Largest over smallest geometric mean of ${metric} over the key's values, lowest value at ` +
          'the left of each curve; bars are logarithmic.'
        : 'No values to compare.');
    }
  }

  class Exceptions {
    constructor(context) {
      this.context = context;
      this.list = tw.el('ul', {class: 'exceptions'});
      this.node = tw.section('exceptions', 'Where more did not help', this.list);
      this.listed = kListed;
    }

    update({model}) {
      if (model !== this.model) {
        this.listed = kListed;
      }
      this.model = model;
      const all = this.context.sweep.analysed(model, 'exceptions');
      const more = all.length - this.listed;
      this.node.dataset.count = all.length;
      tw.replace(this.list, all.length
        ? all.slice(0, this.listed).map(exception => this.item(exception))
        : tw.el('li', {class: 'none'}, 'None among the points that differ in one key alone.'),
      more > 0 ? tw.el('li', {class: 'none'}, tw.el('button', {type: 'button', on: {click: () => {
        this.listed += 10 * kListed;
        this.update({model});
      }}}, `show more (${tw.integer(more)} left)`)) : null);
    }

    link(number, key) {
      const {sweep} = this.context;
      const point = sweep.pointAt(this.model, number);
      const text = point ? sweep.setting(point, key) : `point ${number}`;
      const button = tw.el('button', {type: 'button', class: 'link', 'data-point': number}, text);
      if (point) {
        tw.bindPoint(button, point, this.context, [sweep.objectiveOf(this.model)]);
      }
      return button;
    }

    item({key, from, to, metric, change, explanation}) {
      return tw.el('li', {},
        tw.el('div', {}, tw.el('strong', {}, key), ' ', this.link(from, key), ' → ',
          this.link(to, key), `: ${metric} `,
          tw.el('span', {class: 'number', 'data-value': change},
            `${change >= 0 ? '+' : ''}${(100 * change).toFixed(Math.abs(change) < 0.001 ? 3 : 1)} %`)),
        tw.el('div', {class: 'faint'}, explanation));
    }
  }

  tw.Sensitivity = Sensitivity;
  tw.Exceptions = Exceptions;
})();
