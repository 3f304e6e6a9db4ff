import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll } from 'vitest';
import { removeTemporaryFolders } from '../temporary-folder.ts';

/* Setup of each unit test file: it starts no process, and so opens no video, as ffmpeg is one. */

const STARTERS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const;

for (const name of STARTERS) {
  const refuse = (command: unknown): never => {
    throw new Error(
      `a unit test starts no process (${name} of ${command}); list the file under INTEGRATION in vitest.config.ts`,
    );
  };
  Object.assign(childProcess, { [name]: refuse });
}
syncBuiltinESMExports();

afterAll(removeTemporaryFolders);
