// Points over a key and another key, or the metric itself: what the heat map falls back to where the
// points form no grid. On a canvas, so that ten thousand points cost no more than one element.
'use strict';

(() => {
  /// A place on an axis: numbers as they are, choices side by side.
  const axisOf = (sweep, points, name, range) => {
    const key = sweep.key.get(name);
    const at = point => sweep.number(point, name);
    if (!key.numbers) {
      const scale = d3.scalePoint(d3.range(key.values.length), range).padding(0.5);
      return {scale: point => scale(at(point)), axis: scale, values: d3.range(key.values.length),
        format: place => key.values[place]};
    }
    const scale = tw.charts.fitScale(points.map(at), range);
    const exact = new Map(key.numbers.map((number, i) => [number, key.values[i]]));
    const few = key.numbers.length <= 8;
    return {scale: point => scale(at(point)), axis: scale, unit: key.unit,
      values: few ? tw.charts.spaced(scale, key.numbers, 52)
      : null, format: value => few ? exact.get(value) : tw.short(value, key.unit)};
  };

  const metricAxis = (sweep, points, metric, range) => {
    const scale = tw.charts.fitScale(points.map(point => sweep.value(point, metric)), range);
    return {scale: point => sweep.hasValue(point, metric) ? scale(sweep.value(point, metric))
      : range[0] - 6, axis: scale, values: null, unit: sweep.unit(metric),
      format: value => tw.short(value, sweep.unit(metric))};
  };

  const drawCross = (context, {x, y}, size) => {
    context.beginPath();
    context.moveTo(x - size, y - size);
    context.lineTo(x + size, y + size);
    context.moveTo(x + size, y - size);
    context.lineTo(x - size, y + size);
    context.stroke();
  };

  const drawMark = (context, mark, size, lettered) => {
    context.fillStyle = mark.fill;
    context.beginPath();
    context.arc(mark.x, mark.y, size, 0, 2 * Math.PI);
    context.fill();
    if (lettered) {
      context.fillStyle = mark.ink;
      context.fillText(mark.letter, mark.x, mark.y + 0.5);
    }
  };

  /// What failed lies below what did not: many failures must not hide the results.
  const paint = (context, marks) => {
    const known = marks.filter(mark => mark.fill !== null);
    const failed = marks.filter(mark => mark.fill === null);
    const size = known.length > 4000 ? 2.2 : known.length > 800 ? 3 : known.length > 200 ? 4.5 : 7;
    context.font = 'bold 9px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.strokeStyle = tw.colour('--bad');
    context.lineWidth = failed.length > 500 ? 0.8 : 1.4;
    context.globalAlpha = failed.length > 500 ? 0.4 : 1;
    failed.forEach(mark => drawCross(context, mark, failed.length > 500 ? 1.6 : 3));
    context.globalAlpha = 1;
    known.forEach(mark => drawMark(context, mark, size, size >= 7));
  };

  const label = (sweep, name) => {
    const {unit, numbers} = sweep.key.get(name);
    return numbers && unit && !['B', 'B/s', 's', 'ps'].includes(unit) ? `${name} [${unit}]` : name;
  };

  /// `state` names x, y, metric; plotMetric: y is the metric; flat: there is no y.
  tw.drawScatter = (container, context, state, points, colours) => {
    const {sweep} = context;
    const drawn = state.plotMetric ? points.filter(point => sweep.hasValue(point, state.metric))
      : points;
    const f = tw.charts.frame(container, {height: state.flat ? 140 : 420, left: 92, right: 20,
      label: `${state.metric} of ${points.length} points`});
    const x = axisOf(sweep, drawn, state.x, [0, f.w]);
    const y = state.flat ? {scale: () => f.h / 2}
      : state.plotMetric ? metricAxis(sweep, drawn, state.metric, [f.h, 0])
        : axisOf(sweep, drawn, state.y, [f.h, 0]);
    tw.charts.axisX(f, x.axis, {label: label(sweep, state.x), format: x.format, unit: x.unit,
      values: x.values});
    if (!state.flat) {
      tw.charts.axisY(f, y.axis, {label: state.plotMetric ? tw.metricLabel(sweep, state.metric)
        : label(sweep, state.y), format: y.format, unit: y.unit, values: y.values});
    }
    const marks = drawn.map(point => {
      const known = sweep.hasValue(point, state.metric);
      const value = known ? sweep.value(point, state.metric) : null;
      return {point, x: x.scale(point), y: y.scale(point),
        fill: known ? colours.colour(value) : null, ink: known ? colours.ink(value) : null,
        letter: tw.resource(point.bottleneck).letter};
    });
    const {canvas, context: pen} = tw.charts.canvasOver(container, f);
    canvas.dataset.marks = marks.length;
    paint(pen, marks);
    tw.bindMarks(canvas, tw.charts.nearest(marks, mark => mark.x, mark => mark.y), context,
      [state.metric, sweep.objectiveOf(state.model)]);
  };
})();
