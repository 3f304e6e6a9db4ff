/**
 * The page on which zones, lines, ignore areas and ground points are drawn.
 */
import { Model } from './drawing.js';
import { listenToKeys } from './keys.js';
import { Panel } from './panel.js';
import { listenToPointers } from './pointer.js';
import { checkDrawing, openDrawing, openPicture, saveDrawing, TokenError, useToken } from './server.js';
import { Tools } from './tools.js';
import { byId, View } from './view.js';

/** What is drawn is checked and counted so many milliseconds after it changes. */
const WAIT = 60;

const model = new Model();
const view = new View(model);
const tools = new Tools(model, view);
const panel = new Panel(model);
const button = (/** @type {string} */ id) => /** @type {HTMLButtonElement} */ (byId(id));
let version = '';

listenToPointers(model, view, tools);
listenToKeys(model, view, tools, { save, say, rename: (uid) => panel.edit(uid) });
tools.addEventListener('added', (event) => {
  const uid = /** @type {CustomEvent<number>} */ (event).detail;
  // a finger would bring up a keyboard over the picture
  if (matchMedia('(pointer: coarse)').matches) view.element(uid)?.focus({ preventScroll: true });
  else panel.edit(uid);
});
model.addEventListener('change', () => {
  button('undo').disabled = !model.canUndo;
  button('redo').disabled = !model.canRedo;
  say('');
  check();
});
button('undo').addEventListener('click', () => model.undo());
button('redo').addEventListener('click', () => model.redo());
button('save').addEventListener('click', save);
button('reload').addEventListener('click', () => load().catch(fail));
button('over').addEventListener('click', save);
window.addEventListener('beforeunload', (event) => {
  if (model.dirty) event.preventDefault();
});
window.addEventListener('hashchange', () => location.reload()); // another token
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  useToken(/** @type {HTMLInputElement} */ (byId('token')).value);
  byId('login').hidden = true;
  say('');
  load(version === '').catch(fail);
});
load(true).catch(fail);

/** Shows what the file holds. @param {boolean} [first] with the picture */
async function load(first = false) {
  const opened = await openDrawing();
  const { run, plain } = opened;
  if (first) await view.open(opened, opened.hasPicture ? await openPicture() : undefined);
  version = opened.version;
  tools.offer(opened.sections);
  panel.offer(opened.sections);
  model.open(opened);
  byId('conflict').hidden = true;
  byId('title').textContent = opened.title;
  byId('file').textContent = opened.file;
  document.title = `${opened.title}: zones`;
  if (run) byId('people').textContent = `${run.people} ${run.people === 1 ? 'person' : 'people'} in this run`;
  const [main] = document.getElementsByTagName('main');
  main.inert = false;
  button('save').disabled = false;
  say(first ? (plain ?? '') : `${opened.file} is read again. Undo brings back what you had drawn.`);
}

let checking = false;
let again = false;
/** Checks and counts what is drawn: one request at a time, and another one where something has changed meanwhile. */
async function check() {
  again = true;
  if (checking) return;
  checking = true;
  try {
    while (again) {
      again = false;
      await new Promise((resolve) => setTimeout(resolve, WAIT));
      const checked = await checkDrawing(model.drawing());
      if (checked) model.found(checked);
      else again = true; // another window has asked meanwhile
    }
  } catch (error) {
    fail(error);
  } finally {
    checking = false;
  }
}

async function save() {
  if (button('save').disabled) return; // nothing is shown yet, or it is being saved
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur(); // takes over what is typed
  if (view.draft && view.draft.points.length > 0 && tools.finish() === undefined)
    return say('End the shape that you are drawing, or cancel it, then save.', true);
  const drawing = model.drawing();
  say('');
  button('save').disabled = true;
  try {
    const { status, said, version: now, problems } = await saveDrawing(drawing, version);
    const conflict = status === 409;
    byId('conflict').hidden = !conflict;
    if (problems) model.found({ ...model.checked, problems });
    if (now !== undefined) version = now;
    if (conflict) {
      byId('conflict-said').textContent = said;
      return say('');
    }
    if (status === 200) model.saved(drawing);
    say(said, status !== 200);
  } catch (error) {
    fail(error);
  } finally {
    button('save').disabled = false;
  }
}

/** @param {string} text @param {boolean} [wrong] */
function say(text, wrong = false) {
  byId('said').textContent = text;
  byId('said').className = wrong ? 'wrong' : '';
}

/** @param {unknown} error */
function fail(error) {
  byId('login').hidden = !(error instanceof TokenError);
  if (error instanceof TokenError) byId('token').focus();
  say(error instanceof Error ? error.message : String(error), true);
}
