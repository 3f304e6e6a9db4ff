/**
 * What the page asks of the server. The token stands behind the # of the address, which browsers send to no server by themselves; on the live
 * page the admin types it.
 *
 * @typedef {import('../app.ts').Opened} Opened
 * @typedef {import('../app.ts').Checked} Checked
 * @typedef {import('../app.ts').Saved} Saved
 * @typedef {import('../drawing.ts').Drawing} Drawing
 */

let token = location.hash.slice(1);

/** The server wants another token. */
export class TokenError extends Error {}

/** @param {string} given */
export function useToken(given) {
  token = given;
}

/**
 * @param {string} path
 * @param {unknown} [body] sent as JSON, by POST
 */
async function ask(path, body) {
  const sent = body !== undefined && { method: 'POST', body: JSON.stringify(body) };
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(sent && { 'content-type': 'application/json' }),
  };
  const response = await fetch(path, { headers, ...sent }).catch(() => {
    throw new Error('twintrack does not run any more; start it again.');
  });
  if (response.status === 401 || response.status === 403)
    throw new TokenError(
      'This page needs a token: what stands behind the # of the address that twintrack zones printed, or that of the admin of the live page.',
    );
  if (response.status === 429) throw new TokenError('Too many wrong tokens; try again in a minute.');
  return response;
}

/** @returns {Promise<Opened>} */
export async function openDrawing() {
  const response = await ask('api/drawing');
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.said);
  return answer;
}

/** The address of the picture, within this page. */
export async function openPicture() {
  const response = await ask('api/picture.jpg');
  if (!response.ok) throw new Error((await response.json()).said);
  return URL.createObjectURL(await response.blob());
}

/**
 * @param {Drawing} drawing
 * @returns {Promise<Checked | undefined>} undefined where another one was asked for meanwhile
 */
export async function checkDrawing(drawing) {
  const response = await ask('api/check', { drawing });
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
  const response = await ask('api/save', { drawing, version });
  return { status: response.status, ...(await response.json()) };
}
