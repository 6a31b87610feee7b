// Where the cycles went: every engine's, by layer and by state. The bars of an engine add up to the
// totals of the result.
'use strict';

(() => {
  const kMostLayers = 40;  // shown one by one

  const merged = (run, layers) => Object.fromEntries(run.engines.map(engine =>
    [engine, Object.fromEntries(run.states.map(state =>
      [state, d3.sum(layers, layer => layer.engines[engine][state])]))]));

  const rowsOf = run => {
    const cyclesOf = layer => d3.sum(run.engines, engine => run.sum(layer.engines[engine]));
    const order = run.layers.map((layer, i) => ({layer, i}));
    const kept = new Set(order.slice().sort((a, b) => cyclesOf(b.layer) - cyclesOf(a.layer))
      .slice(0, kMostLayers).map(each => each.i));
    const others = order.filter(each => !kept.has(each.i)).map(each => each.layer);
    return [...order.filter(each => kept.has(each.i))
      .map(({layer, i}) => ({name: layer.layer, cycles: layer.engines, colour: run.layerColour(i)})),
    ...(others.length ? [{name: `${others.length} smaller layers`, cycles: merged(run, others)}] : []),
    {name: 'no layer', cycles: run.result.no_layer.engines}];
  };

  const segmentTip = (run, row, engine, total) => [
    tw.el('strong', {}, `${row.name} on ${engine}`),
    tw.pairs([['all', `${tw.integer(total)} cycles`], ...run.states.map(name =>
      [name, row.cycles[engine][name]]).filter(([, cycles]) => cycles > 0).map(([name, cycles]) =>
      [tw.stateTag(run, name), `${tw.integer(cycles)} cycles (${tw.percent(cycles / run.cycles)})`])])];

  const bar = (run, row, engine) => {
    const total = run.sum(row.cycles[engine]);
    const segments = run.states.map(name => {
      const cycles = row.cycles[engine][name];
      if (cycles === 0) {
        return null;
      }
      const node = tw.el('span', {class: 'segment', 'data-layer': row.name, 'data-engine': engine,
        'data-state': name, 'data-value': cycles});
      node.style.width = `${100 * cycles / Math.max(1, run.cycles)}%`;
      node.style.background = run.stateColour(name);
      return node;
    });
    const node = tw.el('td', {class: 'stack', 'aria-label': `${row.name}, ${engine}: ` +
      `${tw.integer(total)} cycles`}, tw.el('div', {class: 'stack-bar'}, segments));
    node.addEventListener('pointermove', event =>
      tw.showTip(event.clientX, event.clientY, ...segmentTip(run, row, engine, total)));
    node.addEventListener('pointerleave', tw.hideTip);
    return node;
  };

  const layerBars = run => tw.el('table', {class: 'breakdown'},
    tw.el('thead', {}, tw.el('tr', {}, tw.el('th', {scope: 'col'}, 'layer'),
      run.engines.map(engine => tw.el('th', {scope: 'col'}, engine)))),
    tw.el('tbody', {}, rowsOf(run).map(row => {
      const swatch = tw.el('span', {class: 'swatch', 'aria-hidden': true});
      swatch.style.background = row.colour || 'transparent';
      return tw.el('tr', {}, tw.el('th', {scope: 'row', title: row.name},
        tw.el('span', {class: 'tag'}, swatch, row.name)),
      run.engines.map(engine => bar(run, row, engine)));
    })));

  /// The engines' section of the result, number by number.
  const totals = run => {
    const {engines} = run.result;
    const used = run.states.filter(name => run.engines.some(engine => engines[engine][name] > 0));
    const cell = (engine, name) => {
      const cycles = engines[engine][name];
      return [tw.el('td', {class: 'right number', 'data-engine': engine, 'data-total': name,
        'data-value': cycles}, tw.integer(cycles)),
      tw.el('td', {class: 'right number faint'},
        tw.percent(run.cycles ? cycles / run.cycles : 0))];
    };
    return tw.el('table', {class: 'totals'},
      tw.el('thead', {}, tw.el('tr', {}, tw.el('th', {scope: 'col'}, 'cycles'),
        run.engines.map(engine => tw.el('th', {scope: 'col', colspan: 2, class: 'right'}, engine)))),
      tw.el('tbody', {}, used.map(name => tw.el('tr', {},
        tw.el('th', {scope: 'row'}, tw.stateTag(run, name)),
        run.engines.map(engine => cell(engine, name)).flat()))));
  };

  /// All that was counted, beside the states.
  tw.counters = run => tw.section('counters', 'Counters', tw.el('div', {class: 'wide'},
    tw.el('table', {class: 'totals'}, tw.el('tbody', {}, run.data.counters.map(counter =>
      tw.el('tr', {}, tw.el('th', {scope: 'row'}, counter.name),
        tw.el('td', {class: 'right number', 'data-counter': counter.name,
          'data-value': counter.value}, `${tw.integer(counter.value)}${counter.unit === 'B'
          ? ' B' : ''}`),
        tw.el('td', {class: 'faint text'}, counter.definition)))))));

  tw.breakdown = run => {
    const node = tw.el('div');
    const build = () => tw.replace(node, tw.el('div', {class: 'wide'}, layerBars(run)),
      tw.el('h3', {}, 'Sums of each engine'), tw.el('div', {class: 'wide'}, totals(run)));
    build();
    tw.onRedraw(build);  // the colours of idle and drained depend on the theme
    return tw.section('breakdown', 'Where the cycles went, by layer', node, tw.note(
      'A cycle of an engine belongs to the first of its ops that is not released yet. Full width is ' +
      'the whole run.'));
  };

  const stallRow = (run, axis, stall) => {
    const show = () => {
      const margin = Math.max(8, (stall.to - stall.from) * 0.75);
      axis.show(stall.from - margin, stall.to + margin);
      document.getElementById('timeline').scrollIntoView({block: 'start'});
    };
    const cycles = stall.to - stall.from;
    return tw.el('tr', {}, tw.el('td', {}, tw.stateTag(run, stall.state)),
      tw.el('td', {class: 'right number', 'data-value': cycles}, tw.integer(cycles)),
      tw.el('td', {class: 'right'}, tw.el('button', {type: 'button', class: 'link number',
        on: {click: show}}, tw.integer(stall.from))),
      tw.el('td', {}, run.layerName(stall.layer)),
      tw.el('td', {class: 'mono', title: stall.text}, `${stall.op}: ${stall.text}`));
  };

  const stallTable = (run, axis, stalls) => tw.el('div', {class: 'table-view stalls-view',
    tabindex: 0, role: 'region', 'aria-label': 'the longest waits'},
  tw.el('table', {class: 'points stalls'},
    tw.el('thead', {}, tw.el('tr', {}, ['cause', 'cycles', 'from cycle', 'layer', 'at op']
      .map((name, i) => tw.el('th', {scope: 'col', class: i === 1 || i === 2 ? 'right' : null},
        tw.el('span', {class: 'sort'}, name))))),
    tw.el('tbody', {}, stalls.map(stall => stallRow(run, axis, stall)))));

  /// The longest waits of an engine; a click on a cycle shows the place.
  tw.longestStalls = (run, axis) => {
    const body = tw.el('div');
    const show = engine => {
      const stalls = run.data.stalls.filter(stall => stall.engine === engine);
      tw.replace(body, stalls.length ? stallTable(run, axis, stalls)
        : tw.note('It never waited for an op of its own.'));
    };
    show('compute');
    return tw.section('stalls', 'The longest waits', tw.el('div', {class: 'controls'},
      tw.select('engine', run.engines.map(engine => [engine, engine]), 'compute', show)), body);
  };
})();
