import type { Log } from '../../ports/log.ts';
import type { Notifier } from '../../ports/notifier.ts';

/** Notifications as lines of the log. */
export function consoleNotifier(log: Log): Notifier {
  return {
    async notify(message, { channel = 'console', title } = {}) {
      log('info', message, { channel, ...(title === undefined ? {} : { title }) });
    },
  };
}
