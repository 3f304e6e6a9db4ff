import type { Command } from 'commander';
import type { Parameters } from '../engine/parameters.ts';
import type { VideoFindings } from './doctor-file.ts';
import type { FleetFlags } from './doctor-fleet.ts';
import type { Finding } from './doctor-text.ts';
import { configOption, type ReadingFlags, readingOptions, setOption, withReading } from './options.ts';

const INSTALL = 'npm install twintrack (in a clone: npm ci), which brings onnxruntime and the models';

interface DoctorOptions extends ReadingFlags, FleetFlags {
  readonly json?: boolean;
  readonly config?: string;
  readonly set: string[];
}

/** Registers `twintrack doctor`. */
export function doctorCommand(program: Command): void {
  const command = program
    .command('doctor')
    .argument('[file]', 'a video, a folder of pictures, - for standard input, or a .txt file of boxes')
    .summary('check the installation, a file, or a queue and store, and how to fix what is wrong')
    .description(
      'Without a file: checks Node, ffmpeg with its H.264 encoder, the inference library and the models, by using each. ' +
        'Takes the parameters of a run, so that "--set detection.provider=cuda" checks the accelerator.\n' +
        'With a file: decodes it to its end and says what it is, what "track" makes of it, and what changes that. The ' +
        'exit code is 1 when it is damaged or cannot be tracked.\n' +
        'With --queue or --store: whether workers can use them, and jobs are safe there.',
    );
  for (const option of readingOptions()) command.addOption(option);
  command
    .addOption(configOption())
    .addOption(setOption())
    .option('--queue [url]', 'check this queue of "twintrack worker" (without a value: TWINTRACK_QUEUE)')
    .option('--store [where]', 'check this store (without a value: TWINTRACK_STORE)')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Examples:
  twintrack doctor                          the installation
  twintrack doctor street.mp4               what is in a video, and whether it is whole
  twintrack doctor dvr.avi --sar 2:1        with the pixels that its recorder means
  twintrack doctor detections.txt           what the reader says of a file of boxes
  twintrack doctor --queue --store          those of the environment`,
    )
    .action(async (file: string | undefined, options: DoctorOptions) => {
      if (options.queue !== undefined || options.store !== undefined) {
        const { examineFleet } = await import('./doctor-fleet.ts');
        return printFindings(await examineFleet(options), options);
      }
      const { loadParameters } = await import('../engine/configuration.ts');
      const parameters = await withReading(await loadParameters(options.config, options.set), options);
      if (file === undefined) printFindings(await examine(parameters), options);
      else await doctorFile(file, parameters, options);
    });
}

function printFindings(findings: readonly Finding[], { json }: DoctorOptions): void {
  if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
  else {
    const width = Math.max(...findings.map((f) => f.part.length));
    for (const { part, ok, found, fix } of findings) {
      process.stdout.write(`${ok ? 'ok     ' : 'MISSING'}  ${part.padEnd(width)}  ${found}\n`);
      if (fix) process.stdout.write(`${' '.repeat(9)}${' '.repeat(width)}  fix: ${fix}\n`);
    }
  }
  if (findings.some((f) => !f.ok)) process.exitCode = 1;
}

async function doctorFile(file: string, parameters: Parameters, { json, ...flags }: DoctorOptions): Promise<void> {
  const { examineBoxes, examineVideo, isBoxFile } = await import('./doctor-file.ts');
  const { boxesText, videoText } = await import('./doctor-text.ts');
  const { interruptible } = await import('./interrupt.ts');
  const { startBar } = await import('./progress.ts');
  const bar = await startBar();
  await interruptible(bar.stop, async (signal) => {
    const boxes = isBoxFile(file) ? await examineBoxes(file) : undefined;
    const found = boxes ?? (await examineVideo(file, { ...parameters.video, signal }, bar.update));
    bar.stop();
    const text = boxes ? boxesText(boxes) : videoText(found as VideoFindings, flags);
    process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : text);
    if (!found.ok) process.exitCode = 1;
  });
}

async function examine(parameters: Parameters): Promise<Finding[]> {
  const ffmpeg = await checkFfmpeg();
  return [
    checkNode(),
    ffmpeg,
    await checkEncoder(ffmpeg),
    await checkProviders(),
    await checkDetector(parameters),
    await checkSiamese(parameters),
  ];
}

function checkNode(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { part: 'Node', ok, found: process.versions.node, ...(ok ? {} : { fix: 'install Node 20.19 or later' }) };
}

async function checkFfmpeg(): Promise<Finding> {
  const part = 'ffmpeg';
  const { findFfmpeg, installCommand } = await import('../video/index.ts');
  try {
    const { version, path } = await findFfmpeg();
    return { part, ok: true, found: `${version} (${path === 'ffmpeg' ? 'on the PATH' : path})` };
  } catch (error) {
    const fix = process.env.FFMPEG_BIN ? 'set FFMPEG_BIN to the path of ffmpeg 4.4 or later' : installCommand();
    return { part, ok: false, found: reasonOf(error), fix };
  }
}

/** Encodes two small pictures. */
async function checkEncoder(ffmpeg: Finding): Promise<Finding> {
  const part = 'H.264 encoder';
  if (!ffmpeg.ok) return { part, ok: false, found: 'not checked, since it is part of ffmpeg' };
  const { rm } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { openVideoWriter, installCommand } = await import('../video/index.ts');
  const { i420Layout } = await import('../video/i420.ts');
  const { makeTemporaryFolder } = await import('../files/temporary.ts');
  let folder: string;
  try {
    folder = makeTemporaryFolder();
  } catch (error) {
    const [found, fix] = (error as Error).message.split('; ');
    return { part, ok: false, found: `not checked: ${found}`, fix };
  }
  try {
    const writer = await openVideoWriter(join(folder, 'check.mp4'), { width: 64, height: 64, frameRate: 25 });
    for (let i = 0; i < 2; i++) await writer.write(new Uint8Array(i420Layout(64, 64).bytes).fill(128), i / 25);
    await writer.close();
    return { part, ok: true, found: 'works' };
  } catch (error) {
    return { part, ok: false, found: reasonOf(error), fix: installCommand() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Asks onnxruntime, and loads a network with what `auto` takes. */
async function checkProviders(): Promise<Finding> {
  const part = 'providers';
  try {
    const { findRuntime } = await import('../inference/onnx/runtime.ts');
    const { offeredProviders } = await import('../inference/provider.ts');
    const { loadDetector } = await import('../detection/index.ts');
    const offered = await offeredProviders(await findRuntime());
    const detector = await loadDetector(undefined, { provider: 'auto', parallel: 'operators' });
    await detector.close();
    return { part, ok: true, found: `${offered.join(', ')}; auto takes ${detector.provider}` };
  } catch (error) {
    return { part, ok: false, found: reasonOf(error), fix: INSTALL };
  }
}

/** Runs the shipped detector on a grey picture. */
async function checkDetector({ detection }: Parameters): Promise<Finding> {
  const part = 'detector';
  try {
    const { loadDetector } = await import('../detection/index.ts');
    const detector = await loadDetector(undefined, detection);
    try {
      const [width, height] = [320, 240];
      const letterbox = detector.letterbox(width, height);
      const input = new Uint8Array(3 * letterbox.width * letterbox.height).fill(128);
      await detector.detect({ index: 0, time: 0, width, height, input });
      return {
        part,
        ok: true,
        found: `${detector.name} works on ${detector.provider} (sha256 ${detector.sha256.slice(0, 12)}…)`,
      };
    } finally {
      await detector.close();
    }
  } catch (error) {
    return { part, ok: false, found: reasonOf(error), fix: fixOf(error) };
  }
}

/** Embeds two grey pictures. */
async function checkSiamese({ appearance, detection: { cores, provider } }: Parameters): Promise<Finding> {
  const part = 'appearance';
  try {
    const { loadSiamese } = await import('../appearance/siamese.ts');
    const { PATCH_BYTES } = await import('../appearance/patches.ts');
    const model = await loadSiamese(appearance.model, cores, provider);
    try {
      const embeddings = await model.embed(new Uint8Array(2 * PATCH_BYTES).fill(128));
      const ok = model.similarity(embeddings, 0, embeddings, 1) >= 0.5;
      const found = ok
        ? `${model.name} works on ${model.provider} (sha256 ${model.sha256.slice(0, 12)}…)`
        : 'takes a picture for two people';
      return { part, ok, found, ...(!ok && { fix: INSTALL }) };
    } finally {
      await model.close();
    }
  } catch (error) {
    return { part, ok: false, found: reasonOf(error), fix: fixOf(error) };
  }
}

/** What is wrong, without the fix that messages end with: it is printed on its own. */
function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('; ')[0];
}

/** The fix that a message ends with; the error of a broken installation has none. */
function fixOf(error: unknown): string {
  return error instanceof Error ? error.message.split('; ').slice(1).join('; ') || INSTALL : INSTALL;
}
