import { rmSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PATCH_HEIGHT, PATCH_WIDTH, PatchCutter } from '../appearance/patches.ts';
import { inputError } from '../core/errors.ts';
import { runAtExit } from '../files/at-exit.ts';
import { writeError } from '../files/file-errors.ts';
import { temporaryPath } from '../files/temporary.ts';
import { jpegArguments } from '../video/encode-stills.ts';
import { exitReason, type FfmpegProcess, findFfmpeg, lastError, startFfmpeg } from '../video/ffmpeg.ts';
import { INDEX } from './index-file.ts';

/** The folder of an album: JPEG pictures, numbered as they come, and the index. It gets its name when it is complete. */
export class PatchPictures {
  readonly cutter: PatchCutter;
  private readonly path: string;
  private readonly temporary: string;
  private readonly encoder: FfmpegProcess;
  private count = 0;
  private readonly forget: () => void;

  /**
   * @param path the folder; one that an earlier run has made is replaced in the end
   * @param colourSpace ffmpeg's name of the YUV matrix of the frames
   * @throws TwintrackError when it cannot be written there
   */
  static async create(path: string, colourSpace: string | undefined): Promise<PatchPictures> {
    const there = await readdir(path).catch((): string[] => []);
    if (there.length > 0 && !there.includes(INDEX))
      throw inputError(
        path,
        'a folder of something else has this name',
        'move it away or choose another output folder',
      );
    const ffmpeg = await findFfmpeg();
    const temporary = temporaryPath(path, 'patches');
    try {
      await mkdir(temporary);
    } catch (cause) {
      throw writeError(path, cause);
    }
    const patches = { width: PATCH_WIDTH, height: PATCH_HEIGHT, format: 'rgbPlanes' } as const;
    const pattern = `file:${join(temporary.replaceAll('%', '%%'), '%06d.jpg')}`;
    const encoder = startFfmpeg(ffmpeg, [...jpegArguments(patches, { quality: 2 }), '-f', 'image2', pattern], {
      stdin: true,
    });
    return new PatchPictures(path, temporary, colourSpace, encoder);
  }

  private constructor(path: string, temporary: string, colourSpace: string | undefined, encoder: FfmpegProcess) {
    this.path = path;
    this.temporary = temporary;
    this.encoder = encoder;
    this.cutter = new PatchCutter(colourSpace);
    this.forget = runAtExit(() => rmSync(temporary, { recursive: true, force: true }));
  }

  /** Writes a patch. @returns the name of its picture */
  async add(patch: Uint8Array): Promise<string> {
    const written = await new Promise<boolean>((resolve) =>
      this.encoder.stdin!.write(patch, (error) => resolve(!error)),
    );
    if (!written) throw writeError(this.path, new Error(lastError(this.encoder.log) || 'ffmpeg has ended'));
    this.count++;
    return `${String(this.count).padStart(6, '0')}.jpg`;
  }

  /** Completes the pictures. */
  async end(): Promise<void> {
    this.encoder.stdin!.end();
    const exit = await this.encoder.exited;
    if (this.count > 0 && exit.code !== 0) throw new Error(lastError(this.encoder.log) || exitReason(exit));
  }

  /** Removes a picture, after `end`. */
  async remove(file: string): Promise<void> {
    await rm(join(this.temporary, file));
  }

  /** Adds the index and gives the folder its name. */
  async commit(index: string): Promise<void> {
    await writeFile(join(this.temporary, INDEX), index);
    await rm(this.path, { recursive: true, force: true });
    await rename(this.temporary, this.path);
    this.forget();
  }

  /** Removes what there is of it. */
  async abort(): Promise<void> {
    this.encoder.kill();
    await this.encoder.exited;
    await rm(this.temporary, { recursive: true, force: true });
    this.forget();
  }
}
