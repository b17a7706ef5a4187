import type { Order, OrderBook } from './order-book.ts';

const HEAD = ['order', 'sent by', 'now', 'told by topic', 'told by callback'] as const;

function cells({ orderId, sentBy, status, told }: Order): readonly string[] {
  const after = (ms: number | undefined) => (ms === undefined ? '–' : `after ${ms} ms`);
  return [orderId, sentBy, status, after(told.topic), after(told.callback)];
}

/** All orders and how each ended, as text. */
export function table(book: OrderBook): string {
  const rows = [HEAD, ...[...book.orders.values()].map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n${book.repeated} events came again and were known by their ids.\n`;
}

/** The same as a page that loads itself anew. */
export function page(book: OrderBook): string {
  const row = (name: 'td' | 'th', values: readonly string[]) =>
    `<tr>${values.map((value) => `<${name}>${escaped(value)}</${name}>`).join('')}</tr>`;
  const rows = [...book.orders.values()].map((order) => row('td', cells(order))).join('\n');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>Orders</title>
<style>body{font:16px system-ui;margin:2em}td,th{text-align:left;padding:.2em 1em .2em 0}</style>
<h1>Orders</h1><table>${row('th', HEAD)}
${rows}</table><p>${book.repeated} events came again and were known by their ids.</p></html>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
