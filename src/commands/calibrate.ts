import { type Command, Option } from 'commander';
import type { CalibrationParameters } from '../analytics/index.ts';
import { UsageError } from '../core/errors.ts';
import { repeated } from './options.ts';

interface CalibrateOptions {
  readonly point: string[];
  readonly unit?: 'metres' | 'degrees';
  readonly origin?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Registers `twintrack calibrate`. */
export function calibrateCommand(program: Command): void {
  program
    .command('calibrate')
    .argument('[points]', 'text file with lines x,y,X,Y, or a config file (.yaml) with a calibration')
    .summary('fit the ground plane: pixels to metres, or to places on earth')
    .description(
      'Fits the ground plane to four or more points, given in pixels of the picture (x, y) and on the ground (X, Y), in metres or in ' +
        'degrees of longitude and latitude. Prints the error of each point, and writes a config file.',
    )
    .addOption(
      new Option('--point <x,y=X,Y>', 'a point in the picture and on the ground; may be repeated')
        .argParser(repeated)
        .default([], 'none'),
    )
    .addOption(new Option('--unit <unit>', 'unit of X, Y (default: metres)').choices(['metres', 'degrees']))
    .option(
      '--origin <lon,lat[,heading]>',
      'place on earth of ground point 0,0; degrees clockwise from north to the y axis',
    )
    .option('--out <file>', 'config file to write, for --config')
    .option('--json', 'print the result as one JSON object')
    .addHelpText(
      'after',
      `
Examples:
  twintrack calibrate --point 100,500=0,0 --point 700,500=8,0 --point 560,200=8,20 --point 220,200=0,20 --out ground.yaml
  twintrack calibrate points.csv --unit degrees --out ground.yaml
  twintrack calibrate ground.yaml                       the residuals once more
  twintrack export street.trajectories.json --to geojson --config ground.yaml`,
    )
    .action(calibrate);
}

async function calibrate(file: string | undefined, options: CalibrateOptions): Promise<void> {
  const { GroundPlane } = await import('../analytics/index.ts');
  const calibration = await readCalibration(file, options);
  const ground = new GroundPlane(calibration);
  const residuals = ground.residuals.map(({ metres, pixels }) => ({ metres, pixels }));
  const rms = Math.sqrt(residuals.reduce((sum, { metres }) => sum + metres ** 2, 0) / residuals.length);
  const lines = ['       picture (pixels)       ground   off by (m)   (pixels)'];
  for (const [i, { image, ground }] of calibration.points.entries()) {
    const { metres, pixels } = residuals[i];
    lines.push(
      `${String(i + 1).padStart(3)}  ${image.join(', ').padStart(18)} ${ground.join(', ').padStart(12)} ${metres.toFixed(3).padStart(12)} ${pixels.toFixed(1).padStart(10)}`,
    );
  }
  lines.push(`root mean square ${rms.toFixed(3)} m`);
  if (residuals.length === 4) lines.push('Four points always fit: add more to see how good they are.');
  if (options.out !== undefined) {
    const { OutputFile, refuseInputs } = await import('../files/output-file.ts');
    if (file !== undefined) await refuseInputs(options.out, file);
    const head = ['Written by twintrack calibrate.', ...lines].map((line) => `# ${line}`.trimEnd());
    await OutputFile.put(options.out, [...head, ...section(calibration), ''].join('\n'));
  }
  if (options.json) {
    const homography = Array.from(ground.homography);
    process.stdout.write(`${JSON.stringify({ homography, residuals, rms, calibration })}\n`);
  } else process.stdout.write(`${lines.join('\n')}\n`);
}

/** The calibration as lines of a config file, a point on each. */
function section({ unit, points, origin }: CalibrationParameters): string[] {
  const place =
    origin && `{ longitude: ${origin.longitude}, latitude: ${origin.latitude}, heading: ${origin.heading} }`;
  return [
    'calibration:',
    `  unit: ${unit}`,
    ...(place ? [`  origin: ${place}`] : []),
    '  points:',
    ...points.map(({ image, ground }) => `    - { image: [${image.join(', ')}], ground: [${ground.join(', ')}] }`),
  ];
}

async function readCalibration(
  file: string | undefined,
  { point, unit, origin }: CalibrateOptions,
): Promise<CalibrationParameters> {
  if ((file === undefined) === (point.length === 0))
    throw new UsageError('calibrate: give the points as a file or with --point; for example --point 100,500=0,0');
  if (file !== undefined && /\.(ya?ml|json)$/i.test(file)) {
    if (unit !== undefined || origin !== undefined)
      throw new UsageError(`${file}: says itself what --unit and --origin would; change it there`);
    const { loadParameters } = await import('../engine/configuration.ts');
    const { calibration } = await loadParameters(file);
    if (calibration) return calibration;
    throw new UsageError(`${file}: has no section calibration; give a file of points or one that calibrate wrote`);
  }
  const { calibrationParameters } = await import('../analytics/index.ts');
  const rows = file === undefined ? point.map((text) => numbers(`--point ${text}`, text, 4)) : await readPoints(file);
  const points = rows.map(([x, y, X, Y]) => ({ image: [x, y], ground: [X, Y] }));
  const [longitude, latitude, heading] = origin === undefined ? [] : numbers(`--origin ${origin}`, origin, 2, 3);
  const result = calibrationParameters.safeParse({
    unit,
    points,
    ...(origin !== undefined && { origin: { longitude, latitude, ...(heading !== undefined && { heading }) } }),
  });
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0];
  throw new UsageError(`calibration.${path.join('.')}: ${message}`);
}

/** Lines of four numbers, separated by commas or blanks; a head line, empty ones and those after # are left out. */
async function readPoints(file: string): Promise<number[][]> {
  const { linesOf } = await import('../files/lines.ts');
  const rows: number[][] = [];
  let number = 0;
  for await (const line of linesOf(file)) {
    const text = line.replace(/#.*/, '').trim();
    number++;
    if (text === '' || (rows.length === 0 && /^[a-z]/i.test(text))) continue;
    rows.push(numbers(`${file}: line ${number}`, text, 4));
  }
  return rows;
}

function numbers(subject: string, text: string, least: number, most = least): number[] {
  const values = text.split(/[\s,;=]+/).map((part) => (part === '' ? Number.NaN : Number(part)));
  if (values.length >= least && values.length <= most && values.every(Number.isFinite)) return values;
  throw new UsageError(
    `${subject}: not ${least}${most > least ? ` or ${most}` : ''} numbers; for example ${least === 4 ? '100,500=0,0' : '11.57,48.14'}`,
  );
}
