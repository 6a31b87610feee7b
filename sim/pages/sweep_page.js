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
    const models = sweep.given();
    const named = models.slice(0, kModelsNamed).join(', ') +
      (models.length > kModelsNamed ? ` and ${models.length - kModelsNamed} more` : '');
    return tw.el('header', {class: 'page-head'},
      tw.el('div', {}, tw.el('p', {class: 'kicker'}, 'tilewave sweep'), tw.el('h1', {}, named)),
      tw.themeButton());
  };

  const settingsText = point => Object.entries({...point.model_values, ...point.settings})
    .map(([name, value]) => `${name}=${value}`).join('  ');

  const pointFact = (context, term, id, point, objective) => {
    const {sweep} = context;
    if (!point) {
      return fact(term, 'none');
    }
    const button = tw.el('button', {type: 'button', class: 'link', 'data-point': point.point},
      tw.pointName(point));
    tw.bindPoint(button, point, context, [objective]);
    const value = tw.value(sweep.value(point, objective), sweep.unit(objective), {id});
    return fact(term, value, tw.el('div', {class: 'faint'}, button, ' ',
      point.machine ? null : tw.resourceTag(point.bottleneck)),
      tw.el('div', {class: 'faint mono'}, settingsText(point)));
  };

  class Summary {
    constructor(context) {
      this.context = context;
      this.node = tw.el('section', {id: 'summary', class: 'card facts', 'aria-label': 'Summary'});
    }

    /// What was asked of the results, if anything was.
    asked() {
      const {data} = this.context.sweep;
      const weighted = data.goal && new Set(data.goal.weights).size > 1;
      return [
        data.where ? fact('where', ...data.where.map(each =>
          tw.el('div', {class: 'mono', 'data-where': each}, each))) : null,
        data.goal ? fact('goal', tw.el('span', {class: 'mono', id: 'summary-goal'}, data.goal.name),
          weighted ? tw.el('div', {class: 'faint mono'}, data.goal.weights.map((weight, i) =>
            `${data.models[i]}: ${weight}`).join('  ')) : null) : null,
      ].filter(Boolean);
    }

    update({model}) {
      const {sweep} = this.context;
      const {data} = sweep;
      const objective = sweep.objectiveOf(model);
      const best = sweep.bestOf(model);
      const cost = sweep.costs().find(name => (sweep.frontOf(model, name) || {}).knee != null);
      const knee = cost ? sweep.pointAt(model, sweep.frontOf(model, cost).knee) : null;
      tw.replace(this.node,
        fact('points', tw.el('span', {class: 'number', id: 'summary-points',
          'data-value': data.points.length}, tw.integer(data.points.length)),
        tw.el('div', {class: 'counts'}, countTags(sweep, data.points))),
        sweep.patterns.has(model) ? fact(`best by ${objective}`, 'of each model by itself')
          : pointFact(this.context, `best by ${objective}`, 'summary-best', best, objective),
        pointFact(this.context, cost ? `knee against ${cost}` : 'knee', 'summary-knee', knee,
          objective),
        ...this.asked(),
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
    const pattern = (data.patterns || []).find(each => each.pattern === model);
    const one = model === tw.kGoal ? data.models[0] : pattern ? pattern.models[0] : model;
    const word = data.verdicts[data.models.indexOf(one)];
    return `outputs ${word === 'consistent' ? 'consistent with themselves' : word}`;
  };

  const range = key => {
    const {values} = key;
    return values.length <= 4 ? values.join(', ')
      : `${values[0]} … ${values[values.length - 1]} (${tw.integer(values.length)})`;
  };

  /// A goal is of machines, and machines have no other result.
  const withMetric = (sweep, {model}, metric) => model === tw.kGoal ? {model, metric: sweep.goal}
    : {model, metric: metric === sweep.goal ? sweep.objective : metric};

  const sharedControls = (sweep, state, update) => [
    tw.select('model', sweep.groups(), state.model,
      model => update(withMetric(sweep, {model}, state.metric))),
    tw.select('metric', sweep.metrics.map(({name, unit}) =>
      [name, ['', '1', name].includes(unit) ? name : `${name} [${unit}]`]), state.metric,
    metric => update({metric}))];

  const firstState = sweep => {
    const wanted = name => tw.options.get(name);
    const names = sweep.groups().map(([name]) => name);
    const model = names.includes(wanted('model')) ? wanted('model') : names[0];
    return {
      model,
      metric: model === tw.kGoal ? sweep.goal : sweep.metric.has(wanted('metric')) ? wanted('metric')
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
      metrics.select.value = state.metric;
      [...views, table].forEach(view => view.update(state));
    };
    const [models, metrics] = sharedControls(sweep, state, change => update(change));
    const toolbar = tw.el('div', {class: 'toolbar'}, models, metrics);
    tw.add(document.getElementById('page'), [head(sweep), summary.node,
      toolbar, map.node,
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
