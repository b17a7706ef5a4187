/** Time as the local Azure sees it: injected, so that tests move it instead of waiting. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Calls `callback` once, when `now()` has reached `at`; returns what cancels it. */
  schedule(at: number, callback: () => void): () => void;
}

/** `setTimeout` fires at once above this delay. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(at, callback) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const remaining = at - Date.now();
      timer = remaining > LONGEST_TIMER_MS ? setTimeout(arm, LONGEST_TIMER_MS) : setTimeout(callback, Math.max(0, remaining));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
