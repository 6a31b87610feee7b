// The report of a run: its head, and the views over time, by layer and by cause.
'use strict';

(() => {
  const fact = (term, ...value) =>
    tw.el('div', {class: 'fact'}, tw.el('span', {class: 'fact-name'}, term),
      tw.el('div', {class: 'fact-value'}, ...value));

  const faint = (...children) => tw.el('div', {class: 'faint'}, ...children);

  const head = ({result}) => tw.el('header', {class: 'page-head'},
    tw.el('div', {}, tw.el('p', {class: 'kicker'}, 'tilewave run'), tw.el('h1', {}, result.model),
      result.program ? tw.el('p', {class: 'faint'}, `program ${result.program}`) : null),
    tw.themeButton());

  const binding = bounds => Object.entries(bounds)
    .reduce((most, entry) => entry[1] > most[1] ? entry : most);

  const verdict = result => {
    if (result.timing_only) {
      return ['not verified', 'timing only: no data was moved'];
    }
    const error = result.max_abs_error === null ? ''
      : `max abs error ${Number(result.max_abs_error.toPrecision(2))}`;
    switch (result.verdict) {
      case 'verified': return ['verified', error];
      case 'consistent': return ['consistent with itself',
        `as the program's own ops say; no model says more. ${error}`];
      case 'wrong': return ['WRONG', 'the outputs are not as expected'];
      default: return ['not verified', 'verification was off'];
    }
  };

  /// The wait with the most cycles; null if there was none.
  const mainStall = (run, engine) => {
    const states = run.result.engines[engine];
    return run.states.filter(name => name.startsWith('wait_') && states[name] > 0)
      .reduce((most, name) => most === null || states[name] > states[most] ? name : most, null);
  };

  const summary = run => {
    const {result} = run;
    const [resource, cycles] = binding(result.bounds);
    const [word, why] = verdict(result);
    const stall = mainStall(run, 'compute');
    const value = (id, number, unit) => tw.value(number, unit, {id});
    return tw.el('section', {id: 'summary', class: 'card facts', 'aria-label': 'Summary'},
      fact('time', value('summary-cycles', result.cycles, 'cycles'),
        faint(tw.value(result.seconds, 's'))),
      fact('held back by', tw.el('span', {class: 'number', id: 'summary-bound'},
        tw.resourceTag(resource)),
      faint(tw.value(cycles, 'cycles', {id: 'summary-bound-cycles'}), ' at least')),
      fact('efficiency', value('summary-efficiency', result.efficiency, 'share'),
        faint('bound / time')),
      fact('array in use', value('summary-utilisation', result.utilisation.total, 'share'),
        faint(tw.percent(result.utilisation.spatial), ' of it × ',
          tw.percent(result.utilisation.temporal), ' of the time')),
      fact('achieved', value('summary-gflops', result.roofline.achieved_gflops, 'GFLOP/s'),
        faint('of ', tw.value(result.roofline.attainable_gflops, 'GFLOP/s'), ' attainable')),
      fact('the core waits most in', stall ? tw.stateTag(run, stall) : 'nothing',
        stall ? faint(tw.value(result.engines.compute[stall], 'cycles')) : null),
      fact('outputs', tw.el('span', {id: 'summary-verified', class: word === 'WRONG'
        ? 'status-wrong' : null}, word), faint(why)),
      ...result.warnings.map(warning => fact('warning', tw.el('span', {class: 'warning'}, warning))));
  };

  const legend = (title, tags) => tw.el('div', {class: 'legend'},
    tw.el('span', {class: 'legend-title'}, title), ...tags);

  const layerLegend = run => legend('ops by layer', run.layers.slice(0, 16).map((layer, i) => {
    const swatch = tw.el('span', {class: 'swatch', 'aria-hidden': true});
    swatch.style.background = run.layerColour(i);
    return tw.el('span', {class: 'tag'}, swatch, layer.layer);
  }).concat(run.layers.length > 16 ? [`and ${run.layers.length - 16} more`] : []));

  const colourTag = (name, property) => {
    const swatch = tw.el('span', {class: 'swatch', 'aria-hidden': true});
    swatch.style.background = `var(${property})`;
    return tw.el('span', {class: 'tag'}, swatch, name);
  };

  /// Pins nodes in the panel until it is closed.
  const makePin = () => {
    const panel = tw.el('aside', {id: 'details', 'aria-label': 'pinned op', hidden: true});
    document.body.append(panel);
    const close = () => {
      panel.hidden = true;
    };
    document.addEventListener('keydown', event => event.key === 'Escape' && close());
    return nodes => {
      const [title, ...rest] = nodes;
      tw.hideTip();
      tw.replace(panel, tw.el('header', {}, title, tw.el('button', {type: 'button', class: 'quiet',
        'aria-label': 'close', on: {click: close}}, '✕')), rest);
      panel.hidden = false;
    };
  };

  const zoomButtons = axis => {
    const button = (text, title, act) => tw.el('button', {type: 'button', title,
      on: {click: act}}, text);
    const middle = () => (axis.view[0] + axis.view[1]) / 2;
    return tw.el('div', {class: 'controls'},
      button('+', 'zoom in', () => axis.zoom(0.5, middle())),
      button('−', 'zoom out', () => axis.zoom(2, middle())),
      button('◂', 'earlier', () => axis.pan(-0.5)), button('▸', 'later', () => axis.pan(0.5)),
      button('all', 'the whole run', () => axis.show(...axis.all)),
      tw.el('span', {class: 'faint'}, 'wheel zooms, drag moves, double click shows all'));
  };

  const tooLong = run => tw.note(`Ops are not shown one by one: this run has ` +
    `${tw.integer(run.result.compile.scheduled_ops)}, and a page holds up to ` +
    `${tw.integer(run.data.most_ops)} and 300,000 changes of state. Sums are exact, in steps of ` +
    `${tw.integer(run.bins.width)} cycles. For every op of a run this long use --trace, for a part ` +
    'of it --vcd with --vcd-window.');

  const overTime = (run, axis, pin) => {
    const occupancy = tw.occupancy(run, axis);
    const states = () => legend('states', run.states.map(name => tw.stateTag(run, name)));
    const legends = tw.el('div', {class: 'stacked'});
    const fill = () => tw.replace(legends, states(), run.detail ? layerLegend(run) : null);
    fill();
    tw.onRedraw(fill);
    return [
      tw.section('timeline', 'Engines over time', zoomButtons(axis), tw.timeline(run, axis, pin),
        legends, run.detail ? null : tooLong(run)),
      tw.section('occupancy', run.detail ? 'Tiles in SRAM over time' : 'SRAM over time', occupancy.node,
        tw.note(run.detail ? 'Bytes in use' : 'Bytes in use, mean of each step', '; the peak is ',
          tw.value(occupancy.peak, 'B', {id: 'peak-live'}), ' of ',
          tw.bytes(run.data.machine.sram_bytes), run.detail
            ? '. Below, each tile at its addresses, paler if it was loaded.' : '.')),
      tw.section('bandwidth', 'DRAM bandwidth over time', tw.bandwidth(run, axis),
        legend('DRAM', [colourTag('read', '--read'), colourTag('written', '--write')])),
    ];
  };

  const start = () => {
    const run = new tw.Run(tw.readData());
    const axis = new tw.TimeAxis(run.cycles);
    const from = Number(tw.options.get('from') || NaN);
    const to = Number(tw.options.get('to') || NaN);
    const pin = makePin();
    tw.add(document.getElementById('page'), [head(run), summary(run), ...overTime(run, axis, pin),
      tw.breakdown(run), tw.roofline(run), tw.longestStalls(run, axis), tw.counters(run)]);
    if (to > from) {
      axis.show(from, to);
    }
    tw.redraw();
    document.body.dataset.ready = 'true';
  };

  start();
})();
