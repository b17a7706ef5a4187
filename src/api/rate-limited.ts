import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';

/** 429: `reason` says which rate it was; the same request may come again after `waitMs`. */
export function rateLimited(reason: string, waitMs: number): ApiResponse {
  const seconds = String(Math.max(1, Math.ceil(waitMs / 1_000)));
  const detail = `${reason}; send the same request again in ${seconds} s.`;
  return problem({ status: 429, code: 'rate_limited', detail, headers: { 'retry-after': seconds } });
}
