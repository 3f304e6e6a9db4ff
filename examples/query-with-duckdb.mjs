// Trajectories as Parquet, asked with SQL (npm install @duckdb/node-api).
//   node examples/query-with-duckdb.mjs out/pets09-s2l1.trajectories.json people.parquet
import { DuckDBConnection } from '@duckdb/node-api';
import { exportTrajectories } from 'twintrack/export';

const [file, out] = process.argv.slice(2);
await exportTrajectories(file, { to: 'parquet', out });

const duckdb = await DuckDBConnection.create();
const longest = await duckdb.runAndReadAll(`
  SELECT id, round(max(time) - min(time), 1) AS seconds, round(avg(height), 1) AS mean_height
  FROM '${out.replaceAll("'", "''")}' GROUP BY id ORDER BY seconds DESC, id LIMIT 5`);
console.table(longest.getRowObjectsJson());
duckdb.closeSync();
