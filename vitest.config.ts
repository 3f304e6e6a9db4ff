import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    maxWorkers: 2, // many tests wait for a camera's time to pass
    testTimeout: 60_000,
    hookTimeout: 120_000,
    globalSetup: './test/setup.ts',
    env: { ORT_DISABLE_TELEMETRY: '1' }, // some tests use onnxruntime by itself
  },
});
