// Parts of charts: frames with axes, scales that fit their data, a colour scale with its legend, and
// the nearest mark to a pointer. Drawn anew after every change; nothing is animated.
'use strict';

(() => {
  const kLogSpread = 20;  // beyond this ratio of largest to smallest, a scale is logarithmic

  /// Linear, or logarithmic where positive values spread widely; padded at both ends.
  const fitScale = (values, range, {log = null, zero = false, pad = 0.05} = {}) => {
    const known = values.filter(Number.isFinite);
    let [low, high] = known.length ? d3.extent(known) : [0, 1];
    const useLog = low > 0 && (log === null ? high / low > kLogSpread : log);
    if (useLog) {
      const margin = low === high ? Math.log(2) : pad * Math.log(high / low);
      return d3.scaleLog([low / Math.exp(margin), high * Math.exp(margin)], range);
    }
    const margin = low === high ? Math.abs(low) * 0.1 || 1 : pad * (high - low);
    low = zero ? Math.min(0, low) : low - margin;
    return d3.scaleLinear([low, high + margin], range);
  };

  const isLog = scale => typeof scale.base === 'function';

  /// Ticks for bytes: powers of two, or multiples of one.
  const byteTicks = (scale, most) => {
    const [low, high] = scale.domain();
    if (isLog(scale)) {
      const exponents = d3.range(Math.ceil(Math.log2(low)), Math.floor(Math.log2(high)) + 1);
      const every = Math.max(1, Math.ceil(exponents.length / most));
      return exponents.filter((exponent, i) => i % every === 0).map(exponent => 2 ** exponent);
    }
    const step = 2 ** Math.max(0, Math.ceil(Math.log2((high - low) / most)));
    return d3.range(Math.ceil(low / step) * step, high + step / 1e6, step);
  };

  /// Few enough ticks that labels stay apart.
  const ticksOf = (scale, most, unit = '') => {
    if (unit === 'B') {
      return byteTicks(scale, Math.max(2, most));
    }
    if (!isLog(scale)) {
      return scale.ticks(Math.max(2, most));
    }
    const all = scale.ticks();
    const level = value => {
      const lead = Math.round(value / 10 ** Math.floor(Math.log10(value) + 1e-9));
      return lead === 1 ? 0 : lead === 2 || lead === 5 ? 1 : 2;
    };
    const upTo = worst => all.filter(value => level(value) <= worst);
    const fitting = [2, 1, 0].map(upTo).find(kept => kept.length <= most && kept.length >= 2);
    if (fitting) {
      return fitting;
    }
    const kept = upTo(0).length > most ? upTo(0) : upTo(1).length >= 2 ? upTo(1) : all;
    const every = Math.max(1, Math.ceil(kept.length / most));
    return kept.filter((value, i) => i % every === 0);
  };

  /// Of sorted values, those whose labels stay `gap` pixels apart.
  const spaced = (scale, values, gap) => {
    let last = null;
    return values.filter(value => {
      const keep = last === null || Math.abs(scale(value) - last) >= gap;
      last = keep ? scale(value) : last;
      return keep;
    });
  };

  /// An SVG as wide as its container. Returns d3 selections and the inner size.
  const frame = (container, {height, left = 64, right = 16, top = 12, bottom = 44, label}) => {
    const width = Math.max(240, Math.floor(container.clientWidth));
    const svg = d3.select(container).append('svg')
      .attr('width', width).attr('height', height).attr('viewBox', `0 0 ${width} ${height}`)
      .attr('role', 'img').attr('aria-label', label);
    const inner = svg.append('g').attr('transform', `translate(${left},${top})`);
    return {svg, inner, width, height, left, top,
      w: width - left - right, h: height - top - bottom};
  };

  const axisX = (f, scale, {label, format, unit = '', values = null}) => {
    const axis = d3.axisBottom(scale).tickSizeOuter(0).tickFormat(format)
      .tickValues(values || ticksOf(scale, Math.max(2, Math.floor(f.w / 80)), unit));
    f.inner.append('g').attr('class', 'axis').attr('transform', `translate(0,${f.h})`).call(axis);
    f.inner.append('text').attr('class', 'axis-label').attr('x', f.w / 2).attr('y', f.h + 38)
      .attr('text-anchor', 'middle').text(label);
  };

  const axisY = (f, scale, {label, format, unit = '', values = null, grid = true}) => {
    const chosen = values || ticksOf(scale, Math.max(2, Math.floor(f.h / 40)), unit);
    const axis = d3.axisLeft(scale).tickSizeOuter(0).tickFormat(format).tickValues(chosen);
    if (grid) {
      f.inner.append('g').attr('class', 'grid').selectAll('line').data(chosen).enter()
        .append('line').attr('x2', f.w).attr('y1', scale).attr('y2', scale);
    }
    f.inner.append('g').attr('class', 'axis').call(axis);
    f.inner.append('text').attr('class', 'axis-label').attr('text-anchor', 'middle')
      .attr('transform', `translate(${14 - f.left},${f.h / 2}) rotate(-90)`).text(label);
  };

  /// A canvas that lies exactly over the inner part of a frame, sharp on every screen.
  const canvasOver = (container, f) => {
    const density = window.devicePixelRatio || 1;
    const canvas = tw.el('canvas', {class: 'overlay', width: Math.round(f.w * density),
      height: Math.round(f.h * density)});
    Object.assign(canvas.style, {left: `${f.left}px`, top: `${f.top}px`, width: `${f.w}px`,
      height: `${f.h}px`});
    container.append(canvas);
    const context = canvas.getContext('2d');
    context.scale(density, density);
    return {canvas, context};
  };

  /// Values to colours of viridis, bright where the metric is good; `ink` reads well on it.
  const colourScale = (values, better) => {
    const scale = fitScale(values, [0, 1], {pad: 0});
    const flip = better === 'lower';
    const at = t => d3.interpolateViridis(flip ? 1 - t : t);
    const colour = value => at(Math.min(1, Math.max(0, scale(value))));
    const ink = value => {
      const {r, g, b} = d3.rgb(colour(value));
      return 0.299 * r + 0.587 * g + 0.114 * b > 128 ? '#000' : '#fff';
    };
    return {scale, colour, ink, at};
  };

  /// A horizontal ramp with its ticks.
  const colourLegend = (container, colours, {label, unit}) => {
    const width = 260;
    const svg = d3.select(container).append('svg').attr('class', 'legend-ramp')
      .attr('width', width + 60).attr('height', 46).attr('role', 'img').attr('aria-label', label);
    const steps = 64;
    svg.append('g').attr('transform', 'translate(30,0)').selectAll('rect').data(d3.range(steps))
      .enter().append('rect').attr('x', i => i * width / steps).attr('width', width / steps + 0.5)
      .attr('height', 12).attr('fill', i => colours.at((i + 0.5) / steps));
    const scale = colours.scale.copy().range([0, width]);
    const [low, high] = scale.domain();
    const ticks = spaced(scale, ticksOf(scale, 5, unit).filter(v => v >= low && v <= high), 50);
    svg.append('g').attr('class', 'axis').attr('transform', 'translate(30,12)')
      .call(d3.axisBottom(scale).tickSizeOuter(0).tickValues(ticks.length ? ticks : [low])
        .tickFormat(value => tw.short(value, unit)));
    svg.append('text').attr('class', 'axis-label').attr('x', 30 + width / 2).attr('y', 44)
      .attr('text-anchor', 'middle').text(label);
  };

  const resourceLegend = () => tw.el('div', {class: 'legend'},
    tw.el('span', {class: 'legend-title'}, 'bottleneck'),
    ...Object.keys(tw.resources).map(tw.resourceTag));

  /// Finds the nearest mark within reach of a pointer event on `node`.
  const nearest = (marks, x, y) => {
    const tree = d3.quadtree().x(x).y(y).addAll(marks);
    return (event, node, reach = 14) => {
      const box = node.getBoundingClientRect();
      return tree.find(event.clientX - box.left, event.clientY - box.top, reach);
    };
  };

  tw.charts = {fitScale, ticksOf, spaced, frame, axisX, axisY, canvasOver, colourScale, colourLegend,
    resourceLegend, nearest};
})();
