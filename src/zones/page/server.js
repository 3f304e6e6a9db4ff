/**
 * What the page asks of the server. The secret stands behind the # of the address, which browsers send to no server by themselves.
 *
 * @typedef {import('../app.ts').Opened} Opened
 * @typedef {import('../app.ts').Checked} Checked
 * @typedef {import('../app.ts').Saved} Saved
 * @typedef {import('../drawing.ts').Drawing} Drawing
 */

const token = location.hash.slice(1);

/**
 * @param {string} path
 * @param {unknown} [body] sent as JSON, by POST
 */
async function ask(path, body) {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch(() => {
    throw new Error('twintrack zones does not run any more; start it again.');
  });
  if (response.status === 401 || response.status === 429)
    throw new Error('Open the whole address that twintrack zones printed: its secret is missing here.');
  return response;
}

/** @returns {Promise<Opened>} */
export async function openDrawing() {
  const response = await ask('/api/drawing');
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.said);
  return answer;
}

/** The address of the picture, within this page. */
export async function openPicture() {
  const response = await ask('/api/picture.jpg');
  return URL.createObjectURL(await response.blob());
}

/**
 * @param {Drawing} drawing
 * @returns {Promise<Checked | undefined>} undefined where another one was asked for meanwhile
 */
export async function checkDrawing(drawing) {
  const response = await ask('/api/check', { drawing });
  if (response.status === 409) return undefined;
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.said);
  return answer;
}

/**
 * @param {Drawing} drawing
 * @param {string} version
 * @returns {Promise<Saved & { status: number }>}
 */
export async function saveDrawing(drawing, version) {
  const response = await ask('/api/save', { drawing, version });
  return { status: response.status, ...(await response.json()) };
}
