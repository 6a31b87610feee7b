// The report of a sweep: its head, the choice of model and metric that all views share, and the views.
'use strict';

(() => {
  const kModelsNamed = 4;

  const fact = (term, ...value) =>
    tw.el('div', {class: 'fact'}, tw.el('span', {class: 'fact-name'}, term),
      tw.el('div', {class: 'fact-value'}, ...value));

  const countTags = (sweep, points) => sweep.counts(points).map(([status, count]) =>
    tw.el('span', {class: `count status-${status}`, 'data-status': status, 'data-value': count},
      `${tw.integer(count)} ${status}`));

  const head = sweep => {
    const {models} = sweep.data;
    const named = models.slice(0, kModelsNamed).join(', ') +
      (models.length > kModelsNamed ? ` and ${models.length - kModelsNamed} more` : '');
    return tw.el('header', {class: 'page-head'},
      tw.el('div', {}, tw.el('p', {class: 'kicker'}, 'tilewave sweep'), tw.el('h1', {}, named)),
      tw.themeButton());
  };

  const settingsText = point => Object.entries(point.settings)
    .map(([name, value]) => `${name}=${value}`).join('  ');

  const pointFact = (context, term, id, point) => {
    const {sweep} = context;
    if (!point) {
      return fact(term, 'none');
    }
    const button = tw.el('button', {type: 'button', class: 'link', 'data-point': point.point},
      `point ${point.point}`);
    tw.bindPoint(button, point, context, [sweep.objective]);
    const value = tw.value(sweep.value(point, sweep.objective), sweep.unit(sweep.objective), {id});
    return fact(term, value, tw.el('div', {class: 'faint'}, button, ' ',
      tw.resourceTag(point.bottleneck)), tw.el('div', {class: 'faint mono'}, settingsText(point)));
  };

  class Summary {
    constructor(context) {
      this.context = context;
      this.node = tw.el('section', {id: 'summary', class: 'card facts', 'aria-label': 'Summary'});
    }

    update({model}) {
      const {sweep} = this.context;
      const {data} = sweep;
      const best = sweep.best(sweep.pointsOf(model), sweep.objective);
      const cost = sweep.costs().find(name => (sweep.frontOf(model, name) || {}).knee != null);
      const knee = cost ? sweep.byNumber.get(sweep.frontOf(model, cost).knee) : null;
      tw.replace(this.node,
        fact('points', tw.el('span', {class: 'number', id: 'summary-points',
          'data-value': data.points.length}, tw.integer(data.points.length)),
        tw.el('div', {class: 'counts'}, countTags(sweep, data.points))),
        pointFact(this.context, `best by ${sweep.objective}`, 'summary-best', best),
        pointFact(this.context, cost ? `knee against ${cost}` : 'knee', 'summary-knee', knee),
        fact('swept', ...sweep.keys.map(key => tw.el('div', {class: 'faint'},
          tw.el('span', {class: 'mono'}, key.name), ` ${range(key)}`))),
        fact('made by', `tilewave ${data.tilewave}`, tw.el('div', {class: 'faint'},
          `seed ${data.seed}, ${verdict(data, model)}`),
        data.run_options ? tw.el('div', {class: 'faint mono'}, data.run_options) : null));
    }
  }

  const verdict = (data, model) => {
    if (data.timing_only) {
      return 'timing only';
    }
    const word = data.verdicts[data.models.indexOf(model)];
    return `outputs ${word === 'consistent' ? 'consistent with themselves' : word}`;
  };

  const range = key => {
    const {values} = key;
    return values.length <= 4 ? values.join(', ')
      : `${values[0]} … ${values[values.length - 1]} (${tw.integer(values.length)})`;
  };

  const sharedControls = (sweep, state, update) => tw.el('div', {class: 'toolbar'},
    tw.select('model', sweep.data.models.map(model => [model, model]), state.model,
      model => update({model})),
    tw.select('metric', sweep.metrics.map(({name, unit}) =>
      [name, ['', '1', name].includes(unit) ? name : `${name} [${unit}]`]), state.metric,
    metric => update({metric})));

  const firstState = sweep => {
    const wanted = name => tw.options.get(name);
    return {
      model: sweep.data.models.includes(wanted('model')) ? wanted('model') : sweep.data.models[0],
      metric: sweep.metric.has(wanted('metric')) ? wanted('metric')
        : sweep.metric.has(sweep.objective) ? sweep.objective
          : (sweep.metrics[0] || {name: sweep.objective}).name,
    };
  };

  const start = () => {
    const sweep = new tw.Sweep(tw.readData());
    const context = {sweep, details: new tw.DetailsPanel(sweep)};
    const state = firstState(sweep);
    const views = [new Summary(context), new tw.HeatMap(context), new tw.Pareto(context),
      new tw.Sensitivity(context), new tw.Exceptions(context)];
    const [summary, map, pareto, sensitivity, exceptions] = views;
    const table = new tw.PointsTable(context);
    const update = change => {
      Object.assign(state, change);
      [...views, table].forEach(view => view.update(state));
    };
    tw.add(document.getElementById('page'), [head(sweep), summary.node,
      sharedControls(sweep, state, update), map.node,
      tw.el('div', {class: 'pair'}, pareto.node, sensitivity.node), exceptions.node, table.node]);
    document.body.append(context.details.node);
    update({});
    const pinned = sweep.byNumber.get(Number(tw.options.get('point') || NaN));
    if (pinned) {
      context.details.show(pinned);
    }
    document.body.dataset.ready = 'true';
  };

  start();
})();
