import type * as Duck from '@duckdb/node-api';
import type { TimeZone } from '../core/time-zone.ts';

/** A value of an answer: times are ISO 8601 texts with the offset of the time zone. */
export type LakeValue =
  | null
  | boolean
  | number
  | string
  | readonly LakeValue[]
  | { readonly [name: string]: LakeValue };

/** Makes values of DuckDB plain ones: numbers where a number can hold them, times by the clocks of a zone. */
export function converterOf(
  { DuckDBTypeId: Type, JsonDuckDBValueConverter: toJson }: typeof Duck,
  zone: TimeZone,
): Duck.DuckDBValueConverter<LakeValue> {
  const whole = new Set<number>([Type.BIGINT, Type.UBIGINT, Type.HUGEINT, Type.UHUGEINT]);
  return (value, type, self) => {
    if (value === null) return null;
    if (typeof value === 'bigint' && whole.has(type.typeId))
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    if (type.typeId === Type.FLOAT) return Number((value as number).toPrecision(7));
    if (type.typeId === Type.DECIMAL) return Number(String(value));
    if (type.typeId === Type.TIMESTAMP_TZ)
      return zone.iso(Number((value as Duck.DuckDBTimestampTZValue).micros) / 1000);
    return toJson(value, type, self as Duck.DuckDBValueConverter<Duck.Json>) as LakeValue;
  };
}
