#!/usr/bin/env node
/**
 * Makes sure that ffmpeg is there: silent when it is, else installs it with the system's package manager, or prints the command to run
 * when that needs a password. Runs any number of times.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** Package managers in the order in which they are looked for, and the command of each that installs ffmpeg. */
const MANAGERS = [
  ['brew', 'brew install ffmpeg'],
  ['winget', 'winget install --silent --accept-source-agreements --accept-package-agreements ffmpeg'],
  ['apt-get', 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends ffmpeg'],
  ['dnf', 'dnf -qy install ffmpeg || dnf -qy install ffmpeg-free'],
  ['yum', 'yum -qy install ffmpeg'],
  ['apk', 'apk add --quiet ffmpeg'],
  ['pacman', 'pacman -Sy --noconfirm ffmpeg'],
  ['zypper', 'zypper -q install -y ffmpeg'],
];

if (!hasFfmpeg()) install();

function hasFfmpeg() {
  return [process.env.FFMPEG_BIN, 'ffmpeg', packagedFfmpeg()].some(
    (path) => path && spawnSync(path, ['-hide_banner', '-version']).status === 0,
  );
}

/** @returns {string | undefined} */
function packagedFfmpeg() {
  try {
    return createRequire(import.meta.url)('ffmpeg-static');
  } catch {
    return undefined;
  }
}

function install() {
  const [manager, command] = MANAGERS.find(([name]) => isOnPath(name)) ?? [];
  if (!manager || !command)
    fail('ffmpeg is missing and no package manager was found; install it from https://ffmpeg.org/download.html');
  const root = manager === 'brew' || manager === 'winget' || run('id', ['-u']).stdout?.trim() === '0';
  if (!root && !(isOnPath('sudo') && run('sudo', ['-n', 'true']).status === 0))
    fail(`ffmpeg is missing; run: sudo sh -c '${command}'`);

  process.stderr.write(`setup: installing ffmpeg: ${command}\n`);
  const shell = process.platform === 'win32' ? ['cmd', '/c', command] : ['sh', '-c', command];
  const [program, ...args] = root ? shell : ['sudo', '-n', ...shell];
  spawnSync(program, args, { stdio: ['inherit', process.stderr, process.stderr] });
  if (!hasFfmpeg()) fail(`ffmpeg could not be installed; run: ${command}`);
}

/** @param {string} name */
function isOnPath(name) {
  const endings = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => endings.some((ending) => existsSync(join(folder, name + ending))));
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 */
function run(program, args) {
  return spawnSync(program, args, { encoding: 'utf8' });
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}
