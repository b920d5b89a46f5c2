// Draws every chart of the page from the numbers beside it, in the colours that the reader's system asks for.
(function () {
  'use strict';
  const root = document.documentElement;
  const narrow = () => root.clientWidth < 640;

  const digits = value => {
    const size = Math.abs(value);
    const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  };
  const short = value => Number(value.toPrecision(4)).toLocaleString('en-US', { maximumFractionDigits: 9 });
  const micros = write => value =>
    value >= 1e6 ? write(value / 1e6) + ' s' : value >= 1e3 ? write(value / 1e3) + ' ms' : write(value) + ' µs';

  /** Formats of retort.driver.page.Format: in full for a value, short for an axis. */
  const full = {
    COUNT: value => Math.round(value).toLocaleString('en-US'),
    NUMBER: digits,
    PERCENT: value => (100 * value).toFixed(2) + ' %',
    MICROS: micros(digits),
    RATIO: value => digits(value) + ' ×'
  };
  const brief = {
    COUNT: value => value >= 1e4 ? short(value / 1e3) + 'k' : short(value),
    NUMBER: short,
    PERCENT: value => short(100 * value) + ' %',
    MICROS: micros(short),
    RATIO: value => short(value) + ' ×'
  };

  const theme = () => {
    const style = getComputedStyle(root);
    const of = name => style.getPropertyValue('--' + name).trim();
    return {
      ink: of('ink'), soft: of('soft'), line: of('line'), panel: of('panel'), paper: of('paper'), accent: of('accent'),
      colours: [0, 1, 2, 3, 4, 5, 6, 7].map(i => of('c' + i))
    };
  };

  const colour = (series, look) => look.colours[series.colour % look.colours.length];
  const hasSpread = series => series.points.some(point => point.length > 2);
  const spreads = chart => chart.x.categories != null && chart.series.every(series => series.kind === 'POINTS');

  /** Of the column that categories stand in where they lie. */
  const breadth = categories => {
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = '12px ' + getComputedStyle(document.body).fontFamily;
    return Math.min(narrow() ? 120 : 260, 4 + Math.max(...categories.map(name => Math.ceil(pen.measureText(name).width))));
  };

  /** Of a logarithmic axis: 2 where there would be too few powers of 10. */
  const base = (chart, of) => {
    const values = chart.series.flatMap(series => series.points.map(point => point[of === chart.x ? 0 : 1]));
    return Math.max(...values) / Math.min(...values) < 500 ? 2 : 10;
  };

  /** An axis of numbers, or of categories; points on categories stand side by side on an axis of numbers. */
  const axis = (chart, of, look, isX) => {
    const categories = of.categories;
    const common = {
      name: of.name,
      nameLocation: isX ? 'middle' : 'end',
      nameGap: isX ? 30 : 14,
      nameTextStyle: { color: look.soft, align: isX ? 'center' : 'left', padding: isX ? 0 : [0, 0, 0, -28] },
      axisLine: { show: isX, lineStyle: { color: look.line } },
      axisTick: { show: false },
      axisLabel: { color: look.soft, hideOverlap: true },
      splitLine: { show: !categories, lineStyle: { color: look.line, opacity: 0.7 } }
    };
    if (categories && spreads(chart)) {
      common.axisLabel.formatter = value => Number.isInteger(value) ? categories[value] : '';
      common.splitLine.show = false;
      common.axisLine.onZero = false;
      if (chart.lying) {
        Object.assign(common.axisLabel, { width: breadth(categories), overflow: 'truncate' });
      }
      return Object.assign(common, { type: 'value', min: -0.5, max: categories.length - 0.5, interval: 0.5, inverse: !isX });
    }
    if (categories) {
      common.axisLabel.interval = 0;
      common.axisLabel.overflow = chart.lying ? 'truncate' : 'break';
      common.axisLabel.width = chart.lying
        ? breadth(categories) : Math.max(40, root.clientWidth / categories.length - 30);
      return Object.assign(common, { type: 'category', data: categories, inverse: !isX });
    }
    common.axisLabel.formatter = brief[of.format];
    common.axisLine.onZero = false;
    return Object.assign(common, {
      type: of.log ? 'log' : 'value', logBase: of.log ? base(chart, of) : 10, scale: chart.series.every(series => series.kind !== 'BARS'),
      min: of.from == null ? null : of.from, max: of.to == null ? null : of.to
    });
  };

  /** Where a point is drawn: points on categories are moved aside by their series. */
  const place = (chart, series, point) => {
    if (!spreads(chart)) {
      return chart.lying ? [point[1], point[0]] : [point[0], point[1]];
    }
    const count = chart.series.length;
    const step = Math.min(0.16, 0.8 / count);
    const category = point[0] + (chart.series.indexOf(series) - (count - 1) / 2) * step;
    return chart.lying ? [point[1], category] : [category, point[1]];
  };

  const drawn = (chart, series, look) => {
    const tint = colour(series, look);
    const all = {
      name: series.name,
      data: series.points.map(point => place(chart, series, point)),
      itemStyle: { color: tint, opacity: series.faint ? 0.55 : 1 }
    };
    if (series.kind === 'BARS') {
      return Object.assign(all, { type: 'bar', barMaxWidth: 22, barGap: '15%' });
    }
    if (series.kind === 'POINTS') {
      const hollow = { color: 'transparent', borderColor: tint, borderWidth: 2 };
      return Object.assign(all, { type: 'scatter', symbolSize: 9 }, series.faint ? { itemStyle: hollow } : {});
    }
    return Object.assign(all, {
      type: 'line', showSymbol: series.points.length < 25, symbolSize: 6,
      lineStyle: { color: tint, width: 2, type: series.faint ? 'dashed' : 'solid' }
    });
  };

  /** Lines from low to high through the points that have a spread. */
  const whiskers = (chart, series, look) => ({
    type: 'custom', name: series.name, silent: true, clip: true, z: 3,
    data: series.points.filter(point => point.length > 2).map(point => place(chart, series, point).concat(point[2], point[3])),
    renderItem: (_, api) => {
      const bars = chart.series.filter(each => each.kind === 'BARS');
      const aside = bars.includes(series)
        ? api.barLayout({ barMaxWidth: 22, barGap: '15%', count: bars.length })[bars.indexOf(series)].offsetCenter : 0;
      const at = value => {
        const point = api.coord(chart.lying ? [value, api.value(1)] : [api.value(0), value]);
        return chart.lying ? [point[0], point[1] + aside] : [point[0] + aside, point[1]];
      };
      const low = at(api.value(2));
      const high = at(api.value(3));
      const stroke = { stroke: bars.includes(series) ? look.ink : colour(series, look), lineWidth: 1.5 };
      const line = (x1, y1, x2, y2) => ({ type: 'line', shape: { x1, y1, x2, y2 }, style: stroke });
      const end = point => chart.lying
        ? line(point[0], point[1] - 4, point[0], point[1] + 4) : line(point[0] - 4, point[1], point[0] + 4, point[1]);
      return { type: 'group', children: [line(low[0], low[1], high[0], high[1]), end(low), end(high)] };
    }
  });

  const bands = (chart, look) => ({
    silent: true,
    itemStyle: { color: look.accent, opacity: 0.1 },
    data: chart.marked.map(value => [{ xAxis: value - 0.5 }, { xAxis: value + 0.5 }])
  });

  const across = (chart, look) => ({
    silent: true, symbol: 'none', label: { show: false },
    lineStyle: { color: look.ink, width: 1, type: 'solid' },
    data: [chart.lying ? { xAxis: chart.reference } : { yAxis: chart.reference }]
  });

  /** Nothing to see, but the axis reaches as far as the line across. */
  const reach = chart => ({
    type: 'scatter', silent: true, symbolSize: 0,
    data: [chart.lying ? [chart.reference, 0] : [0, chart.reference]]
  });

  const named = (axis, value) => axis.categories ? axis.categories[Math.round(value)] : full[axis.format](value);

  const tip = chart => params => {
    const items = [].concat(params).filter(item => item.seriesType !== 'custom');
    const lines = items.map(item => {
      const series = chart.series[item.seriesIndex];
      const point = series.points[item.dataIndex];
      const spread = point.length > 2 ? ' (' + full[chart.y.format](point[2]) + ' to ' + full[chart.y.format](point[3]) + ')' : '';
      const what = series.labels ? series.labels[item.dataIndex] + ': ' : series.name + ': ';
      const x = items.length === 1 || item === items[0] ? chart.x.name + ' ' + named(chart.x, point[0]) + '\n' : '';
      return x + what + full[chart.y.format](point[1]) + spread;
    });
    return lines.join('\n');
  };

  const option = (chart, look) => {
    const series = chart.series.map(each => drawn(chart, each, look));
    if (chart.marked.length && series.length && spreads(chart)) {
      series[0].markArea = bands(chart, look);
    }
    if (chart.reference != null && series.length) {
      series[0].markLine = across(chart, look);
    }
    const x = axis(chart, chart.lying ? chart.y : chart.x, look, true);
    const y = axis(chart, chart.lying ? chart.x : chart.y, look, false);
    return {
      animation: false,
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: look.ink },
      grid: chart.lying
        ? { left: 16 + breadth(chart.x.categories), right: 18, top: 10, bottom: 48 }
        : { left: 8, right: 18, top: 34, bottom: 26, containLabel: true },
      legend: { show: false },
      tooltip: {
        trigger: chart.series.every(each => each.kind === 'LINE') ? 'axis' : 'item',
        renderMode: 'richText', confine: true, formatter: tip(chart),
        backgroundColor: look.panel, borderColor: look.line, textStyle: { color: look.ink, fontSize: 12 }
      },
      xAxis: x,
      yAxis: chart.lying ? Object.assign(y, { name: '' }) : y,
      series: series
        .concat(chart.series.filter(hasSpread).map(each => whiskers(chart, each, look)))
        .concat(chart.reference == null ? [] : [reach(chart)])
    };
  };

  /** Names and colours, each of which hides or shows its series. */
  const legend = (chart, view, figure) => {
    const list = document.createElement('div');
    list.className = 'legend';
    chart.series.forEach(series => {
      const button = document.createElement('button');
      const swatch = document.createElement('i');
      swatch.style.borderColor = 'var(--c' + series.colour % 8 + ')';
      swatch.style.background = series.faint ? 'transparent' : 'var(--c' + series.colour % 8 + ')';
      button.type = 'button';
      button.setAttribute('aria-pressed', 'true');
      button.append(swatch, series.name);
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        view.dispatchAction({ type: 'legendToggleSelect', name: series.name });
      });
      list.append(button);
    });
    figure.querySelector('.drawing').before(list);
  };

  /** At once and not in the next frame, which a printer does not wait for. */
  const fit = view => {
    view.resize();
    view.getZr().flush();
  };

  root.classList.add('scripted');
  document.querySelectorAll('details').forEach(details => details.removeAttribute('open'));
  const charts = Array.from(document.querySelectorAll('figure.chart'), figure => {
    const chart = JSON.parse(figure.querySelector('script').textContent);
    const place = figure.querySelector('.drawing');
    if (chart.lying) {
      place.style.height = 80 + 30 * chart.x.categories.length + 'px';
    }
    const view = echarts.init(place, null, { renderer: 'svg' });
    if (chart.series.length > 1) {
      legend(chart, view, figure);
    }
    new ResizeObserver(() => fit(view)).observe(place);
    return { chart, view };
  });
  const draw = () => {
    const look = theme();
    charts.forEach(({ chart, view }) => {
      view.setOption(option(chart, look));
      fit(view);
    });
  };
  draw();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  matchMedia('print').addEventListener('change', draw);
})();
