/**
 * The live page. The status arrives once a second as server-sent events; pictures are fetched one by one, as fast as this browser takes them;
 * the chart of people over time is fetched every ten seconds.
 *
 * @typedef {import('../../live.ts').LiveStatus} LiveStatus
 * @typedef {import('../statistics.ts').CameraStatus} CameraStatus
 * @typedef {import('../statistics.ts').PeopleHistory} PeopleHistory
 */

/** @type {typeof import('uplot')} */
const Plot = /** @type {any} */ (globalThis).uPlot;

const HISTORY_SECONDS = 10;

/** @type {Map<string, Camera>} */
const cameras = new Map();

/** The card of one camera. */
class Camera {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.state = '';
    this.shown = true;
    this.last = 0;
    const template = /** @type {HTMLTemplateElement} */ (byId('camera'));
    this.card = /** @type {HTMLElement} */ (template.content.cloneNode(true)).querySelector('article') ?? die();
    this.card.id = `camera-${name}`;
    this.find('.name').textContent = name;
    this.image = /** @type {HTMLImageElement} */ (this.find('img'));
    this.image.alt = `Live picture of ${name} with the people tracked`;
    /** @type {HTMLAnchorElement} */ (this.find('.draw')).href = `/zones/${encodeURIComponent(name)}/draw`;
    this.link = document.createElement('a');
    this.link.href = `#camera-${name}`;
    this.link.append(element('i', 'dot'), element('span', '', name), element('b', '', '–'));
    byId('list').append(this.link);
    byId('cameras').append(this.card);
    this.chart = new Chart(this.find('.chart'));
    this.removed = new AbortController();
    // pictures are fetched only while the card is visible
    this.sight = new IntersectionObserver((entries) => {
      this.shown = entries.some(({ isIntersecting }) => isIntersecting);
    });
    this.sight.observe(this.card);
    this.watch();
  }

  /** @param {string} selector */
  find(selector) {
    return /** @type {HTMLElement} */ (this.card.querySelector(selector) ?? die());
  }

  /** @param {CameraStatus} status */
  show(status) {
    this.state = status.state;
    this.card.dataset.state = status.state;
    this.link.dataset.state = status.state;
    const { width, height, fault } = status;
    if (width && height) this.find('.picture').style.aspectRatio = `${width} / ${height}`;
    this.find('.state').textContent = status.state === 'live' ? '' : status.state;
    const wait = fault ? ` It is tried again${fault.retrySeconds > 5 ? ' within half a minute' : ''}.` : '';
    this.find('.message').textContent = fault && status.state !== 'live' ? `${capital(fault.reason)}.${wait}` : '';
    const parts = status.received > 0 ? (100 * status.dropped) / status.received : 0;
    /** @type {Record<string, string>} */
    const values = {
      people: String(status.people),
      tracks: String(status.tracks),
      fps: status.fps.toFixed(1),
      latency: status.latency > 0 ? `${Math.round(1000 * status.latency)} ms` : '–',
      dropped: `${status.dropped} (${parts.toFixed(parts > 0 && parts < 10 ? 1 : 0)} %)`,
      reconnects: String(status.reconnects),
    };
    for (const [key, value] of Object.entries(values)) this.find(`[data-value="${key}"]`).textContent = value;
    this.find('.areas').replaceChildren(
      ...status.lines.map((line) => counts(line.name, [line.in, 'in'], [line.out, 'out'])),
      ...status.zones.map((zone) => counts(zone.name, [zone.inside, 'now'], [zone.people, 'so far'])),
      ...status.ignored.map((area) => counts(area.name, [area.ignored, 'ignored'])),
    );
    this.find('.word').textContent = status.people === 1 ? 'person now' : 'people now';
    const count = this.link.querySelector('b');
    if (count) count.textContent = String(status.people);
  }

  /** Shows the newest picture, until the camera is removed. */
  async watch() {
    const { signal } = this.removed;
    while (!signal.aborted) {
      if (this.state !== 'live' || !this.shown || document.hidden) {
        await pause(250);
        continue;
      }
      try {
        const response = await fetch(`/cameras/${this.name}/picture.jpg?after=${this.last}`, { signal });
        if (response.status === 200) {
          this.last = Number(response.headers.get('x-picture'));
          await this.draw(await response.blob());
        } else if (response.status !== 204) await pause(1000);
      } catch {
        this.last = 0; // another process numbers its pictures from 1
        await pause(1000);
      }
    }
  }

  /** @param {Blob} jpeg */
  async draw(jpeg) {
    const url = URL.createObjectURL(jpeg);
    const before = this.image.src;
    this.image.src = url;
    await this.image.decode().catch(() => {});
    this.image.hidden = false;
    if (before.startsWith('blob:')) URL.revokeObjectURL(before);
  }

  remove() {
    this.removed.abort();
    this.sight.disconnect();
    this.chart.remove();
    this.card.remove();
    this.link.remove();
  }
}

/** People over time. */
class Chart {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** @type {PeopleHistory | undefined} */
    this.history = undefined;
    /** @type {import('uplot') | undefined} */
    this.plot = undefined;
    this.size = new ResizeObserver(() => this.plot?.setSize(this.space()));
    this.size.observe(place);
    this.colours = matchMedia('(prefers-color-scheme: light)');
    this.repaint = () => this.draw();
    this.colours.addEventListener('change', this.repaint);
  }

  space() {
    const { paddingLeft, paddingRight, paddingTop } = getComputedStyle(this.place);
    const width = this.place.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
    return { width, height: this.place.clientHeight - Number.parseFloat(paddingTop) };
  }

  /** @param {PeopleHistory} history */
  show(history) {
    this.history = history;
    if (this.plot) this.plot.setData(this.data());
    else this.draw();
  }

  /** @returns {[number[], (number | null)[]]} */
  data() {
    const { start = 0, step = 1, people = [] } = this.history ?? {};
    return [people.map((_, i) => start + i * step), [...people]];
  }

  draw() {
    if (!this.history) return;
    this.plot?.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour('--dim'),
      font: '11px system-ui, sans-serif',
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    this.plot = new Plot(
      {
        ...this.space(),
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { show: false },
        scales: { y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(1.1 * most))] } },
        axes: [
          { ...axis, size: 26, space: 70, values: (_, times) => times.map(clock) },
          {
            ...axis,
            size: 30,
            space: 26,
            incrs: [1, 2, 5, 10, 20, 50, 100],
            values: (_, values) => values.map(String),
          },
        ],
        series: [
          {},
          {
            label: 'people',
            stroke: colour('--accent'),
            fill: `${colour('--accent')}22`,
            width: 2,
            points: { show: (this.history?.people.length ?? 0) < 3 },
          },
        ],
      },
      this.data(),
      this.place,
    );
  }

  remove() {
    this.size.disconnect();
    this.colours.removeEventListener('change', this.repaint);
    this.plot?.destroy();
  }
}

/** @param {LiveStatus & { editor?: boolean }} status `editor`: areas can be drawn on it */
function show(status) {
  for (const [name, camera] of cameras) {
    if (status.cameras.some((other) => other.name === name)) continue;
    camera.remove();
    cameras.delete(name);
  }
  for (const camera of status.cameras) {
    const { name } = camera;
    let known = cameras.get(name);
    if (!known) {
      known = new Camera(name);
      cameras.set(name, known);
      refresh();
    }
    known.show(camera);
    known.find('.draw').hidden = !status.editor;
  }
  const people = status.cameras.reduce((sum, camera) => sum + camera.people, 0);
  byId('people').textContent = String(people);
  byId('people-word').textContent = people === 1 ? 'person now' : 'people now';
  const live = status.cameras.filter(({ state }) => state === 'live').length;
  byId('live').textContent = `${live} of ${status.cameras.length}`;
  byId('live-word').textContent = status.cameras.length === 1 ? 'camera live' : 'cameras live';
  const notices = [
    ...(status.detector.works ? [] : ['the detector has failed and is loaded again']),
    ...(status.appearance?.works === false
      ? ['the Siamese network has failed and is loaded again; appearance is not compared']
      : []),
    ...(status.mqtt && !status.mqtt.connected ? ['the MQTT broker is disconnected'] : []),
    ...status.skipped.map(({ name, reason }) => `${name} cannot be used as it is configured: ${reason}`),
  ];
  byId('notice').textContent = notices.join(' · ');
}

async function refresh() {
  try {
    /** @type {Record<string, PeopleHistory>} */
    const histories = await (await fetch('/api/history')).json();
    for (const [name, history] of Object.entries(histories)) cameras.get(name)?.chart.show(history);
  } catch {} // the stream of the status reports that the connection is lost
}

function listen() {
  const source = new EventSource('/api/live');
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.onerror = () => {
    byId('notice').textContent = 'no connection to twintrack; retrying';
    if (source.readyState !== EventSource.CLOSED) return; // the browser reconnects by itself
    source.close();
    setTimeout(listen, 2000);
  };
}

/** @param {number} seconds since 1970 */
function clock(seconds) {
  return new Date(1000 * seconds).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** @param {string} text */
function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** @param {number} milliseconds */
function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @param {string} id */
function byId(id) {
  return document.getElementById(id) ?? die();
}

/** @param {string} tag @param {string} name @param {string} [text] */
function element(tag, name, text = '') {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}

/** A line or zone with its counts. @param {string} name @param {[number, string][]} numbers */
function counts(name, ...numbers) {
  const item = element('li', '');
  item.append(element('span', '', name));
  for (const [i, [number, what]] of numbers.entries())
    item.append(i > 0 ? ', ' : '', element('b', '', String(number)), ` ${what}`);
  return item;
}

/** @returns {never} */
function die() {
  throw new Error('the page does not hold what it should');
}

listen();
setInterval(refresh, 1000 * HISTORY_SECONDS);
