// The Pareto front: all points of a model by cost and objective, those that nothing beats in both
// joined by a line, and the knee of that line.
'use strict';

(() => {
  const kMostMarks = 150;  // of a front; the others are dots like all points

  const frontPath = (front, x, y) => {
    const line = d3.line().curve(d3.curveStepAfter).x(x).y(y);
    return line(front);
  };

  const drawCloud = (pen, marks) => {
    const size = marks.length > 2000 ? 1.6 : 3;
    pen.fillStyle = tw.colour('--cloud');
    for (const mark of marks) {
      pen.beginPath();
      pen.arc(mark.x, mark.y, size, 0, 2 * Math.PI);
      pen.fill();
    }
  };

  class Pareto {
    constructor(context) {
      this.context = context;
      this.costs = context.sweep.costs();
      this.cost = this.firstCost();
      this.controls = tw.el('div', {class: 'controls'});
      this.chart = tw.el('div', {class: 'chart', id: 'pareto-chart'});
      this.hint = tw.note();
      this.node = tw.section('pareto', 'Pareto front', this.controls, this.chart, this.hint);
      tw.onRedraw(() => this.draw());
    }

    /// The first cost that the sweep varies.
    firstCost() {
      const {sweep} = this.context;
      const wanted = tw.options.get('cost');
      if (this.costs.includes(wanted)) {
        return wanted;
      }
      const varies = cost => new Set(sweep.points.map(point => sweep.value(point, cost))
        .filter(value => value !== null)).size > 1;
      return this.costs.find(varies) || this.costs[0] || null;
    }

    update({model}) {
      this.model = model;
      this.objective = this.context.sweep.objectiveOf(model);
      this.node.querySelector('h2').textContent = `Pareto front of ${this.objective} against cost`;
      tw.replace(this.controls, this.costs.length ? tw.select('cost',
        this.costs.map(cost => [cost, cost]), this.cost, cost => {
          this.cost = cost;
          this.draw();
        }) : null);
      this.draw();
    }

    draw() {
      const {sweep} = this.context;
      [this.chart, this.hint].forEach(node => tw.replace(node));
      const known = sweep.pointsOf(this.model).filter(point =>
        sweep.hasValue(point, this.cost) && sweep.hasValue(point, this.objective));
      if (known.length === 0) {
        tw.replace(this.hint, 'No point has both a cost and a result.');
        return;
      }
      this.drawChart(known);
    }

    drawChart(known) {
      const {sweep} = this.context;
      const {cost} = this;
      const f = tw.charts.frame(this.chart, {height: 340, left: 76, right: 24,
        label: `${this.objective} against ${cost}`});
      const scaleX = tw.charts.fitScale(known.map(point => sweep.value(point, cost)), [0, f.w]);
      const scaleY = tw.charts.fitScale(known.map(point => sweep.value(point, this.objective)),
        [f.h, 0]);
      const x = point => scaleX(sweep.value(point, cost));
      const y = point => scaleY(sweep.value(point, this.objective));
      tw.charts.axisX(f, scaleX, {label: cost, unit: sweep.unit(cost),
        format: value => tw.short(value, sweep.unit(cost)),
        values: this.costTicks(known, scaleX)});
      tw.charts.axisY(f, scaleY, {label: tw.metricLabel(sweep, this.objective),
        unit: sweep.unit(this.objective), format: value => tw.short(value, sweep.unit(this.objective))});
      const {canvas, context: pen} = tw.charts.canvasOver(this.chart, f);
      const marks = known.map(point => ({point, x: x(point), y: y(point)}));
      drawCloud(pen, marks);
      tw.bindMarks(canvas, tw.charts.nearest(marks, mark => mark.x, mark => mark.y), this.context,
        [this.objective, cost]);
      this.drawFront(f, x, y);
    }

    /// The costs themselves, if they are few.
    costTicks(known, scale) {
      const {sweep} = this.context;
      const costs = [...new Set(known.map(point => sweep.value(point, this.cost)))]
        .sort((a, b) => a - b);
      return costs.length > 10 ? null : tw.charts.spaced(scale, costs, 64);
    }

    drawFront(f, x, y) {
      const {sweep} = this.context;
      const entry = sweep.frontOf(this.model, this.cost);
      const front = entry ? entry.points.map(number => sweep.pointAt(this.model, number))
        .filter(point => point !== undefined) : [];
      if (front.length === 0) {
        tw.replace(this.hint, 'The export names no front for this cost.');
        return;
      }
      // Above the canvas, and out of the pointer's way but for the marks.
      const svg = d3.select(this.chart).append('svg').attr('class', 'overlay front')
        .attr('width', f.width).attr('height', f.height);
      const g = svg.append('g').attr('transform', `translate(${f.left},${f.top})`);
      g.append('path').attr('class', 'front-line').attr('d', frontPath(front, x, y));
      const every = Math.ceil(front.length / kMostMarks);
      const marked = front.filter((point, i) => i % every === 0 || point.point === entry.knee);
      for (const point of marked) {
        const knee = point.point === entry.knee;
        const mark = g.append('circle').attr('class', knee ? 'front-mark knee' : 'front-mark')
          .attr('cx', x(point)).attr('cy', y(point)).attr('r', knee ? 6.5 : front.length > 40 ? 3 : 4.5)
          .attr('tabindex', 0).attr('role', 'button').attr('data-point', point.point)
          .attr('aria-label', `point ${point.point}${knee ? ', the knee' : ''}`);
        tw.bindPoint(mark.node(), point, this.context, [this.objective, this.cost]);
      }
      this.drawKnee(g, f, front.find(point => point.point === entry.knee), x, y);
      tw.replace(this.hint, `${tw.integer(front.length)} ${front.length === 1 ? 'point is'
        : 'points are'} beaten by no other in both. `,
      entry.knee === null || entry.knee === undefined ? 'Too few for a knee.'
        : 'The knee is where a further cost begins to buy much less.');
    }

    drawKnee(g, f, point, x, y) {
      if (!point) {
        return;
      }
      const end = x(point) > f.w - 120;
      g.append('text').attr('class', 'knee-label').attr('x', x(point) + (end ? -11 : 11))
        .attr('y', y(point) - 9).attr('text-anchor', end ? 'end' : 'start')
        .text(`knee: point ${point.point}`);
    }
  }

  tw.Pareto = Pareto;
})();
