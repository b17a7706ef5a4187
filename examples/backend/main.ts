/** A small backend: sends orders, and shows how each ended and on which way it learnt that. Ctrl-C stops it. */
import { setTimeout } from 'node:timers/promises';
import { startCallbackServer } from './callback-server.ts';
import { followTopic } from './follow-topic.ts';
import { OrderBook } from './order-book.ts';
import { table } from './page.ts';
import { sendOrders } from './send-orders.ts';
import { readSettings } from './settings.ts';

const SHOW_EVERY_MS = 1_000;

const settings = readSettings(process.env);
const book = new OrderBook();
let changed = false;
book.onChange = () => {
  changed = true;
};

const server = await startCallbackServer(settings, book);
const stopFollowing = followTopic(settings, book);
process.once('SIGINT', () => {
  server.close();
  server.closeAllConnections();
  void stopFollowing().finally(() => process.exit(0));
});

console.log(`The orders are on http://127.0.0.1:${settings.port}/ too.`);
if (settings.secrets.length === 0) console.log('CALLBACK_SECRET is not set: every callback is refused.');

try {
  await sendOrders(settings, book);
} catch (error) {
  console.error(`Not all orders are sent: ${error instanceof Error ? error.message : error}`);
  console.error('Is the local Azure running? npm run -s hexdag -- start');
}
for (;;) {
  if (changed) console.log(table(book));
  changed = false;
  await setTimeout(SHOW_EVERY_MS);
}
