import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { testPipeline } from '../../src/testing/test-pipeline.ts';
import { readOccurrenceEvent } from '../../src/triggers/timer/occurrence-event.ts';
import { triggersOf } from '../../src/triggers/trigger.ts';
import { compileTriggers } from '../../src/triggers/trigger-document.ts';
import { orderPipeline } from '../triggers/fixtures.ts';

const FOLDER = 'examples/five-ways';

/** What the trigger gives its pipeline in a night. */
function inputOf(night: { readonly time: string; readonly previousTime: string | null; readonly isCatchUp: boolean }) {
  const text = readFileSync(`${FOLDER}/nightly-report.trigger.yaml`, 'utf8');
  const pipelines = [{ ...orderPipeline, file: 'nightly-report.yaml' }];
  const { triggers, diagnostics } = compileTriggers(text, 'nightly-report.trigger.yaml', { pipelines });
  const [trigger] = triggersOf(
    triggers.map((compiled) => compiled.trigger),
    'timer',
  );
  if (trigger === undefined) throw new Error(JSON.stringify(diagnostics));
  const previousTime = night.previousTime === null ? null : Date.parse(night.previousTime);
  const occurrence = { time: Date.parse(night.time), previousTime, isCatchUp: night.isCatchUp, decidedAt: 0 };
  const event = readOccurrenceEvent(occurrence, trigger, night.time);
  const input = event.kind === 'read' ? trigger.input?.(event.value) : undefined;
  if (input?.kind !== 'read') throw new Error('The night has an input.');
  return input.value;
}

it('the nightly report covers the time since the one before, by the day that the clocks on the wall have', async () => {
  const input = inputOf({ time: '2026-11-21T23:30:00Z', previousTime: '2026-11-20T02:30:00Z', isCatchUp: true });

  const run = await testPipeline({ file: `${FOLDER}/nightly-report.yaml` }).start(input);

  expect(run.output).toEqual({
    title: 'Report of 2026-11-22',
    since: '2026-11-20T02:30:00.000Z',
    until: '2026-11-21T23:30:00.000Z',
    note: 'late',
    state: 'REPORTED',
  });
});

it('the first one begins at the beginning', async () => {
  const input = inputOf({ time: '2026-11-21T02:30:00Z', previousTime: null, isCatchUp: false });

  const run = await testPipeline({ file: `${FOLDER}/nightly-report.yaml` }).start(input);

  expect(run.output).toMatchObject({ since: 'the beginning', note: 'in time' });
});
