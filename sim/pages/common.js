// What both reports share: reading the data, DOM helpers that insert text and never markup, numbers
// with units, theme, tooltip and copying. Everything of ours hangs on `tw`.
'use strict';

const tw = {};

/// The embedded data; a report's only input.
tw.readData = () => JSON.parse(document.getElementById('data').textContent);

/// Settings after # in the address, such as #theme=dark&metric=cycles.
tw.options = new URLSearchParams(window.location.hash.slice(1));

/// An element with attributes; `on` maps events to handlers, children that are no nodes become text.
tw.el = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'on') {
      for (const [event, handler] of Object.entries(value)) {
        node.addEventListener(event, handler);
      }
    } else if (value !== null && value !== undefined && value !== false) {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  tw.add(node, children);
  return node;
};

tw.add = (node, children) => {
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) {
      node.append(child instanceof Node ? child : String(child));
    }
  }
};

tw.replace = (node, ...children) => {
  node.textContent = '';
  tw.add(node, children);
};

/// A select with a visible label. `choices` are [value, text] pairs.
tw.select = (label, choices, chosen, onChange) => {
  const select = tw.el('select', {on: {change: () => onChange(select.value)}});
  for (const [value, text] of choices) {
    select.append(tw.el('option', {value, selected: value === chosen}, text));
  }
  const node = tw.el('label', {class: 'control'}, tw.el('span', {}, label), select);
  node.select = select;
  return node;
};

/// A section of the page: a titled card with room for controls at its right.
tw.section = (id, title, ...children) =>
  tw.el('section', {id, class: 'card', 'aria-label': title},
    tw.el('h2', {}, title), ...children);

tw.note = (...children) => tw.el('p', {class: 'note'}, ...children);

// ---- numbers

const kGroups = new Intl.NumberFormat('en-US', {maximumFractionDigits: 0});

tw.integer = value => kGroups.format(value);

/// Four significant digits, grouped, without an exponent where a reader can do without.
tw.plain = value => {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) {
    return tw.integer(value);
  }
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-4) {
    return value.toExponential(3);
  }
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return value.toLocaleString('en-US', {maximumFractionDigits: digits});
};

const scaled = (value, steps, base) => {
  let step = 0;
  let rest = value;
  while (Math.abs(rest) >= base && step + 1 < steps.length) {
    rest /= base;
    ++step;
  }
  return `${tw.plain(rest)} ${steps[step]}`;
};

tw.bytes = value => scaled(value, ['B', 'KiB', 'MiB', 'GiB', 'TiB'], 1024);
tw.rate = value => value >= 1e6 ? scaled(value / 1e6, ['MB/s', 'GB/s', 'TB/s'], 1000)
  : `${tw.plain(value)} B/s`;

tw.seconds = value => {
  const steps = [[1, 's'], [1e-3, 'ms'], [1e-6, 'us'], [1e-9, 'ns'], [1e-12, 'ps']];
  const [size, name] = steps.find(([least]) => Math.abs(value) >= least) || steps[steps.length - 1];
  return value === 0 ? '0 s' : `${tw.plain(value / size)} ${name}`;
};

tw.percent = value => `${(100 * value).toFixed(1)} %`;

/// A number in words of its unit, exactly enough to read; the exact value is in data-value.
tw.number = (value, unit = '') => {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value !== 'number') {
    return String(value);
  }
  switch (unit) {
    case 'B': case 'bytes': return tw.bytes(value);
    case 'B/s': case 'bytes/s': return tw.rate(value);
    case 's': case 'seconds': return tw.seconds(value);
    case 'ps': return tw.seconds(value * 1e-12);
    case 'share': case 'fraction': case 'ratio of 1': return tw.percent(value);
    case '': case '1': return tw.plain(value);
    case 'cycles': return `${Number.isInteger(value) ? tw.integer(value) : tw.plain(value)} cycles`;
    default: return `${tw.plain(value)} ${unit}`;
  }
};

/// For axes and cells, where room is short: 1.2M, 64KiB, 25.6GB/s.
tw.short = (value, unit = '') => {
  if (value === null || value === undefined) {
    return '–';
  }
  if (['B', 'bytes', 'B/s', 'bytes/s', 's', 'seconds', 'ps', 'share', 'fraction']
    .includes(unit)) {
    return tw.number(value, unit).replace(' ', '\u2009');
  }
  if (value === 0) {
    return '0';
  }
  const size = Math.abs(value);
  if (size >= 1000) {
    return d3.format('.3~s')(value);
  }
  return size < 1e-3 ? value.toExponential(1) : d3.format('.3~r')(value);
};

/// The parts of a number's text in spans: value attributes let tests and readers see it exactly.
tw.value = (value, unit, attributes = {}) =>
  tw.el('span', {class: 'number', 'data-value': value, ...attributes}, tw.number(value, unit));

// ---- shell

/// One word for a POSIX shell.
tw.shellWord = word =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

// ---- theme

/// A colour of the style sheet, for canvases.
tw.colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const redraws = new Set();

/// `draw` is called after a change of width or theme.
tw.onRedraw = draw => redraws.add(draw);
tw.redraw = () => redraws.forEach(draw => draw());

const setTheme = theme => {
  document.documentElement.dataset.theme = theme;
  tw.redraw();
};

tw.isDark = () => {
  const theme = document.documentElement.dataset.theme;
  return theme ? theme === 'dark' : window.matchMedia('(prefers-color-scheme: dark)').matches;
};

tw.themeButton = () => tw.el('button', {
  type: 'button', class: 'quiet', title: 'Light or dark',
  on: {click: () => setTheme(tw.isDark() ? 'light' : 'dark')},
}, '◐ theme');

const watchWindow = () => {
  let width = window.innerWidth;
  window.addEventListener('resize', () => {
    if (window.innerWidth !== width) {
      width = window.innerWidth;
      window.requestAnimationFrame(tw.redraw);
    }
  });
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tw.redraw);
};

if (['light', 'dark'].includes(tw.options.get('theme'))) {
  document.documentElement.dataset.theme = tw.options.get('theme');
}
watchWindow();

// ---- tooltip

const tooltip = tw.el('div', {id: 'tooltip', role: 'status', hidden: true});
document.body.append(tooltip);

/// Shows nodes near a point of the window, inside of it.
tw.showTip = (x, y, ...children) => {
  tw.replace(tooltip, ...children);
  tooltip.hidden = false;
  const box = tooltip.getBoundingClientRect();
  const left = x + 14 + box.width > window.innerWidth ? x - 14 - box.width : x + 14;
  const top = y + 14 + box.height > window.innerHeight ? y - 14 - box.height : y + 14;
  tooltip.style.left = `${Math.max(4, left)}px`;
  tooltip.style.top = `${Math.max(4, top)}px`;
};

tw.hideTip = () => {
  tooltip.hidden = true;
};

/// Term and value pairs; a value may be a node.
tw.pairs = rows => tw.el('dl', {}, ...rows.map(([term, value]) =>
  [tw.el('dt', {}, term), tw.el('dd', {}, value)]));

// ---- copying

const copyText = text => {
  if (navigator.clipboard && window.isSecureContext) {
    return navigator.clipboard.writeText(text);
  }
  const area = tw.el('textarea', {class: 'offscreen'});
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied ? Promise.resolve() : Promise.reject(new Error('not copied'));
};

/// Its words stay whole where they fit, so that no line ends in two hyphens.
tw.commandText = text => tw.el('code', {}, text.split(' ').flatMap((word, i) =>
  [i > 0 ? ' ' : null, tw.el('span', {class: 'word'}, word)]));

/// A command line with a button that copies it.
tw.command = text => {
  const button = tw.el('button', {type: 'button', on: {click: () => {
    copyText(text).then(() => tw.replace(button, 'copied'), () => tw.replace(button, 'select it'));
    window.setTimeout(() => tw.replace(button, 'copy'), 1500);
  }}}, 'copy');
  return tw.el('div', {class: 'command'}, tw.commandText(text), button);
};

// ---- resources

/// What may hold a machine back: letter, name and colour, the same everywhere.
tw.resources = {
  compute: {letter: 'C', colour: '#0072b2', ink: '#fff'},
  sram: {letter: 'S', colour: '#e69f00', ink: '#000'},
  bus: {letter: 'B', colour: '#cc79a7', ink: '#000'},
  dram: {letter: 'D', colour: '#d55e00', ink: '#fff'},
};

tw.resource = name => tw.resources[name] ||
  {letter: name ? name[0].toUpperCase() : '–', colour: '#777', ink: '#fff'};

/// The letter in its colour, and the name beside it.
tw.resourceTag = name => {
  if (!name) {
    return tw.el('span', {}, '–');
  }
  const {letter, colour, ink} = tw.resource(name);
  const badge = tw.el('span', {class: 'badge', 'aria-hidden': true}, letter);
  badge.style.background = colour;
  badge.style.color = ink;
  return tw.el('span', {class: 'tag'}, badge, name);
};
