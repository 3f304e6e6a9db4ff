/** @type {typeof import('uplot')} */
const Plot = /** @type {any} */ (globalThis).uPlot;

/**
 * @typedef {{ clock: boolean, zone?: string,
 *   occupancy?: { times: number[], series: { name: string, values: number[], colour: string }[] },
 *   lines: { start: number, end: number, in: number[], out: number[] }[],
 *   dwell: { seconds: number[], counts: number[], step: number, colour: string }[],
 *   series?: { id: string, x: { times: number[] } | { hours: number[] },
 *     series: { name: string, values: (number | null)[], colour: string }[] }[] }} Data
 */
/** @type {Data} */
const data = JSON.parse(element('data').textContent ?? '');

const IN = '#1769aa';
const OUT = '#d9572b';
const AXIS = { stroke: '#5d6978', grid: { stroke: '#e8ecf0', width: 1 }, ticks: { stroke: '#e8ecf0', width: 1 } };

/** @param {string} id */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no element ${id}`);
  return found;
}

/**
 * @param {number} seconds
 * @returns {string}
 */
function moment(seconds) {
  if (data.clock) return new Date(1000 * seconds).toISOString().slice(11, 19);
  if (seconds < 0) return `−${moment(-seconds)}`;
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Steps that fall on whole minutes and hours. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
const TIME_AXIS = {
  ...AXIS,
  size: 34,
  incrs: STEPS,
  values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map(moment),
};
const COUNT_AXIS = { ...AXIS, size: 52, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] };
const FROM_ZERO = {
  range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) =>
    /** @type {[number, number]} */ ([0, Math.max(1, 1.08 * (most ?? 1))]),
};

/** A value in the legend; none while the pointer is elsewhere. */
const valueText = (/** @type {any} */ _, /** @type {number | null} */ value) => (value === null ? '' : String(value));

/**
 * Draws a chart that keeps the width of its place.
 *
 * @param {string} id
 * @param {number} height
 * @param {Omit<import('uplot').Options, 'width' | 'height'>} options
 * @param {import('uplot').AlignedData} columns
 */
function chart(id, height, options, columns) {
  const place = element(id);
  const width = () => Math.max(200, place.clientWidth);
  const plot = new Plot({ width: width(), height, ...options }, columns, place);
  new ResizeObserver(() => plot.setSize({ width: width(), height })).observe(place);
  const [x, ...others] = options.series.map(({ label = '' }) => String(label));
  const rows = [...columns[0]].map((at, i) => [
    momentText(x, at),
    ...columns.slice(1).map((column) => column?.[i] ?? ''),
  ]);
  offerCsv(place, id, [[x, ...others], ...rows]);
}

/**
 * What is on the axis below, as a file has it.
 *
 * @param {string} label
 * @param {number} at
 */
function momentText(label, at) {
  if (label !== 'time') return at;
  if (data.zone) return isoText(at, data.zone);
  return data.clock ? new Date(1000 * at).toISOString().slice(0, 23).replace('T', ' ') : at;
}

/**
 * A button that saves rows as a CSV file.
 *
 * @param {Element} place
 * @param {string} name
 * @param {(string | number)[][]} rows
 */
function offerCsv(place, name, rows) {
  const button = document.createElement('button');
  button.className = 'csv';
  button.textContent = 'CSV';
  button.title = 'Save these figures';
  button.addEventListener('click', () => {
    const cell = (/** @type {string | number} */ value) =>
      /[",\r\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
    const text = rows.map((row) => row.map(cell).join(',')).join('\r\n');
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${text}\r\n`], { type: 'text/csv' }));
    link.download = `${name}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  place.append(button);
}

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * A time by the clocks of a zone, with what they are ahead of UTC: 2026-11-28T09:00:00+01:00.
 *
 * @param {number} seconds
 * @param {string} zone
 */
function isoText(seconds, zone) {
  const two = '2-digit';
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en', {
      ...{ timeZone: zone, hourCycle: 'h23', timeZoneName: 'longOffset' },
      ...{ year: 'numeric', month: two, day: two, hour: two, minute: two, second: two },
    });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(1000 * seconds).map(({ type, value }) => [type, value]));
  const { year, month, day, hour, minute, second, timeZoneName } = parts;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${timeZoneName.slice(3) || 'Z'}`;
}

function drawOccupancy() {
  if (!data.occupancy) return;
  const { times, series } = data.occupancy;
  chart(
    'occupancy',
    240,
    {
      scales: { x: { time: false }, y: FROM_ZERO },
      axes: [TIME_AXIS, COUNT_AXIS],
      series: [
        { label: 'time', value: (_, seconds) => (seconds === null ? '' : moment(seconds)) },
        ...series.map(({ name, colour }, i) => ({
          label: name,
          stroke: colour,
          width: i === 0 ? 2 : 1.5,
          ...(i === 0 && { fill: 'rgb(23 105 170 / 10%)' }),
          points: { show: false },
          value: valueText,
        })),
      ],
    },
    [times, ...series.map(({ values }) => values)],
  );
}

/** Values by the hour. Days begin at midnight by the clocks of the zone, also when these are changed. */
function drawSeries() {
  const { zone = 'UTC' } = data;
  const dayAndTime = (/** @type {number} */ at) => isoText(at, zone).slice(0, 16).replace('T', ' ');
  const timeAxis = {
    ...AXIS,
    size: 34,
    space: 60,
    values: (/** @type {any} */ _, /** @type {number[]} */ at) =>
      at.map(dayAndTime).map((text) => (text.endsWith('00:00') ? text.slice(5, 10) : text.slice(11))),
  };
  const hourText = (/** @type {number} */ hour) => `${String(hour).padStart(2, '0')}:00`;
  const hourAxis = {
    ...AXIS,
    size: 34,
    incrs: [1, 2, 3, 6],
    values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map(hourText),
  };
  for (const { id, x, series } of data.series ?? []) {
    const places = 'times' in x ? x.times : x.hours;
    const few = places.length <= 60;
    const isWhole = series.every(({ values }) => values.every((value) => value === null || Number.isInteger(value)));
    const [label, text] = 'times' in x ? ['time', dayAndTime] : ['hour', hourText];
    chart(
      id,
      240,
      {
        tzDate: (seconds) => Plot.tzDate(new Date(1000 * seconds), zone),
        scales: {
          x: { time: 'times' in x },
          y: isWhole ? FROM_ZERO : { range: (_, __, most) => [0, 1.08 * (most || 1)] },
        },
        axes: ['times' in x ? timeAxis : hourAxis, isWhole ? COUNT_AXIS : { ...AXIS, size: 52 }],
        series: [
          { label, value: (_, at) => (at === null ? '' : text(at)) },
          ...series.map(({ name, colour }) => ({
            label: name,
            stroke: colour,
            width: 2,
            points: { show: few, size: 5 },
            value: valueText,
          })),
        ],
      },
      [places, ...series.map(({ values }) => values)],
    );
  }
}

/** Passes so far, both ways, as steps. */
function drawLines() {
  const { paths = {} } = /** @type {any} */ (Plot);
  for (const [i, line] of data.lines.entries()) {
    const times = [...new Set([line.start, ...line.in, ...line.out, line.end])].sort((a, b) => a - b);
    const soFar = (/** @type {number[]} */ passes) => times.map((time) => passes.filter((at) => at <= time).length);
    const series = (/** @type {string} */ label, /** @type {string} */ stroke) => ({
      label,
      stroke,
      width: 2,
      paths: paths.stepped({ align: 1 }),
      points: { show: false },
      value: valueText,
    });
    chart(
      `line${i}`,
      180,
      {
        scales: { x: { time: false }, y: FROM_ZERO },
        axes: [TIME_AXIS, COUNT_AXIS],
        series: [
          { label: 'time', value: (_, seconds) => (seconds === null ? '' : moment(seconds)) },
          series('in', IN),
          series('out', OUT),
        ],
      },
      [times, soFar(line.in), soFar(line.out)],
    );
  }
}

function drawDwell() {
  const { paths = {} } = /** @type {any} */ (Plot);
  for (const [i, { seconds, counts, step, colour }] of data.dwell.entries()) {
    chart(
      `dwell${i}`,
      180,
      {
        legend: { show: false },
        cursor: { show: false },
        scales: { x: { time: false, range: [0, step * counts.length] }, y: FROM_ZERO },
        axes: [{ ...AXIS, size: 34, values: (_, at) => at.map((value) => `${value} s`) }, COUNT_AXIS],
        series: [
          {},
          {
            label: 'people',
            stroke: colour,
            fill: colour,
            paths: paths.bars({ size: [0.85] }),
            points: { show: false },
          },
        ],
      },
      [seconds, counts.map((count) => count || null)], // no bar instead of a flat one
    );
  }
}

/** Tables that are charts can be saved as well. */
function offerTables() {
  for (const table of /** @type {NodeListOf<HTMLTableElement>} */ (document.querySelectorAll('table[data-csv]'))) {
    const rows = [...table.rows].map((row) => [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent ?? ''));
    offerCsv(/** @type {Element} */ (table.parentElement), table.dataset.csv ?? 'table', rows);
  }
}

/** A click on a head sorts by it, another turns the order round. */
function makeSortable() {
  const table = /** @type {HTMLTableElement | null} */ (document.getElementById('people'));
  if (!table) return;
  const heads = [...table.querySelectorAll('th')];
  for (const [column, head] of heads.entries()) {
    if (!('sort' in head.dataset)) continue;
    head.querySelector('button')?.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const value = (/** @type {HTMLTableRowElement} */ row) => Number(row.cells[column].dataset.v);
      const rows = [...table.tBodies[0].rows].sort((a, b) => (down ? -1 : 1) * (value(a) - value(b)));
      table.tBodies[0].append(...rows);
    });
  }
}

/** The path of the person in a row stands out while the pointer is on it; a report without a plan has no paths. */
function linkPaths() {
  const paths = document.getElementById('paths');
  if (!paths) return;
  const choose = (/** @type {Element | null} */ row) => {
    const chosen = row instanceof HTMLElement ? document.getElementById(`p${row.dataset.id}`) : null;
    paths.classList.toggle('choice', chosen !== null);
    for (const path of paths.querySelectorAll('.chosen')) path.classList.remove('chosen');
    chosen?.classList.add('chosen');
  };
  for (const rows of document.querySelectorAll('#people, #timeline')) {
    rows.addEventListener('pointerover', ({ target }) => choose(/** @type {Element} */ (target).closest('[data-id]')));
    rows.addEventListener('pointerleave', () => choose(null));
  }
}

drawOccupancy();
drawLines();
drawDwell();
drawSeries();
offerTables();
makeSortable();
linkPaths();
