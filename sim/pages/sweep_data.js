// A sweep as the views need it: lookups over the export, settings and numbers of a point, and the
// command line that repeats it. Derives no result that the export already holds.
'use strict';

(() => {
  const kUnits = {'': 1, B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, ps: 1, ns: 1e3, us: 1e6,
    ms: 1e9, 'MB/s': 1e6, 'GB/s': 1e9, 'GiB/s': 2 ** 30};

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

  /// In the contract's order.
  tw.kStatuses = ['done', 'wrong', 'invalid', 'timeout', 'crashed'];

  class Sweep {
    constructor(data) {
      this.data = data;
      this.points = data.points;
      this.keys = data.keys.map(key => indexKey(key, data));
      this.key = new Map(this.keys.map(key => [key.name, key]));
      this.metrics = data.metrics;
      this.metric = new Map(data.metrics.map(metric => [metric.name, metric]));
      this.byNumber = new Map(data.points.map(point => [point.point, point]));
      this.objective = (data.analysis || {}).objective || 'cycles';
      this.byModel = d3.group(data.points, point => point.model);
    }

    pointsOf(model) {
      return this.byModel.get(model) || [];
    }

    setting(point, name) {
      const own = point.settings[name];
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
      const value = (point.metrics || {})[metric];
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
      const by = this.better(metric) === 'none' ? this.objective : metric;
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
      const settings = Object.entries(point.settings)
        .map(([name, value]) => tw.shellWord(`--${name}=${value}`));
      return ['tilewave run', tw.shellWord(point.model), this.data.run_options || '', ...settings]
        .filter(part => part !== '').join(' ');
    }

    frontOf(model, cost) {
      return ((this.data.analysis || {}).pareto || [])
        .find(front => front.model === model && front.cost === cost);
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

  tw.Sweep = Sweep;
})();
