/**
 * Makes what the packed file holds besides the sources: dist, and onnxruntime for each platform.
 *
 * The package onnxruntime-node is not a dependency, since its install script downloads CUDA libraries on Linux, and it brings the files of
 * all platforms (288 MB). Its CPU files are packed here instead, compressed, and unpacked at the first use (src/inference/onnx/runtime.ts).
 * DirectML and the shader compiler of Windows are left out: onnxruntime.dll loads them for the GPU only.
 */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const require = createRequire(import.meta.url);
const source = dirname(dirname(require.resolve('onnxruntime-node')));
const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));

const PLATFORMS = {
  'linux-x64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
  'linux-arm64': ['libonnxruntime.so.1', 'onnxruntime_binding.node'],
  'darwin-arm64': ['libonnxruntime.1.dylib', 'onnxruntime_binding.node'],
  'win32-x64': ['onnxruntime.dll', 'onnxruntime_binding.node'],
  'win32-arm64': ['onnxruntime.dll', 'onnxruntime_binding.node'],
};

rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: ['ignore', process.stderr, process.stderr],
});
await import('./commonjs.mjs');

// The files of one version never change, so they are compressed once.
const runtime = join(root, 'runtime');
if (!existsSync(runtime) || readdirSync(runtime).join() !== version) {
  rmSync(runtime, { recursive: true, force: true });
  const part = join(root, 'node_modules/.cache/twintrack-runtime');
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  await build({
    stdin: { contents: "module.exports = require('onnxruntime-node');", resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: join(part, 'onnxruntime.cjs'),
    legalComments: 'inline',
    plugins: [{ name: 'binding', setup: keepBinding }],
  });
  copyFileSync(join(root, 'scripts/onnxruntime-license.txt'), join(part, 'LICENSE'));
  copyFileSync(join(root, 'scripts/onnxruntime-notices.txt'), join(part, 'ThirdPartyNotices.txt'));
  for (const [platform, files] of Object.entries(PLATFORMS)) {
    mkdirSync(join(part, platform));
    const from = join(source, 'bin/napi-v6', platform.replace('-', '/'));
    await Promise.all(files.map((file) => compress(join(from, file), join(part, platform, `${file}.br`))));
  }
  mkdirSync(runtime);
  renameSync(part, join(runtime, version));
}

/**
 * Leaves the path of the native file, which is put together at run time, as it is.
 *
 * @param {import('esbuild').PluginBuild} build
 */
function keepBinding({ onLoad }) {
  onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, ({ path }) => ({
    contents: readFileSync(path, 'utf8').replace(/require\((`\.\.\/bin\/[^`]+`)\)/, 'require(String($1))'),
  }));
}

/**
 * Quality 5 takes a second for 5 MB; 9 takes 13 times as long for 4% less.
 *
 * @param {string} from
 * @param {string} to
 */
async function compress(from, to) {
  const bytes = readFileSync(from);
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 5, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(to, await promisify(brotliCompress)(bytes, { params }));
}
