// A sweep as the views need it: lookups over the export, settings and numbers of a point, and the
// command line that repeats it. Derives no result that the export already holds. What a view shows are
// the points of a model, those of all models of a pattern, or, with a goal, machines, which look like
// points.
'use strict';

(() => {
  const kUnits = {'': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, ps: 1, ns: 1e3, us: 1e6,
    ms: 1e9, 'MB/s': 1e6, 'GB/s': 1e9, 'GiB/s': 2 ** 30};

  const kMostListed = 100;  // of a pattern's models

  const quantity = text => {
    const parts = /^\s*([0-9.eE+-]+)\s*([A-Za-z/]*)\s*$/.exec(text);
    return parts && parts[2] in kUnits ? Number(parts[1]) * kUnits[parts[2]] : NaN;
  };

  const baseOf = (config, key) => {
    const dot = key.indexOf('.');
    const section = (config || {})[key.slice(0, dot)];
    const value = section === undefined || section === null ? undefined
      : section[key.slice(dot + 1)];
    return value === undefined || value === null ? null : String(value);
  };

  /// The swept keys, each with the place and the number of every value; a value that only the base
  /// config has joins the others.
  const indexKey = (key, data) => {
    const values = key.values.map(String);
    const numbers = key.numeric ? (key.numbers || values.map(quantity)).slice() : null;
    const base = baseOf(data.base_config, key.name);
    const used = data.points.some(point => !(key.name in point.settings));
    if (used && base !== null && !values.includes(base)) {
      const number = numbers ? quantity(base) : NaN;
      const place = numbers ? d3.bisect(numbers, number) : values.length;
      values.splice(place, 0, base);
      if (numbers) {
        numbers.splice(place, 0, number);
      }
    }
    const place = new Map(values.map((value, i) => [value, i]));
    return {...key, values, numbers, base, place};
  };

  /// Machines as points: what is known of them is their goal and what they cost.
  const machinesOf = (data, byNumber) => (data.machines || []).map(({machine, settings, points, goal}) => {
    const known = points.map(number => byNumber.get(number)).find(point => point !== undefined);
    const metrics = Object.fromEntries(Object.entries((known || {}).metrics || {})
      .filter(([name]) => name.startsWith('cost.')));
    const done = goal !== null;
    return {point: machine, machine: points, model: data.goal.name, settings,
      status: done ? 'done' : 'invalid', message: done ? '' : 'not done with every model',
      bottleneck: null, main_stall: null,
      metrics: done ? {...metrics, [data.goal.name]: goal} : {}};
  });

  const goalMetric = ({name, unit, better, metric}) =>
    ({name, unit, better, help: `of ${metric} over all models, the machine's`});

  /// Stands for the goal where a model is chosen; no model has such a name.
  tw.kGoal = '\u0000goal';

  /// In the contract's order.
  tw.kStatuses = ['done', 'wrong', 'invalid', 'timeout', 'crashed'];

  class Sweep {
    constructor(data) {
      this.data = data;
      this.points = data.points;
      this.keys = data.keys.map(key => indexKey(key, data));
      this.key = new Map(this.keys.map(key => [key.name, key]));
      this.goal = data.goal ? data.goal.name : null;
      this.metrics = data.goal ? [goalMetric(data.goal), ...data.metrics] : data.metrics;
      this.metric = new Map(this.metrics.map(metric => [metric.name, metric]));
      this.byNumber = new Map(data.points.map(point => [point.point, point]));
      this.objective = (data.analysis || {}).objective || 'cycles';
      this.byModel = d3.group(data.points, point => point.model);
      this.indexGroups();
    }

    indexGroups() {
      const {data} = this;
      this.machines = machinesOf(data, this.byNumber);
      this.machine = new Map(this.machines.map(machine => [machine.point, machine]));
      this.machineOf = new Map(this.machines.flatMap(machine =>
        machine.machine.map(number => [number, machine])));
      this.patterns = new Map((data.patterns || []).map(({pattern, models}) =>
        [pattern, models.flatMap(model => this.byModel.get(model) || [])
          .sort((a, b) => a.point - b.point)]));
    }

    /// What may be chosen as the model, with the words for it. Models that a pattern made in great numbers
    /// are to be had by its keys.
    groups() {
      const many = new Set((this.data.patterns || []).filter(({models}) => models.length > kMostListed)
        .flatMap(({models}) => models));
      return [...(this.goal === null ? [] : [[tw.kGoal, `all models: ${this.goal}`]]),
        ...[...this.patterns.keys()].map(pattern => [pattern, `${pattern}, all`]),
        ...this.data.models.filter(model => !many.has(model)).map(model => [model, model])];
    }

    /// The models as they were given.
    given() {
      const made = new Set((this.data.patterns || []).flatMap(({models}) => models));
      return [...this.patterns.keys(), ...this.data.models.filter(model => !made.has(model))];
    }

    pointsOf(model) {
      return model === tw.kGoal ? this.machines
        : this.patterns.get(model) || this.byModel.get(model) || [];
    }

    /// A point, or a machine, by its number.
    pointAt(model, number) {
      return model === tw.kGoal ? this.machine.get(number) : this.byNumber.get(number);
    }

    /// By what the points of a model, or the machines, are compared.
    objectiveOf(model) {
      return model === tw.kGoal ? this.goal : this.objective;
    }

    /// Null for the models of a pattern, which do not compete.
    bestOf(model) {
      return this.patterns.has(model) ? null : this.best(this.pointsOf(model), this.objectiveOf(model));
    }

    isModelKey(name) {
      return name.startsWith('model.');
    }

    setting(point, name) {
      const own = (this.isModelKey(name) ? point.model_values || {} : point.settings)[name];
      return own !== undefined ? String(own) : (this.key.get(name) || {}).base || '–';
    }

    /// Where the point's setting stands among the key's values; -1 if nowhere.
    place(point, name) {
      const place = this.key.get(name).place.get(this.setting(point, name));
      return place === undefined ? -1 : place;
    }

    /// The setting as a number; the place of a choice.
    number(point, name) {
      const key = this.key.get(name);
      const place = this.place(point, name);
      return key.numbers && place >= 0 ? key.numbers[place] : place;
    }

    isDone(point) {
      return point.status === 'done';
    }

    /// A finite number, or null.
    value(point, metric) {
      const machine = metric === this.goal ? point.machine ? point : this.machineOf.get(point.point)
        : null;
      const value = ((machine || point).metrics || {})[metric];
      return typeof value === 'number' ? value : null;
    }

    hasValue(point, metric) {
      return this.isDone(point) && this.value(point, metric) !== null;
    }

    /// Parts of one are shown as percentages.
    unit(metric) {
      const unit = (this.metric.get(metric) || {}).unit || '';
      return unit === '1' && /^efficiency$|share_of_peak$/.test(metric) ? 'share' : unit;
    }

    better(metric) {
      return (this.metric.get(metric) || {}).better || 'none';
    }

    /// The better of two points by a metric, the first on a tie; by the objective if the metric
    /// itself knows no better.
    preferred(a, b, metric) {
      const by = this.better(metric) !== 'none' ? metric : a.machine ? this.goal : this.objective;
      const x = this.value(a, by);
      const y = this.value(b, by);
      if (x === null || y === null) {
        return x === null && y !== null ? b : a;
      }
      return this.better(by) === 'higher' ? (y > x ? b : a) : (y < x ? b : a);
    }

    best(points, metric) {
      return points.filter(point => this.hasValue(point, metric))
        .reduce((best, point) => best === null ? point : this.preferred(best, point, metric), null);
    }

    /// What the user types to run the point alone.
    command(point) {
      if (point.machine) {
        return point.machine.map(number => this.byNumber.get(number)).filter(Boolean)
          .map(each => this.command(each)).join('\n');
      }
      const settings = Object.entries(point.settings)
        .map(([name, value]) => tw.shellWord(`--${name}=${value}`));
      return ['tilewave run', tw.shellWord(point.model), this.data.run_options || '', ...settings]
        .filter(part => part !== '').join(' ');
    }

    frontOf(model, cost) {
      const analysis = this.data.analysis || {};
      if (model === tw.kGoal) {
        const front = ((analysis.goal || {}).pareto || []).find(each => each.cost === cost);
        return front && {...front, points: front.machines};
      }
      return (analysis.pareto || []).find(front => front.model === model && front.cost === cost);
    }

    /// Of the analysis of a model or of the goal: its sensitivities, or its exceptions.
    analysed(model, what) {
      const analysis = this.data.analysis || {};
      return model === tw.kGoal ? (analysis.goal || {})[what] || []
        : (analysis[what] || []).filter(entry => entry.model === model);
    }

    costs() {
      const named = ((this.data.analysis || {}).pareto || []).map(front => front.cost);
      return [...new Set([...named,
        ...this.metrics.map(metric => metric.name).filter(name => name.startsWith('cost.'))])];
    }

    /// Counts by status.
    counts(points) {
      const counts = new Map(tw.kStatuses.map(status => [status, 0]));
      for (const point of points) {
        counts.set(point.status, (counts.get(point.status) || 0) + 1);
      }
      return [...counts].filter(([status, count]) => count > 0 || status === 'done');
    }
  }

  /// "point 7", "machine 7"
  tw.pointName = point => `${point.machine ? 'machine' : 'point'} ${point.point}`;

  tw.Sweep = Sweep;
})();
