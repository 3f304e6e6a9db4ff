import { afterAll, vi } from 'vitest';
import { killRunning } from '../commands/cli.ts';
import { slowness } from '../machine.ts';
import { removeTemporaryFolders } from '../temporary-folder.ts';

/* Setup of each test file with processes: on a slow machine its tests have more time before they are given up. */

vi.setConfig({ testTimeout: 60_000 * slowness(), hookTimeout: 120_000 * slowness() });

afterAll(() => {
  killRunning();
  removeTemporaryFolders();
});
