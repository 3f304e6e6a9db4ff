import { defineConfig } from 'vitest/config';

/*
 * Three layers of tests. A file is a unit test unless it is listed here, and a unit test starts no process (so it opens no
 * video) and needs no build: test/setup/unit.ts sees to it.
 */

/** Real processes, videos, networks and the built command. */
const INTEGRATION = [
  'test/*.test.ts',
  'test/{commands,report,search}/*.test.ts',
  'test/appearance/patches.test.ts',
  'test/detection/models.test.ts',
  'test/docs/*.test.ts',
  'test/engine/{odd-parts,parts,sample,track}.test.ts',
  'test/evaluation/command.test.ts',
  'test/fleet/!(address).test.ts',
  'test/footage/*.test.ts',
  'test/files/{folder-lock,output-file}.test.ts',
  'test/{appearance,association,learning}/exports.test.ts',
  'test/inference/{exit,provider,telemetry,webgpu}.test.ts',
  'test/learning/siamese/{adapt-siamese,command,picture-folder,train-siamese,video-people}.test.ts',
  'test/live/!(clock|following|outputs|site-people).test.ts',
  'test/models/*.test.ts',
  'test/tracking/from-pixels.test.ts',
  'test/lake/!(camera-name).test.ts',
  'test/store/s3-store.test.ts',
  'test/trajectories/json.test.ts',
  'test/zones/{command,page}.test.ts',
  'test/video/!(clock|started-at|frame-log|i420|joined|letterbox|timeline).test.ts',
];

/**
 * What takes minutes or fails on purpose: killed processes, full disks, overload, soak, damaged files and videos; and the
 * blocks of the documentation that train or need a camera.
 */
const LONG = [
  'test/commands/interrupt.test.ts',
  'test/docs/{camera,learning}-blocks.test.ts',
  'test/files/fuzz.test.ts',
  'test/fleet/{cameras,failures-redis,failures-postgres}.test.ts',
  'test/live/{clocks,full-disk,load,networks,reconnect,soak,viewers}.test.ts',
  'test/video/damage.test.ts',
];

/** Setup of the layers that run the built command. */
const BUILT = { globalSetup: './test/setup/build.ts', setupFiles: './test/setup/processes.ts' };

export default defineConfig({
  test: {
    maxWorkers: 2, // many tests wait for a camera's time to pass
    testTimeout: 180_000,
    hookTimeout: 120_000,
    env: { ORT_DISABLE_TELEMETRY: '1' }, // some tests use onnxruntime by itself
    reporters: ['default', './test/setup/skipped-reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...INTEGRATION, ...LONG],
          setupFiles: './test/setup/unit.ts',
          isolate: false, // to load the libraries once takes half the time
        },
      },
      {
        extends: true,
        test: { name: 'integration', include: INTEGRATION, exclude: LONG, ...BUILT },
      },
      { extends: true, test: { name: 'long', include: LONG, ...BUILT } },
    ],
  },
});
