// DRAM bandwidth over time against its peak: reads and writes on top of each other, in columns of whole
// bins.
'use strict';

(() => {
  const kHeight = 150;
  const kTop = 8;
  const kLeastPixels = 3;

  /// Sums of `group` bins from a multiple of it on; the last may be cut off by the run's end.
  const columnsOf = (run, plot) => {
    const {width, dram_read_bytes: reads, dram_write_bytes: writes} = run.bins;
    const pixels = plot.w * width / (plot.to - plot.from);
    const group = Math.max(1, Math.ceil(kLeastPixels / pixels));
    const columns = [];
    const first = Math.floor(plot.from / width / group) * group;
    for (let i = first; i < reads.length && i * width < plot.to; i += group) {
      const from = i * width;
      const to = Math.min((i + group) * width, Math.max(run.cycles, from + 1));
      const sum = bins => d3.sum(bins.slice(i, i + group));
      columns.push({from, to, read: sum(reads), write: sum(writes)});
    }
    return columns;
  };

  tw.bandwidth = (run, axis) => {
    const {machine} = run.data;
    const peak = machine.dram_peak_gb_per_second;
    const rate = (bytes, from, to) => bytes / (to - from) / machine.clock_period_ps * 1e3;
    const bottom = kTop + kHeight;
    const y = (value, most) => bottom - kHeight * Math.min(value, most) / most;
    const paint = (pen, plot) => {
      const columns = columnsOf(run, plot);
      const most = 1.08 * Math.max(peak, d3.max(columns, c => rate(c.read + c.write, c.from, c.to))
        || 0);
      tw.drawTimeTicks(pen, plot, kTop, bottom + 5);
      for (const {from, to, read, write} of columns) {
        // Whole pixels, or seams would show between columns.
        const x0 = Math.round(Math.max(plot.left, plot.x(from)));
        const width = Math.max(1, Math.round(Math.min(plot.left + plot.w, plot.x(to))) - x0);
        const low = y(rate(read, from, to), most);
        const high = y(rate(read + write, from, to), most);
        pen.fillStyle = tw.colour('--read');
        pen.fillRect(x0, low, width, bottom - low);
        pen.fillStyle = tw.colour('--write');
        pen.fillRect(x0, high, width, low - high);
      }
      drawPeak(pen, plot, y(peak, most));
      pen.textAlign = 'right';
      pen.fillStyle = tw.colour('--faint');
      pen.fillText('0', plot.left - 8, bottom - 2);
      pen.fillText(`${tw.plain(peak)} GB/s`, plot.left - 8, y(peak, most));
    };
    const drawPeak = (pen, plot, at) => {
      pen.strokeStyle = tw.colour('--ink');
      pen.setLineDash([5, 4]);
      pen.beginPath();
      pen.moveTo(plot.left, Math.round(at) + 0.5);
      pen.lineTo(plot.left + plot.w, Math.round(at) + 0.5);
      pen.stroke();
      pen.setLineDash([]);
    };
    const tip = (cycle, at, plot) => {
      const column = columnsOf(run, plot).find(each => each.from <= cycle && cycle < each.to);
      if (!column) {
        return null;
      }
      const {from, to, read, write} = column;
      const text = bytes => `${tw.plain(rate(bytes, from, to))} GB/s (${tw.bytes(bytes)})`;
      return [tw.el('strong', {}, `cycles ${tw.integer(from)} to ${tw.integer(to)}`),
        tw.pairs([['read', text(read)], ['write', text(write)],
          ['of the peak', tw.percent(rate(read + write, from, to) / peak)]])];
    };
    return new tw.TimeChart(axis, {height: bottom + 26, label: 'DRAM bandwidth over time', paint,
      tip}).node;
  };
})();
