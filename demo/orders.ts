/** How an order must end. */
export type Ending = 'completed' | 'failed' | 'refused';

/** A message as the backend sends it. */
export interface OrderMessage {
  readonly messageId: string;
  readonly body: Uint8Array;
}

export interface ExpectedOrder {
  readonly orderId: string;
  readonly ending: Ending;
  /** Calls to systems outside that must be seen, each exactly once. */
  readonly effects: readonly Effect[];
}

export const EFFECTS = ['reserve', 'charge', 'ship'] as const;

export type Effect = (typeof EFFECTS)[number];

export interface Delivery {
  readonly messages: readonly OrderMessage[];
  readonly expected: readonly ExpectedOrder[];
}

export const COUNTS = { messages: 200, duplicates: 20, broken: 5, flaky: 10, declined: 3 } as const;

const PRODUCTS = [
  { sku: 'TEA-GREEN', unitPrice: 7.5 },
  { sku: 'TEA-BLACK', unitPrice: 6.2 },
  { sku: 'POT-1L', unitPrice: 24.9 },
  { sku: 'CUP-SET', unitPrice: 18 },
  { sku: 'STRAINER', unitPrice: 4.35 },
] as const;

/** The day's orders: mostly fine, and with everything in between that a real queue carries. The same every time. */
export function createDelivery(): Delivery {
  const distinct = COUNTS.messages - COUNTS.duplicates - COUNTS.broken;
  const orders = Array.from({ length: distinct }, (_, index) => {
    const card = cardOf(index);
    return { card, order: createOrder(`order-${String(index + 1).padStart(4, '0')}`, card, index) };
  });
  const messages = orders.map(({ order }) => message(order.orderId, JSON.stringify(order)));
  const repeated = messages.filter((_, index) => index % 8 === 3).slice(0, COUNTS.duplicates);
  const broken = createBroken();
  return {
    messages: spread([...messages, ...repeated], broken),
    expected: [
      ...orders.map(({ order, card }) => expectedOf(order.orderId, card)),
      ...broken.map(({ messageId }) => ({ orderId: messageId, ending: 'refused', effects: [] }) as const),
    ],
  };
}

/** An order that is fine. `index` makes it differ from others. */
export function createOrder(orderId: string, card: string, index = 0) {
  const product = (offset: number) => PRODUCTS[(index + offset) % PRODUCTS.length] ?? PRODUCTS[0];
  return {
    orderId,
    customer: `customer-${(index % 60) + 1}`,
    email: `customer-${(index % 60) + 1}@example.com`,
    items: [
      { ...product(0), quantity: (index % 3) + 1 },
      { ...product(2), quantity: 1 },
    ],
    payment: { card },
  };
}

/** `tok_flaky_2` fails twice before it works, `tok_declined` never works. */
function cardOf(index: number): string {
  if (index % 17 === 5 && Math.floor(index / 17) < COUNTS.flaky) return 'tok_flaky_2';
  if (index % 50 === 20 && Math.floor(index / 50) < COUNTS.declined) return 'tok_declined';
  return 'tok_ok';
}

function expectedOf(orderId: string, card: string): ExpectedOrder {
  return card === 'tok_declined'
    ? { orderId, ending: 'failed', effects: ['reserve'] }
    : { orderId, ending: 'completed', effects: EFFECTS };
}

function createBroken(): readonly OrderMessage[] {
  const order = (fields: object) =>
    JSON.stringify({
      customer: 'customer-1',
      items: [{ sku: 'POT-1L', quantity: 1, unitPrice: 24.9 }],
      payment: { card: 'tok_ok' },
      ...fields,
    });
  return [
    message('broken-truncated', '{"orderId":"broken-truncated","items":[{"sku":"PO'),
    message('broken-xml', '<order id="broken-xml"/>'),
    message('broken-no-items', order({ orderId: 'broken-no-items', items: undefined })),
    message('broken-quantity', order({ orderId: 'broken-quantity', items: [{ sku: 'POT-1L', quantity: 0, unitPrice: 24.9 }] })),
    message('broken-price', order({ orderId: 'broken-price', items: [{ sku: 'POT-1L', quantity: 1, unitPrice: 'free' }] })),
  ];
}

function message(messageId: string, text: string): OrderMessage {
  return { messageId, body: Buffer.from(text) };
}

/** Puts the few among the many, evenly. */
function spread(many: readonly OrderMessage[], few: readonly OrderMessage[]): readonly OrderMessage[] {
  const gap = Math.ceil(many.length / few.length);
  return many.flatMap((entry, index) => {
    const extra = index % gap === gap - 1 ? few[Math.floor(index / gap)] : undefined;
    return extra === undefined ? [entry] : [entry, extra];
  });
}
