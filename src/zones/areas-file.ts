import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { AreaParameters } from '../analytics/index.ts';
import { calibrationParameters } from '../analytics/index.ts';
import { inputError, printable, TwintrackError, UsageError } from '../core/errors.ts';
import { byName, firstProblem } from '../core/schema.ts';
import { readConfig } from '../files/config-file.ts';
import { readError } from '../files/file-errors.ts';
import { OutputFile } from '../files/output-file.ts';
import { type Place, withDrawing } from './config-text.ts';
import { type Drawing, drawingOf, SHAPE_SECTIONS, sectionsOf, usualAnchor } from './drawing.ts';

const shapes = (section: 'zones' | 'lines' | 'ignore') =>
  byName(
    z.string(),
    z.strictObject({
      points: z.array(z.tuple([z.number(), z.number()])).max(1000),
      unit: z.enum(['pixels', 'ratio']).default('pixels'),
      anchor: z.enum(['feet', 'centre']).default(usualAnchor(section)),
    }),
  ).optional();
/** The form of the sections. Whether a shape makes sense is shown on the page, where it can be put right. */
const FORM = z.object({
  zones: shapes('zones'),
  lines: shapes('lines'),
  ignore: shapes('ignore'),
  calibration: calibrationParameters.optional(),
});

/** The file was changed by another program since it was read. */
export class ChangedFileError extends TwintrackError {}

/** What a file holds, and which state of it that is. */
export interface ReadDrawing {
  readonly drawing: Drawing;
  /** Changes with each character of the file. */
  readonly version: string;
}

/** A config file whose areas are drawn. */
export class AreasFile {
  readonly path: string;
  /** The sections that are drawn. */
  readonly sections: readonly (keyof Drawing)[];
  readonly #place: Place;
  readonly #run: AreaParameters | undefined;

  /**
   * @param path a YAML file, which need not exist yet
   * @param place of the sections in it: none for those of its root, else the entry of a camera
   * @param run the areas of a run, for the sections that the file does not have
   * @throws UsageError when it is no YAML file by its name
   */
  constructor(path: string, place: Place = [], run?: AreaParameters) {
    if (!/\.ya?ml$/i.test(path))
      throw new UsageError(`--config ${printable(path)}: is no .yaml file; rename it (JSON is YAML too)`);
    this.path = path;
    this.#place = place;
    this.#run = run;
    this.sections = place.length > 0 ? SHAPE_SECTIONS : [...SHAPE_SECTIONS, 'calibration'];
  }

  /** Reads it. @throws TwintrackError when it cannot be read, or a section is not of its form */
  async read(): Promise<ReadDrawing> {
    const text = await this.#text();
    const values = text === undefined ? {} : await readConfig(this.path);
    const own = this.#parse(
      this.#place.reduce((value, key) => (value as never)?.[key], values as unknown),
      this.#place,
    );
    const inherited = this.#place.length > 0 ? this.#parse(values, []) : this.#run;
    const areas = { zones: {}, lines: {}, ignore: {}, ...inherited, ...own };
    const drawing = drawingOf(areas as AreaParameters, Object.keys(own));
    return { drawing, version: versionOf(text) };
  }

  /**
   * Writes what is drawn, under a temporary name that is then renamed.
   *
   * @param version of the state that was read
   * @returns whether anything is another than before, and the version now
   * @throws ChangedFileError when the file is not in that state any more
   * @throws TwintrackError when it cannot be written
   */
  async save(drawing: Drawing, version: string): Promise<{ changed: boolean; version: string }> {
    const text = await this.#text();
    if (versionOf(text) !== version) {
      const line = `${printable(basename(this.path))} was changed by another program; nothing is written`;
      throw new ChangedFileError(line);
    }
    const result = withDrawing(text ?? '', drawing, await this.#differing(drawing), this.#place);
    if (result === (text ?? '')) return { changed: false, version };
    await OutputFile.put(existsSync(this.path) ? realpathSync(this.path) : this.path, result);
    return { changed: true, version: versionOf(result) };
  }

  /** The sections to write. A camera that has the areas of all cameras keeps having them, unless they differ. */
  async #differing(drawing: Drawing): Promise<(keyof Drawing)[]> {
    if (this.#place.length === 0) return [...this.sections];
    const { drawing: before } = await this.read();
    const [was, is] = [sectionsOf(before), sectionsOf(drawing)];
    return SHAPE_SECTIONS.filter((section) => !isDeepStrictEqual(was[section], is[section]));
  }

  #parse(values: unknown, place: Place): z.infer<typeof FORM> {
    const problem = firstProblem(FORM, values ?? {}, place.join('.'));
    if (problem !== undefined) throw inputError(this.path, problem, 'put it right in the file');
    const parsed = FORM.parse(values ?? {});
    return Object.fromEntries(Object.entries(parsed).filter(([, section]) => section !== undefined));
  }

  /** Its text; undefined where there is no file. */
  async #text(): Promise<string | undefined> {
    return readFile(this.path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw readError(this.path, error);
    });
  }
}

function versionOf(text: string | undefined): string {
  return text === undefined ? 'none' : createHash('sha256').update(text).digest('hex');
}
