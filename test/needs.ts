declare module 'vitest' {
  interface TaskMeta {
    /** What a test needs and does not have here. */
    readonly needs?: string;
  }
}

/**
 * Options of a test, or of a group of tests, that needs something of the machine: where that is missing they are skipped,
 * and the run prints what is missing.
 *
 * @example describe('MQTT', needs(existsSync('/usr/sbin/mosquitto'), 'a broker (mosquitto)'), () => { … });
 */
export function needs(met: unknown, what: string) {
  return { skip: !met, meta: met ? {} : { needs: what } };
}
