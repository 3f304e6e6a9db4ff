/**
 * To be called before onnxruntime is loaded, or a thread that loads it is started: it else reports its use to its maker, and leaves files
 * in the temporary folder.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
