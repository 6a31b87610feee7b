// The stretch of time that all charts over time show, and how it is moved: wheel, drag, double click
// and keys on any of them move them all. Charts are canvases with a gutter for names at the left.
'use strict';

(() => {
  const kLeft = 96;
  const kRight = 12;
  const kLeastCycles = 8;

  class TimeAxis {
    constructor(cycles) {
      this.all = [0, Math.max(1, cycles)];
      this.view = this.all.slice();
      this.charts = [];
      this.pending = false;
    }

    /// Shows [from, to), kept inside the run.
    show(from, to) {
      const [low, high] = this.all;
      const length = Math.min(high - low, Math.max(kLeastCycles, to - from));
      const begin = Math.min(Math.max(low, (from + to - length) / 2), high - length);
      this.view = [begin, begin + length];
      this.redraw();
    }

    redraw() {
      if (!this.pending) {
        this.pending = true;
        window.requestAnimationFrame(() => {
          this.pending = false;
          this.charts.forEach(chart => chart.draw());
        });
      }
    }

    zoom(factor, at) {
      const [from, to] = this.view;
      this.show(at - (at - from) * factor, at + (to - at) * factor);
    }

    pan(share) {
      const [from, to] = this.view;
      const step = (to - from) * share;
      const [low, high] = this.all;
      const moved = Math.min(Math.max(step, low - from), high - to);
      this.show(from + moved, to + moved);
    }
  }

  /// A canvas over time. `paint(pen, plot)` draws it; `tip(cycle, y, plot)` gives the nodes of a
  /// tooltip or null, `pick(cycle, y, plot)` is called on a click.
  class TimeChart {
    constructor(axis, {height, label, paint, tip, pick = null}) {
      Object.assign(this, {axis, height, paint, tip, pick});
      this.canvas = tw.el('canvas', {class: 'time-chart', tabindex: 0, role: 'img',
        'aria-label': `${label}; arrows move, plus and minus zoom, 0 shows all`});
      this.canvas.style.height = `${height}px`;
      this.node = tw.el('div', {class: 'chart'}, this.canvas);
      axis.charts.push(this);
      tw.onRedraw(() => this.draw());
      this.listen();
    }

    /// Where the time is in the canvas, and how it maps.
    plot() {
      const width = Math.max(280, this.node.clientWidth);
      const [from, to] = this.axis.view;
      const w = width - kLeft - kRight;
      return {left: kLeft, w, width, height: this.height, from, to,
        x: cycle => kLeft + (cycle - from) / (to - from) * w,
        cycle: x => from + (x - kLeft) / w * (to - from)};
    }

    draw() {
      if (!this.node.isConnected) {
        return;
      }
      const plot = this.plot();
      const density = window.devicePixelRatio || 1;
      this.canvas.width = Math.round(plot.width * density);
      this.canvas.height = Math.round(this.height * density);
      this.canvas.style.width = `${plot.width}px`;
      const pen = this.canvas.getContext('2d');
      pen.scale(density, density);
      pen.font = '11.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Arial';
      pen.textBaseline = 'middle';
      this.paint(pen, plot);
    }

    listen() {
      const {canvas, axis} = this;
      let drag = null;
      const at = event => {
        const box = canvas.getBoundingClientRect();
        return {x: event.clientX - box.left, y: event.clientY - box.top};
      };
      canvas.addEventListener('wheel', event => {
        event.preventDefault();
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          axis.pan(event.deltaX / 800);
        } else {
          axis.zoom(2 ** (event.deltaY / 300), this.plot().cycle(at(event).x));
        }
      }, {passive: false});
      canvas.addEventListener('pointerdown', event => {
        drag = {x: event.clientX, view: axis.view.slice(), moved: false};
        canvas.setPointerCapture(event.pointerId);
      });
      canvas.addEventListener('pointermove', event => {
        if (drag && Math.abs(event.clientX - drag.x) > 3) {
          drag.moved = true;
        }
        if (drag && drag.moved) {
          this.dragTo(drag, event.clientX);
        } else {
          this.hover(event, at(event));
        }
      });
      canvas.addEventListener('pointerup', event => {
        if (drag && !drag.moved && this.pick) {
          const {x, y} = at(event);
          this.pick(this.plot().cycle(x), y, this.plot());
        }
        drag = null;
      });
      canvas.addEventListener('pointerleave', tw.hideTip);
      canvas.addEventListener('dblclick', () => axis.show(...axis.all));
      canvas.addEventListener('keydown', event => this.key(event));
    }

    dragTo(drag, x) {
      tw.hideTip();
      const {w} = this.plot();
      const shift = (drag.x - x) / w * (drag.view[1] - drag.view[0]);
      this.axis.view = drag.view.slice();
      this.axis.pan(shift / (drag.view[1] - drag.view[0]));
    }

    hover(event, {x, y}) {
      const plot = this.plot();
      const nodes = x >= plot.left && x <= plot.left + plot.w
        ? this.tip(plot.cycle(x), y, plot) : null;
      if (nodes) {
        tw.showTip(event.clientX, event.clientY, ...nodes);
      } else {
        tw.hideTip();
      }
    }

    key(event) {
      const {axis} = this;
      const middle = (axis.view[0] + axis.view[1]) / 2;
      const actions = {
        ArrowLeft: () => axis.pan(-0.2), ArrowRight: () => axis.pan(0.2),
        '+': () => axis.zoom(0.5, middle), '=': () => axis.zoom(0.5, middle),
        '-': () => axis.zoom(2, middle), '0': () => axis.show(...axis.all),
        Home: () => axis.show(0, axis.view[1] - axis.view[0]),
        End: () => axis.show(axis.all[1] - (axis.view[1] - axis.view[0]), axis.all[1]),
      };
      if (actions[event.key] && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        actions[event.key]();
      }
    }
  }

  /// Ticks of time at `y`, with lines up to `top`.
  tw.drawTimeTicks = (pen, plot, top, y) => {
    const ticks = d3.ticks(plot.from, plot.to, Math.max(2, Math.floor(plot.w / 110)))
      .filter(tick => Number.isInteger(tick));
    pen.strokeStyle = tw.colour('--line');
    pen.fillStyle = tw.colour('--faint');
    pen.textAlign = 'center';
    pen.lineWidth = 1;
    for (const tick of ticks) {
      const x = Math.round(plot.x(tick)) + 0.5;
      pen.globalAlpha = 0.55;
      pen.beginPath();
      pen.moveTo(x, top);
      pen.lineTo(x, y);
      pen.stroke();
      pen.globalAlpha = 1;
      const half = pen.measureText(tw.integer(tick)).width / 2;
      const inside = Math.max(plot.left + half - 4, Math.min(x, plot.width - half - 1));
      pen.fillText(tw.integer(tick), inside, y + 10);
    }
    pen.textAlign = 'right';
    pen.fillText('cycle', plot.left - 8, y + 10);
  };

  /// The name of a lane in the gutter.
  tw.drawLaneName = (pen, plot, name, y) => {
    pen.fillStyle = tw.colour('--ink');
    pen.textAlign = 'right';
    pen.fillText(name, plot.left - 8, y);
  };

  tw.TimeAxis = TimeAxis;
  tw.TimeChart = TimeChart;
})();
