import { writeFileSync } from 'node:fs';
import { trajectoriesJsonSchema } from '../src/trajectories/schema.ts';

/** `npm run schema:build`: writes the JSON Schema of the trajectories document beside its source. */
const file = new URL('../src/trajectories/trajectories.schema.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(trajectoriesJsonSchema(), null, 2)}\n`);
