import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { inputError, TwintrackError } from '../../core/errors.ts';

/** What `scripts/prepack.mjs` puts into the packed file: one folder, named by the version of onnxruntime. */
const PACKED = fileURLToPath(new URL('../../../runtime/', import.meta.url));
const PLATFORM = `${process.platform}-${process.arch}`;

/** An onnxruntime. */
export interface Runtime {
  /** To import. */
  readonly url: string;
  /** Whether it is the one that comes with twintrack. */
  readonly packed: boolean;
}

let found: Promise<Runtime> | undefined;

/**
 * Finds onnxruntime: the package onnxruntime-node where it is installed beside twintrack, which can have GPU providers, else the one
 * that comes with twintrack for the CPU. That one is packed; its files are unpacked at the first call, into twintrack's own folder or,
 * where that is read-only, into the user's cache folder.
 *
 * @throws TwintrackError when there is none for this platform, or it cannot be unpacked
 */
export function findRuntime(): Promise<Runtime> {
  found ??= installedRuntime() ?? packedRuntime();
  found.catch(() => {
    found = undefined;
  });
  return found;
}

function installedRuntime(): Promise<Runtime> | undefined {
  try {
    const { href } = pathToFileURL(createRequire(import.meta.url).resolve('onnxruntime-node'));
    return Promise.resolve({ url: href, packed: false });
  } catch {
    return undefined;
  }
}

async function packedRuntime(): Promise<Runtime> {
  const [version] = existsSync(PACKED) ? await readdir(PACKED) : [];
  if (!version || !existsSync(join(PACKED, version, PLATFORM)))
    throw new TwintrackError(
      `onnxruntime for ${PLATFORM}: twintrack comes without it; install the package onnxruntime-node beside twintrack`,
    );
  const folders = [join(PACKED, version, 'unpacked'), join(cacheFolder(), 'twintrack', `onnxruntime-${version}`)];
  let failure: unknown;
  for (const folder of folders) {
    try {
      if (!existsSync(folder)) await unpack(join(PACKED, version), folder);
      return { url: pathToFileURL(join(folder, 'lib/onnxruntime.cjs')).href, packed: true };
    } catch (cause) {
      failure = cause;
    }
  }
  throw inputError(
    folders[1],
    `onnxruntime cannot be unpacked there (${(failure as NodeJS.ErrnoException).code})`,
    'set XDG_CACHE_HOME to a folder that can be written to, or install the package onnxruntime-node beside twintrack',
    failure,
  );
}

function cacheFolder(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  if (process.platform === 'win32' && process.env.LOCALAPPDATA) return process.env.LOCALAPPDATA;
  return join(homedir(), process.platform === 'darwin' ? 'Library/Caches' : '.cache');
}

/** Unpacks this platform's files where onnxruntime expects them. Another process may do the same: the first one to be ready wins. */
async function unpack(packed: string, folder: string): Promise<void> {
  const part = `${folder}-${randomBytes(6).toString('hex')}`;
  const files = join(part, 'bin/napi-v6', process.platform, process.arch);
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
    await mkdir(files, { recursive: true });
    await mkdir(join(part, 'lib'));
    await writeFile(join(part, 'lib/onnxruntime.cjs'), await readFile(join(packed, 'onnxruntime.cjs')));
    for (const name of await readdir(join(packed, PLATFORM))) {
      const bytes = await promisify(brotliDecompress)(await readFile(join(packed, PLATFORM, name)));
      await writeFile(join(files, name.replace(/\.br$/, '')), bytes);
    }
    await rename(part, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
