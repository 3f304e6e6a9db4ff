/**
 * @typedef {{ id: number, colour: string, events: string, times: number[], boxes: number[] }} Person
 * @typedef {{ clock: number | null, width: number, height: number, stretch: number, people: Person[] }} Data
 */
/** @type {Data} */
const data = JSON.parse(document.getElementById('data')?.textContent ?? '');
const { people } = data;
const video = /** @type {HTMLVideoElement} */ (document.getElementById('video'));
const areas = /** @type {SVGElement} */ (document.querySelector('#areas'));
const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('boxes'));
const strip = /** @type {HTMLCanvasElement} */ (document.getElementById('strip'));
const about = /** @type {HTMLElement} */ (document.getElementById('about'));
const list = /** @type {HTMLElement} */ (document.getElementById('people'));
const failure = /** @type {HTMLElement} */ (document.getElementById('failure'));

/** Seconds of the trail behind a person. */
const TRAIL = 3;
/** @type {Person | undefined} */
let chosen;

/** @param {Person} person */
const begin = (person) => person.times[0] / 1000;
/** @param {Person} person */
const end = (person) => person.times[person.times.length - 1] / 1000;

/**
 * @param {number} seconds
 * @returns {string} the time of day, or the time in the video
 */
function moment(seconds) {
  if (data.clock !== null) return new Date(1000 * (data.clock + seconds)).toISOString().slice(11, 19);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/**
 * The box of a person at a time, straight between those before and after; none where they are not there.
 *
 * @param {Person} person
 * @param {number} time in seconds
 * @returns {[number, number, number, number] | undefined}
 */
function boxAt({ times, boxes }, time) {
  const ms = 1000 * time;
  if (ms < times[0] - 1 || ms > times[times.length - 1] + 1) return undefined;
  let [low, high] = [0, times.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= ms) low = middle;
    else high = middle;
  }
  const part = times[high] > times[low] ? Math.min(1, Math.max(0, (ms - times[low]) / (times[high] - times[low]))) : 0;
  const at = (/** @type {number} */ k) => boxes[4 * low + k] + part * (boxes[4 * high + k] - boxes[4 * low + k]);
  return [at(0) * data.stretch, at(1), at(2) * data.stretch, at(3)];
}

/** Where the picture is within the element, and its scale. */
function place() {
  const scale = Math.min(video.clientWidth / data.width, video.clientHeight / data.height);
  const [width, height] = [scale * data.width, scale * data.height];
  return { left: (video.clientWidth - width) / 2, top: (video.clientHeight - height) / 2, width, height, scale };
}

function fit() {
  const { left, top, width, height } = place();
  for (const over of [canvas, areas])
    Object.assign(over.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  strip.width = Math.round(strip.clientWidth * devicePixelRatio);
  strip.height = Math.round(strip.clientHeight * devicePixelRatio);
  draw(video.currentTime);
}

/** @param {number} time in seconds */
function draw(time) {
  const context = canvas.getContext('2d');
  if (!context) return;
  const scale = canvas.width / data.width;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, data.width, data.height);
  const line = 2 / place().scale;
  context.font = `600 ${13 / place().scale}px system-ui, sans-serif`;
  for (const person of people) {
    const box = boxAt(person, time);
    if (!box) continue;
    const [x, y, w, h] = box;
    context.globalAlpha = chosen && chosen !== person ? 0.35 : 1;
    context.strokeStyle = person.colour;
    context.lineWidth = chosen === person ? 2 * line : line;
    context.strokeRect(x, y, w, h);
    trail(context, person, time);
    const text = String(person.id);
    const width = context.measureText(text).width + 8 / place().scale;
    const height = 18 / place().scale;
    context.fillStyle = person.colour;
    context.fillRect(x, Math.max(0, y - height), width, height);
    context.fillStyle = '#fff';
    context.fillText(text, x + 4 / place().scale, Math.max(0, y - height) + 0.76 * height);
  }
  context.globalAlpha = 1;
  drawStrip(time);
  for (const [i, item] of [...list.children].entries())
    item.classList.toggle('now', begin(people[i]) <= time && time <= end(people[i]));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Person} person
 * @param {number} time
 */
function trail(context, person, time) {
  context.beginPath();
  for (let at = Math.max(begin(person), time - TRAIL); at <= time; at += 0.1) {
    const box = boxAt(person, at);
    if (box) context.lineTo(box[0] + box[2] / 2, box[1] + box[3]);
  }
  context.stroke();
}

/** How many people are there over time, the chosen one's time, and now. */
const COUNTS = 400;
const last = Math.max(...people.map(end), 0.001);
const length = () => (Number.isFinite(video.duration) ? Math.max(video.duration, last) : last);
const counts = new Array(COUNTS).fill(0);
for (const person of people) {
  const from = Math.floor((begin(person) / last) * (COUNTS - 1));
  for (let k = from; k <= (end(person) / last) * (COUNTS - 1); k++) counts[k]++;
}
const most = Math.max(1, ...counts);

/** @param {number} time */
function drawStrip(time) {
  const context = strip.getContext('2d');
  if (!context) return;
  const { width, height } = strip;
  const x = (/** @type {number} */ seconds) => (seconds / length()) * width;
  context.clearRect(0, 0, width, height);
  context.fillStyle = '#b9c6d3';
  counts.forEach((count, k) => {
    const [from, to] = [x((k / COUNTS) * last), x(((k + 1) / COUNTS) * last)];
    context.fillRect(from, height * (1 - count / most), Math.ceil(to - from), (height * count) / most);
  });
  if (chosen) {
    context.fillStyle = chosen.colour;
    context.fillRect(x(begin(chosen)), height - 6, Math.max(3, x(end(chosen)) - x(begin(chosen))), 6);
  }
  context.fillStyle = '#1c2430';
  context.fillRect(x(time) - 1, 0, 2, height);
}

/**
 * @param {Person | undefined} person
 * @param {boolean} go whether to go to their first moment where they are not there now
 */
function choose(person, go) {
  chosen = person;
  for (const [i, item] of [...list.children].entries())
    item.firstElementChild?.setAttribute('aria-pressed', String(people[i] === person));
  about.textContent = person
    ? `Person ${person.id}: ${moment(begin(person))} to ${moment(end(person))}${person.events && `, ${person.events}`}`
    : '';
  if (person && go && !boxAt(person, video.currentTime)) video.currentTime = begin(person) + 0.001;
  draw(video.currentTime);
}

for (const person of people) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  const swatch = document.createElement('i');
  swatch.style.background = person.colour;
  const [id, span] = [document.createElement('b'), document.createElement('span')];
  id.textContent = String(person.id);
  span.textContent = `${moment(begin(person))} – ${moment(end(person))}`;
  button.append(swatch, id, span);
  button.setAttribute('aria-pressed', 'false');
  button.addEventListener('click', () => choose(chosen === person ? undefined : person, true));
  item.append(button);
  list.append(item);
}

// the controls at the lower edge stay the video's own
video.addEventListener('click', (event) => {
  video.blur(); // keys go to the page
  const { left, top, scale } = place();
  const [x, y] = [(event.offsetX - left) / scale, (event.offsetY - top) / scale];
  const hit = people.filter((person) => {
    const box = boxAt(person, video.currentTime);
    return box && x >= box[0] && x <= box[0] + box[2] && y >= box[1] && y <= box[1] + box[3];
  });
  if (hit.length === 0) return;
  event.preventDefault(); // else the video plays or pauses
  // of several the nearest: the one whose feet are lowest
  const feet = (/** @type {Person} */ person) => {
    const box = boxAt(person, video.currentTime);
    return box ? box[1] + box[3] : 0;
  };
  choose(
    hit.reduce((nearest, person) => (feet(person) > feet(nearest) ? person : nearest)),
    false,
  );
});
strip.addEventListener('click', (event) => {
  video.currentTime = (event.offsetX / strip.clientWidth) * length();
});
addEventListener('keydown', (event) => {
  // a button takes a space, and the video's own controls take all of these, where the focus is there
  if (event.target === video || (event.target instanceof HTMLButtonElement && event.key === ' ')) return;
  if (event.key === ' ') video.paused ? video.play() : video.pause();
  else if (event.key === 'ArrowLeft') video.currentTime -= 1;
  else if (event.key === 'ArrowRight') video.currentTime += 1;
  else if (event.key === 'Escape') choose(undefined, false);
  else return;
  event.preventDefault();
});
video.addEventListener('error', () => {
  failure.hidden = false;
  failure.textContent = `${video.getAttribute('src')} cannot be played here: it is not where it was, or of a kind that this browser does not play. Make an mp4 of it with ffmpeg, and give that with --video.`;
});

/** @type {FrameRequestCallback | VideoFrameRequestCallback} */
const onFrame = (/** @type {number} */ _, /** @type {any} */ meta) => {
  draw(meta?.mediaTime ?? video.currentTime);
  follow();
};
function follow() {
  if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(onFrame);
  else requestAnimationFrame(/** @type {FrameRequestCallback} */ (onFrame));
}
video.addEventListener('loadedmetadata', fit);
video.addEventListener('seeked', () => draw(video.currentTime));
new ResizeObserver(fit).observe(video);
follow();
