// The filter of a table: a text becomes a test of a row, or says what is wrong with it. Knows columns by
// name and unit, and no document; docs/reports.md has the language.
'use strict';

(() => {
  const kComparisons = {
    '<': (a, b) => a < b, '<=': (a, b) => a <= b, '>': (a, b) => a > b, '>=': (a, b) => a >= b,
    '=': (a, b) => a === b, '!=': (a, b) => a !== b,
  };
  const kSpellings = {'==': '=', '≤': '<=', '≥': '>=', '≠': '!=', '<>': '!='};
  const kTurned = {'<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '!=': '!='};
  const kNamedValues = 8;  // of a column, in a message

  const kDecimal = {k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12};
  const kTimes = {ps: 1, ns: 1e3, us: 1e6, 'µs': 1e6, 'μs': 1e6, ms: 1e9, s: 1e12};
  const kFrequencies = {Hz: 1, kHz: 1e3, MHz: 1e6, GHz: 1e9};
  const kSizes = {B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40};
  const kRates = {'B/s': 1, 'KB/s': 1e3, 'MB/s': 1e6, 'GB/s': 1e9, 'TB/s': 1e12, 'KiB/s': 2 ** 10,
    'MiB/s': 2 ** 20, 'GiB/s': 2 ** 30, 'TiB/s': 2 ** 40};
  const scaled = (units, by) =>
    Object.fromEntries(Object.entries(units).map(([name, factor]) => [name, factor * by]));

  /// What may stand behind a number of a column, by the column's unit, and what a message calls it.
  const kKinds = {
    B: {noun: 'a size', forms: '65536, 64KiB or 1.5MiB', units: kSizes},
    'B/s': {noun: 'a bandwidth', forms: '800MB/s, 25.6GB/s or 24GiB/s', units: {...kRates, ...kDecimal}},
    ps: {noun: 'a time', forms: '250ps, 60ns or 1.5us', units: kTimes},
    s: {noun: 'a time', forms: '60ns, 1.5us or 2e-6', units: scaled(kTimes, 1e-12)},
    cycles: {noun: 'a number of cycles', forms: '2000000, 200k or 1.5M',
      units: kDecimal},
    'GFLOP/s': {noun: 'a rate', forms: '500, 500GFLOP/s or 1.5TFLOP/s',
      units: {'FLOP/s': 1e-9, 'MFLOP/s': 1e-3, 'GFLOP/s': 1, 'TFLOP/s': 1e3}},
    share: {noun: 'a share', forms: '0.8 or 80%', units: {'%': 0.01}},
    '1': {noun: 'a number', forms: '1000, 10k or 2e6', units: kDecimal},
  };

  const kindOf = column => kKinds[column.unit] || kKinds['1'];

  /// A unit as written, else in another case if only one is meant.
  const factorOf = (units, unit) => {
    if (unit === '') {
      return 1;
    }
    if (Object.hasOwn(units, unit)) {
      return units[unit];
    }
    const alike = Object.keys(units).filter(name => name.toLowerCase() === unit.toLowerCase());
    return alike.length === 1 ? units[alike[0]] : undefined;
  };

  class FilterError extends Error {}

  /// "1,234.5e3 KiB" as a number in the column's own unit.
  const quantity = (text, column) => {
    const kind = kindOf(column);
    const parts = /^([+-]?(?:\d[\d,_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*)?$/.exec(text);
    if (!parts) {
      throw new FilterError(`'${text}' is not ${kind.noun}, such as ${kind.forms} (${column.name})`);
    }
    const number = Number(parts[1].replace(/[,_]/g, ''));
    let unit = (parts[2] || '').trim();
    if (column.unit === 'cycles') {
      unit = unit.replace(/\s*cycles?$/, '');
    }
    const hertz = column.name === 'clock.period' && unit !== '' ? factorOf(kFrequencies, unit)
      : undefined;
    if (hertz !== undefined) {
      return 1e12 / (number * hertz);
    }
    const factor = factorOf(kind.units, unit);
    if (factor === undefined) {
      const binary = column.unit === 'B' && /^[kKMGT]B?$/.test(unit);
      throw new FilterError(binary ? `'${text}' is ambiguous: write ${unit[0].toUpperCase()}iB`
        : `'${text}' is not ${kind.noun}, such as ${kind.forms} (${column.name})`);
    }
    // 0.07us is 70000 ps, whatever the sum of its bits.
    const value = number * factor;
    const whole = Math.round(value);
    return Math.abs(value - whole) <= 1e-9 * Math.abs(value) ? whole : value;
  };

  /// Insertions, deletions, replacements and swaps of neighbours between two words.
  const distance = (a, b) => {
    const rows = [[...Array(b.length + 1).keys()]];
    for (let i = 1; i <= a.length; ++i) {
      rows[i] = [i];
      for (let j = 1; j <= b.length; ++j) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1,
          rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
          rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
        }
      }
    }
    return rows[a.length][b.length];
  };

  /// The name that was meant, or null: the last part of one, or few mistakes away.
  const nearest = (word, names) => {
    const lower = word.toLowerCase();
    const part = names.find(name => name.toLowerCase() === lower) ||
      names.find(name => name.toLowerCase().endsWith(`.${lower}`));
    if (part) {
      return part;
    }
    const tails = names.flatMap(name => [[name, name], [name.slice(name.indexOf('.') + 1), name]]);
    const near = tails.map(([tail, name]) => [distance(lower, tail.toLowerCase()), name])
      .reduce((best, each) => each[0] < best[0] ? each : best, [Infinity, null]);
    return near[0] <= Math.max(1, Math.floor(lower.length / 3)) ? near[1] : null;
  };

  const suggestion = (word, names) => {
    const near = nearest(word, names);
    return near ? `; did you mean '${near}'?` : '';
  };

  const some = names =>
    names.slice(0, kNamedValues).join(', ') + (names.length > kNamedValues ? ', ...' : '');

  const unknownColumn = (word, columns) => {
    const names = columns.map(column => column.name);
    const near = suggestion(word, names);
    return new FilterError(`there is no column '${word}'${near || `; there are ${some(names)}`}`);
  };

  const isNumber = column => column.number === true;

  /// Refuses a value that a column of words has neither in any row nor among its choices.
  const checkWord = (column, value, rows) => {
    const values = [...new Set([...(column.choices || []), ...rows.map(row => column.value(row))])]
      .filter(each => each !== null).map(String);
    if (!values.includes(value)) {
      throw new FilterError(`no point has ${column.name} '${value}'` +
        (suggestion(value, values) || `; there are ${some(values)}`));
    }
  };

  const comparison = (column, operator, value, rows) => {
    const compare = kComparisons[operator];
    if (value === '') {
      throw new FilterError(`${column.name}${operator} needs a value`);
    }
    if (!isNumber(column)) {
      if (operator !== '=' && operator !== '!=') {
        throw new FilterError(`${column.name} has words, which are compared with = and != only`);
      }
      checkWord(column, value, rows);
      return row => compare(String(column.value(row)), value);
    }
    const number = quantity(value, column);
    const order = column.order || column.value;
    // What is not known is neither less nor more, nor different.
    return row => typeof order(row) === 'number' && Number.isFinite(order(row)) &&
      compare(order(row), number);
  };

  /// The text in pieces: quoted words, operators, and everything else up to a blank.
  const tokens = text => {
    const found = [];
    const pattern = /"([^"]*)"?|([<>=!≤≥≠]+)|([^\s<>=!≤≥≠"]+)/g;
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const operator = match[2];
      if (operator !== undefined) {
        const plain = kSpellings[operator] || operator;
        if (!(plain in kComparisons)) {
          throw new FilterError(`'${operator}' is no comparison; there are ` +
            `${Object.keys(kComparisons).join(' ')}`);
        }
        found.push({operator: plain});
      } else {
        const quoted = match[1] !== undefined;
        // "cycles<200k, status=done": the comma ends a condition.
        found.push({word: quoted ? match[1] : match[3].replace(/(?!^)[,;]$/, ''), quoted});
      }
    }
    return found;
  };

  /// A unit that stands apart from its number: "64 KiB", "2 GB/s", "80 %".
  const isUnit = token => token && !token.quoted && token.word !== undefined &&
    Object.values(kKinds).concat({units: kFrequencies}, {units: {cycles: 1, cycle: 1}})
      .some(kind => factorOf(kind.units, token.word) !== undefined);
  const isBareNumber = token => /^[+-]?[\d.,_]+(e[+-]?\d+)?[kKMGT]?$/.test(token.word);

  /// Operands and operators: [a, '<', b, '<', c] for each condition, [a] for a word.
  const conditions = text => {
    const all = tokens(text);
    const found = [];
    for (let i = 0; i < all.length; ++i) {
      const token = all[i];
      const last = found[found.length - 1];
      const open = last && last.length % 2 === 0;  // ends in an operator
      if (token.operator !== undefined) {
        if (!last || open) {
          throw new FilterError(`'${token.operator}' needs a column in front of it`);
        }
        last.push(token.operator);
        continue;
      }
      let {word} = token;
      if (!token.quoted && /^(and|&&?|,)$/i.test(word) && last && !open) {
        continue;
      }
      // Units apart from their number belong to it, "200 k cycles", but not a column that is compared.
      const compares = at => all[at] !== undefined && all[at].operator !== undefined;
      let end = i + 1;
      while (isBareNumber(token) && isUnit(all[end]) && !(open && compares(end + 1))) {
        ++end;
      }
      if (open || compares(end)) {
        word = all.slice(i, end).map(each => each.word).join('');
        i = end - 1;
      }
      if (open) {
        last.push(word);
      } else {
        found.push([word]);
      }
    }
    return found;
  };

  const testOfWord = (word, columns) => {
    const needle = word.toLowerCase();
    return row => columns.some(column => !column.metric && column.contains(row, needle));
  };

  const testsOf = (parts, columns, rows) => {
    if (parts.length === 1) {
      const test = testOfWord(parts[0], columns);
      const column = columns.find(each => parts[0].startsWith(each.name));
      if (column && !rows.some(test)) {
        throw new FilterError(`${column.name} needs a comparison, such as ${column.name}=VALUE`);
      }
      return [test];
    }
    if (parts.length % 2 === 0) {
      throw new FilterError(`${parts[parts.length - 2]}${parts[parts.length - 1]} needs a value`);
    }
    const named = word => columns.find(column => column.name === word);
    const tests = [];
    for (let i = 0; i + 2 < parts.length; i += 2) {
      const [left, operator, right] = parts.slice(i, i + 3);
      if (named(left)) {
        tests.push(comparison(named(left), operator, right, rows));
      } else if (named(right)) {
        tests.push(comparison(named(right), kTurned[operator], left, rows));
      } else {
        throw unknownColumn(/^[\d.+-]/.test(left) ? right : left, columns);
      }
    }
    return tests;
  };

  /// {test, error}: `test` of a row, which is true for every row where `error` says what is wrong.
  /// A column is {name, value(row), order(row), number, unit, choices, metric,
  /// contains(row, needle)}.
  tw.filter = (text, columns, rows) => {
    try {
      const tests = conditions(text).flatMap(parts => testsOf(parts, columns, rows));
      return {test: row => tests.every(test => test(row)), error: null};
    } catch (error) {
      if (!(error instanceof FilterError)) {
        throw error;
      }
      return {test: () => true, error: error.message};
    }
  };
})();
