import { isJsonObject, type JsonValue } from '../../src/json.ts';
import { PermanentError, TransientError } from '../../src/nodes/errors.ts';
import { defineHandler } from '../../src/nodes/handlers.ts';
import { defineService } from '../../src/nodes/services.ts';
import { defineStep } from '../../src/nodes/steps.ts';
import type { HttpClient, HttpRequest } from '../../src/ports/http-client.ts';

// What the pages show as `ts steps` stands here word for word.

const greet = defineStep('greet', (input) => ({ greeting: `Hello ${text(input, 'name')}` }));

const fetchOrder = defineStep('fetch_order', () => ({
  customer: 'Ada',
  items: [
    { sku: 'pen', quantity: 2, price: 3.5 },
    { sku: 'ink', quantity: 1, price: 10 },
  ],
}));

const stock = defineStep('check_stock', () => ({ available: true }));

const echo = defineStep('echo', (input) => input);

const ship = defineStep('ship_parcel', (input) => ({ label: `${text(input, 'customer')}, ${text(input, 'city')}` }), {
  params: ['customer', 'city'],
});

const chargeCard = defineStep('charge_card', (input) => {
  if (text(input, 'card') === 'declined') throw new PermanentError('card_declined', 'The card was declined.');
  return { paid: true };
});

const callCarrier = defineStep('call_carrier', (_, { attempt }) => {
  if (attempt < 3) throw new TransientError('carrier_busy', 'The carrier is busy.');
  return { attempt };
});

const neverEnds = defineStep('never_ends', (_, { signal }) => {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
});

const doubled = defineStep('double', (input) => 2 * Number(field(input, 'item')));

const priceItem = defineStep('price_item', (input) => {
  const item = field(input, 'item');
  if (field(item, 'price') === null) throw new PermanentError('price_missing', 'There is no price.');
  return { sku: text(item, 'sku'), amount: Number(field(item, 'quantity')) * Number(field(item, 'price')) };
});

const askForApproval = defineStep('ask_for_approval', (input) => ({ asked: text(input, 'order_id') }));

const weather = defineStep('weather', (input) => `sunny in ${text(input, 'city')}`, { params: ['city'] });

export const steps = [
  greet,
  fetchOrder,
  stock,
  echo,
  ship,
  chargeCard,
  callCarrier,
  neverEnds,
  doubled,
  priceItem,
  askForApproval,
  weather,
];

const orderBook = defineService('OrderBook', (config) => ({
  methods: {
    save: {
      params: ['order_id', 'quantity'],
      run: (input) => ({ saved: `${String(config['prefix'])}-${text(input, 'order_id')}`, quantity: input['quantity'] }),
    },
    find: { params: ['order_id'], tool: true, run: ({ order_id }) => ({ order_id, status: 'open' }) },
  },
}));

export const services = [orderBook];

const noteTransition = defineHandler('note_transition', ({ entityId, toState }, { log }) => {
  log('info', 'order moved', { entityId, toState });
});

export const handlers = [noteTransition];

/** A shop that answers without a network. */
const shop: HttpClient = {
  send: async ({ method, url, query, body = null }: HttpRequest) => {
    if (method === 'GET') return { status: 200, body: { id: 7, status: 'open', with: query } };
    return { status: 200, body: { method, url, received: body } };
  },
};

export const ports = { shop };

function field(value: JsonValue, name: string): JsonValue {
  return isJsonObject(value) ? (value[name] ?? null) : null;
}

function text(value: JsonValue, name: string): string {
  const found = field(value, name);
  return typeof found === 'string' ? found : JSON.stringify(found);
}
