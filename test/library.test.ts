import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeClip, temporaryFolder } from './video/clips.ts';

const root = join(import.meta.dirname, '..');
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, unknown>;
};

/** A project that has the built package installed. */
const project = temporaryFolder();
mkdirSync(join(project, 'node_modules/@types'), { recursive: true });
symlinkSync(root, join(project, 'node_modules/twintrack'), 'dir');
for (const name of ['@types/node', 'undici-types'])
  symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name));

function run(script: string, ...args: string[]): string {
  const file = join(project, 'script.mjs');
  writeFileSync(file, script);
  return execFileSync(process.execPath, [file, ...args], { encoding: 'utf8', cwd: project });
}

const CONSUMER = `
import { createTracker, type Detections, loadParameters, track, Tracker, TwintrackError, trackVideo, type TrackSummary } from 'twintrack';
import { Analysis, resolveAreas, ZoneCounter, type AreaEvent } from 'twintrack/analytics';
import { loadSiamese, readPatch } from 'twintrack/appearance';
import { type Detector, loadDetector } from 'twintrack/detection';
import { evaluateSequence, figures } from 'twintrack/evaluation';
import { exportTrajectories } from 'twintrack/export';
import { writeReport } from 'twintrack/report';
import { Tracker as Same, type TrackedFrame } from 'twintrack/tracking';
import { readTrajectories, type Trajectory } from 'twintrack/trajectories';
import { type Frame, openVideo } from 'twintrack/video';

const tracker: Same = await createTracker({ parameters: { lostSeconds: 2 } });
const detections: Detections = { length: 1, boxes: Float64Array.of(10, 10, 20, 60), scores: Float32Array.of(0.9) };
for (const { id, box } of tracker.update(detections, 0.04)) console.log(id.toFixed(), box[0]);
tracker.update([{ box: [10, 10, 20, 60], score: 0.9 }], 0.08);
// @ts-expect-error the score is to be named
new Tracker({ parameters: { lostSeconds: 2 } });

export async function all(path: string): Promise<TrackSummary> {
  const detector: Detector = await loadDetector('rtmdet-nano');
  const video = await openVideo(path, { letterbox: ({ width, height }) => detector.letterbox(width, height) });
  for await (const frame of video) console.log((await detector.detect(frame satisfies Frame)).length);
  await detector.close();
  const model = await loadSiamese();
  const [a, b] = [await model.embed(await readPatch('a.jpg')), await model.embed(await readPatch('b.jpg'))];
  console.log(model.similarity(a, 0, b, 0).toFixed());
  await model.close();
  const parameters = await loadParameters(undefined, ['tracking.lostSeconds=3']);
  const { appearance } = parameters;
  await createTracker({ appearance: model, appearanceParameters: appearance, association: 'hand-set' });
  for await (const { index, time, people } of track(path, { detector, appearance: model, maxFrames: 10 }))
    for (const { id, box: [x, y], score } of people) console.log(index, time, id, x, y, score);
  const summary = await trackVideo(path, { out: 'out', annotate: false, parameters });
  const { trajectories } = await readTrajectories(summary.files.trajectories ?? '');
  trajectories satisfies readonly Trajectory[];
  const areas = resolveAreas(parameters, { width: 640, height: 480 });
  new Analysis(areas).add(trajectories[0]) satisfies AreaEvent[];
  console.log(new ZoneCounter(areas).lines[0].in.toFixed());
  await exportTrajectories(path, { to: 'csv', out: 'people.csv' });
  await writeReport(path, { out: 'report.html', areas: parameters });
  if (summary.error) throw new TwintrackError(summary.error);
  return summary;
}
export type { TrackedFrame };
export { evaluateSequence, figures };
// @ts-expect-error boxes of columns are typed arrays
tracker.update({ length: 0, boxes: [], scores: [] }, 1);
`;

describe('the built package as a library', () => {
  it('gives each of its entry points', () => {
    const entries = Object.keys(exports).map((path) => path.replace('.', 'twintrack'));
    expect(entries).toContain('twintrack/detection');
    const script = `
      for (const entry of ${JSON.stringify(entries.filter((entry) => !entry.endsWith('.json')))})
        console.log(entry, Object.keys(await import(entry)).length > 0);`;
    expect(run(script).trim().split('\n')).toEqual(
      entries.filter((entry) => !entry.endsWith('.json')).map((entry) => `${entry} true`),
    );
    const json = entries.filter((entry) => entry.endsWith('.json'));
    const read = `
      import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      console.log(${JSON.stringify(json)}.map((entry) => typeof require(entry)).join());`;
    expect(run(read).trim()).toBe(json.map(() => 'object').join());
    expect(run("import('twintrack/pipeline.js').catch(({ code }) => console.log(code));").trim()).toBe(
      'ERR_PACKAGE_PATH_NOT_EXPORTED',
    );
  });

  it('tracks boxes of one’s own', () => {
    const script = `
      import { createTracker } from 'twintrack/tracking';
      const tracker = await createTracker();
      for (let i = 0; i < 20; i++) {
        const tracks = tracker.update([{ box: [10 + i, 10, 20, 60], score: 0.9 }], i / 10);
        if (i === 19) console.log(tracks.length, tracks[0].id, tracks[0].state, Math.round(tracks[0].velocity[0]));
      }`;
    expect(run(script).trim()).toBe('1 1 confirmed 10');
  });

  it('tracks a video with every setting left out', () => {
    const clip = makeClip(join(project, 'clip.mp4'), 'testsrc2=s=64x48:r=10:d=1', '-c:v', 'libx264');
    const script = `
      import { trackVideo } from 'twintrack';
      const { frames, files } = await trackVideo(process.argv[2], { out: 'out' });
      console.log(frames, Object.keys(files).join());`;
    expect(run(script, clip).trim()).toBe('10 trajectories,mot,annotated');
  });

  it('has types that a strict project compiles', () => {
    writeFileSync(join(project, 'consumer.ts'), CONSUMER);
    const options = {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      noEmit: true,
      types: ['node'],
      skipLibCheck: false,
    };
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['consumer.ts'] }));
    const { stdout, status } = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', project],
      { encoding: 'utf8' },
    );
    expect([status, stdout]).toEqual([0, '']);
  });
});

describe('the package', () => {
  it('holds what is needed, and nothing else', () => {
    const [{ files }] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
    );
    const paths: string[] = files.map(({ path }: { path: string }) => path);
    for (const needed of [
      'LICENSE',
      'README.md',
      'package.json',
      'dist/cli.js',
      'src/report/page/page.css',
      'src/report/page/page.js',
      'src/live/monitoring/page/page.js',
      'src/zones/page/page.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/inference/worker.js',
      'dist/trajectories/trajectories.schema.json',
      'models/rtmdet-nano-person.onnx',
      'fonts/western.br',
      'fonts/east-asian.br',
      'fonts/OFL.txt',
      'NOTICE',
      'scripts/setup.mjs',
      'docs/install.md',
      'docs/images/annotated.jpg',
      'examples/track-and-report.mjs',
      'videos/ATTRIBUTION.md',
    ])
      expect(paths).toContain(needed);
    const models = paths.filter((path) => path.startsWith('models/'));
    expect(models.map((path) => path.slice(7).replace(/\.\w+$/, ''))).toEqual([
      ...['rtmdet-nano-person', 'rtmdet-nano-person', 'rtmdet-nano-person'],
      ...['siamese-calibration', 'siamese-embedding', 'siamese-head', 'siamese', 'siamese'],
    ]);
    const others = paths.filter(
      (path) =>
        !/^(dist|runtime|models|fonts|docs|examples)\/|^src\/(live\/monitoring|report|zones)\/page\/|^(LICENSE|NOTICE|README\.md|CHANGELOG\.md|CONTRIBUTING\.md|package\.json|scripts\/setup\.mjs|videos\/ATTRIBUTION\.md)$/.test(
          path,
        ),
    );
    expect(others).toEqual([]);
    expect(paths.filter((path) => /\.(ts|map)$/.test(path) && !path.endsWith('.d.ts'))).toEqual([]);
  });
});
