// One point of a sweep in words: as a tooltip while the pointer is over it, and pinned in a panel after
// a click, with its settings, its figures and the command line that repeats it.
'use strict';

(() => {
  const settingRows = (sweep, point) => Object.entries({...point.model_values, ...point.settings})
    .map(([name, value]) => {
    const base = (sweep.key.get(name) || {}).base;
    const same = base === null || base === undefined || base === String(value);
    return [name, tw.el('span', {}, String(value),
      same ? null : tw.el('span', {class: 'faint'}, ` (base ${base})`))];
  });

  const stateRows = (sweep, point) => {
    const rows = [['status', tw.statusTag(point.status)]];
    if (point.message) {
      rows.push(['message', tw.el('span', {class: 'message'}, point.message)]);
    }
    if (point.bottleneck) {
      rows.push(['bottleneck', tw.resourceTag(point.bottleneck)]);
    }
    if (point.main_stall) {
      rows.push(['main stall', point.main_stall]);
    }
    return rows;
  };

  const title = (sweep, point) => tw.el('strong', {},
    tw.pointName(point), sweep.byModel.size > 1 ? ` · ${point.model}` : '');

  tw.statusTag = status => tw.el('span', {class: `status status-${status}`}, status);

  /// The short form, with the metrics that the view shows.
  tw.pointTip = (sweep, point, metrics) => [
    title(sweep, point),
    tw.pairs([...settingRows(sweep, point), ...stateRows(sweep, point),
      ...[...new Set(metrics)].filter(name => sweep.value(point, name) !== null)
        .map(name => [name, tw.value(sweep.value(point, name), sweep.unit(name))])]),
    tw.el('div', {class: 'tip-command'}, tw.commandText(sweep.command(point))),
    tw.el('p', {class: 'faint'}, 'click to keep'),
  ];

  class DetailsPanel {
    constructor(sweep) {
      this.sweep = sweep;
      this.node = tw.el('aside', {id: 'details', 'aria-label': 'pinned point', hidden: true});
      document.addEventListener('keydown', event => {
        if (event.key === 'Escape') {
          this.close();
        }
      });
    }

    close() {
      this.node.hidden = true;
      if (this.opener && document.contains(this.opener)) {
        this.opener.focus();
      }
      this.opener = null;
    }

    /// Pins a point; the focus goes back to where it was when the panel is closed.
    show(point) {
      const {sweep} = this;
      tw.hideTip();
      this.opener = document.activeElement;
      const close = tw.el('button', {type: 'button', class: 'quiet', 'aria-label': 'close',
        on: {click: () => this.close()}}, '✕');
      const metrics = sweep.metrics.filter(metric => metric.name in (point.metrics || {}))
        .map(metric => [tw.el('span', {title: metric.help || null}, metric.name),
          tw.value(point.metrics[metric.name], sweep.unit(metric.name))]);
      tw.replace(this.node,
        tw.el('header', {}, title(sweep, point), close),
        tw.el('p', {class: 'faint'}, point.model),
        tw.pairs([...settingRows(sweep, point), ...stateRows(sweep, point)]),
        tw.el('h3', {}, 'Run it again'),
        tw.command(sweep.command(point)),
        metrics.length ? tw.el('h3', {}, 'Figures') : null,
        metrics.length ? tw.pairs(metrics) : null);
      this.node.dataset.point = point.point;
      this.node.hidden = false;
    }
  }

  /// Lets a node that stands for one point show and pin it, by pointer and by key.
  tw.bindPoint = (node, point, context, metrics) => {
    const tip = (x, y) => tw.showTip(x, y, ...tw.pointTip(context.sweep, point, metrics));
    node.addEventListener('pointermove', event => tip(event.clientX, event.clientY));
    node.addEventListener('pointerleave', tw.hideTip);
    node.addEventListener('click', () => context.details.show(point));
    node.addEventListener('focus', () => {
      const box = node.getBoundingClientRect();
      if (node.matches(':focus-visible')) {
        tip(box.right, box.bottom);
      }
    });
    node.addEventListener('blur', tw.hideTip);
    node.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') {
        event.preventDefault();
        context.details.show(point);
      }
    });
  };

  /// The same for marks on a canvas: `find` gives the mark under a pointer event.
  tw.bindMarks = (canvas, find, context, metrics) => {
    canvas.addEventListener('pointermove', event => {
      const mark = find(event, canvas);
      canvas.style.cursor = mark ? 'pointer' : '';
      if (mark) {
        tw.showTip(event.clientX, event.clientY,
          ...tw.pointTip(context.sweep, mark.point, metrics));
      } else {
        tw.hideTip();
      }
    });
    canvas.addEventListener('pointerleave', tw.hideTip);
    canvas.addEventListener('click', event => {
      const mark = find(event, canvas);
      if (mark) {
        context.details.show(mark.point);
      }
    });
  };

  tw.DetailsPanel = DetailsPanel;
})();
