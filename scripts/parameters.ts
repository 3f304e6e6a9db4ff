import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parameterTable } from '../src/engine/parameters.ts';
import { cameraParametersSchema } from '../src/live/parameters.ts';

/** The page of all parameters. */
export const file = fileURLToPath(new URL('../docs/parameters.md', import.meta.url));

interface Field {
  readonly type?: string;
  readonly default: unknown;
  readonly unit?: string;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly const?: unknown;
  readonly anyOf?: readonly Field[];
  readonly enum?: readonly string[];
  readonly items?: Field;
}

/** Writes the page from the schema: a table for each stage. */
export function parametersPage(): string {
  const schema = z.toJSONSchema(cameraParametersSchema, { io: 'input' }) as unknown as {
    readonly properties: Record<string, { readonly properties?: Record<string, Field> }>;
  };
  const stages = new Set(parameterTable(cameraParametersSchema).map(({ key }) => key.split('.')[0]));
  const sections = [...stages].map((stage) => {
    const { properties = {} } = schema.properties[stage];
    const rows = Object.entries(properties).map(([name, field]) => {
      const unit = field.unit && field.unit !== 'yes/no' ? field.unit : '';
      return `| \`${stage}.${name}\` | ${shown(field.default)} | ${range(field)} | ${unit} | ${field.description ?? ''} |`;
    });
    return [`## ${stage}`, '', '| parameter | default | values | unit | |', '|---|---|---|---|---|', ...rows].join(
      '\n',
    );
  });
  return `# Parameters

<!-- Written by \`npm run docs:parameters\` from the schemas; not to be edited by hand. -->

The defaults are meant for every video. To change one parameter for a run, use \`--set stage.name=value\`. To change several, write a YAML file and give it
with \`--config\`:

\`\`\`yaml
tracking:
  lostSeconds: 3
detection:
  minScore: 0.2
\`\`\`

A value of \`--set\` overrides that of the file, and a value of the file overrides the default. A trajectories file holds all parameters of its run. From
TypeScript, give them as \`parameters: { tracking: { lostSeconds: 3 } }\` ([library](library.md)).

A file can also have the sections \`zones\`, \`lines\`, \`ignore\` and \`calibration\` ([counting](counting.md)), and for \`twintrack stream\` the section \`cameras\`
([live cameras](live.md)).

${sections.join('\n\n')}
`;
}

function range({ type, minimum, maximum, enum: values, const: only, anyOf, items }: Field): string {
  if (anyOf) return anyOf.map(range).join(', ');
  if (only !== undefined) return shown(only);
  if (values) return values.map(shown).join(', ');
  if (items) return `list of ${range(items)}`;
  if (type === 'boolean') return 'true, false';
  if (type === 'string') return 'text';
  return `${minimum ?? '−∞'} … ${maximum ?? '∞'}`;
}

function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value) || '(none)';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(file, parametersPage());
