const TRACE_PARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A W3C traceparent, or undefined for anything else: a malformed one never stops an event, it only starts a new trace. */
export function readTraceParent(value: unknown): string | undefined {
  return typeof value === 'string' && TRACE_PARENT.test(value) ? value : undefined;
}
