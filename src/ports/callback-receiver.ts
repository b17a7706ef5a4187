import { HexdagError } from '../errors.ts';
import type { RunEvent } from './event-publisher.ts';

/** The receiver says that it will never take this: HTTP's 410. */
export class CallbackGoneError extends HexdagError {
  readonly code = 'callback_gone';
  readonly retryable = false;
}

/** Somebody outside who is called with events, signed, and perhaps more than once. */
export interface CallbackReceiver {
  /**
   * Calls once, and resolves when the receiver has taken the event.
   * @throws CallbackGoneError; HttpStatusError, HttpUnreachableError, UrlNotAllowedError: all of them may be mended over there, or in the
   * settings, so it is worth calling again whatever `retryable` says
   */
  call(event: RunEvent): Promise<void>;
}
