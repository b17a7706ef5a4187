import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEFAULT_EVENT_TYPES, RUN_EVENT_TYPES } from '../../src/ports/event-publisher.ts';
import { runFinish } from '../../src/run/finish.ts';
import { blocksIn, unindented } from './markdown-blocks.ts';

const page = readFileSync('docs/results.md', 'utf8');

it('the page of results tells of each event, and which are told by default', () => {
  const types = [...page.matchAll(/^\| `(hexdag\.[\w.]+)`/gm)].map(([, type]) => type);
  const byDefault = DEFAULT_EVENT_TYPES.map((type) => type.replace('hexdag.', '')).join(',');

  expect(types.sort()).toEqual([...RUN_EVENT_TYPES].sort());
  expect(page).toContain(`\`${byDefault}\` (the default)`);
});

it('the page of results shows an event as it is', () => {
  const [shown] = blocksIn('results.md', page).filter(({ language }) => language === 'json');
  const event = JSON.parse(shown?.text ?? '');
  const { runId, pipeline, key, output } = event.data;

  const [real] = runFinish(
    { runId, pipeline, eventKey: key },
    { status: 'completed', output: { value: output } },
    Date.parse(event.time),
  ).outbox;

  expect(event).toEqual({ specversion: '1.0', ...real, datacontenttype: 'application/json' });
});

it.each(blocksIn('results.md', page).filter(({ language }) => language === 'ts'))(
  'the page of results shows code of $attributes.from',
  ({ text, attributes }) => {
    const source = readFileSync(attributes['from'] ?? '', 'utf8');

    expect(unindented(source)).toContain(unindented(text));
  },
);
