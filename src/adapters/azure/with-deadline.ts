/** Ends the work, and if it cannot be ended the waiting for it. */
export function withDeadline<Result>(
  ms: number,
  work: (options: { abortSignal: AbortSignal }) => Promise<Result>,
): Promise<Result> {
  const abortSignal = AbortSignal.timeout(ms);
  const deadline = new Promise<never>((_, reject) => {
    abortSignal.addEventListener('abort', () => reject(abortSignal.reason));
  });
  return Promise.race([work({ abortSignal }), deadline]);
}
