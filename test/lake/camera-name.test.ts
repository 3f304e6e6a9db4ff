import { expect, it } from 'vitest';
import { cameraOf } from '../../src/lake/camera-name.ts';

it.each([
  ['door_2026-11-28_08-00-00.mp4', 'door'],
  ['2026-11-28 08.00.00 door.mkv', 'door'],
  ['cam1_20261128080000.mp4', 'cam1'],
  ['20261128T080000Z-north entrance.mp4', 'north entrance'],
  ['door-2026.11.28.mp4', 'door'],
  ['door_20261128T080000.250+01:00.mp4', 'door'],
  ['pets09-s2l1.mp4', 'pets09-s2l1'],
  ['street', 'street'],
  ['2026-11-28_08-00-00.mp4', 'yard'],
  ['rtsp://***@10.0.0.7/door.mp4', 'yard'],
])('is known by the name of the video: %s', (source, camera) => {
  expect(cameraOf('out/yard/a.trajectories.json', source)).toBe(camera);
});
