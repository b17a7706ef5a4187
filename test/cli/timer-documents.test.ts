import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

const PIPELINE = join(import.meta.dirname, '..', '..', 'pipelines', 'order-processing.yaml');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-timers-'));
  cpSync(PIPELINE, join(folder, 'order-processing.yaml'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A trigger document with these lines as its `config`. */
function write(...config: readonly string[]): string {
  const file = join(folder, 'nightly.trigger.yaml');
  const lines = config.map((line) => `    ${line}\n`).join('');
  const head = 'apiVersion: hexdag/v1\nkind: Trigger\nmetadata: { name: nightly }\nspec:\n  type: timer\n';
  writeFileSync(file, `${head}  pipeline: order-processing.yaml\n  config:\n${lines}`);
  return file;
}

interface Told {
  readonly code: string;
  readonly severity: string;
  readonly position: { readonly line: number; readonly column: number };
  readonly message: string;
  readonly remedy?: string;
}

async function validate(
  file: string,
  environment: Record<string, string> = {},
): Promise<{ exitCode: number; told: readonly Told[] }> {
  const { exitCode, stdout } = await cli(['validate', file, '--output', 'json'], { environment });
  return { exitCode, told: JSON.parse(stdout).diagnostics };
}

/** Line 8 is the first one of `config`. */
describe('hexdag validate refuses a timer whose', () => {
  it.each([
    ['TY6', '* * * *', 'cron_fields', 16, /4 fields, and needs 6/, /second is 0/],
    ['TY7', '60 * * * * *', 'cron_range', 16, /second '60' is out of range: second 0–59/, /0 to 59/],
    ['TY8', '*/0 * * * * *', 'cron_step', 18, /the host would take it for 1, every second/, /\*\/5/],
    ['TY9', '0 0 0 * * 7', 'cron_range', 26, /day-of-week 0–6/, /Sunday is 0 or SUN/],
    ['TY10', '0 0 0 31 2 *', 'cron_never_fires', 22, /never fires: no month of '2' has a day of '31'/, /day that the month has/],
    ['TY11', '0 0 22-2 * * *', 'cron_range_reversed', 20, /the host would swap it to 2-22/, /22-23,0-2/],
    ['TY12', '24:00:00', 'timespan_suspect', 16, /24 days/, /1\.00:00:00/],
    ['TY13', '@daily', 'cron_dialect', 16, /nickname/, /'0 0 0 \* \* \*'/],
    ['TY13', '0 0 0 L * *', 'cron_dialect', 22, /counts no days from the end of a month/, /NCRONTAB/],
    ['TY13', '0 0 0 ? * MON', 'cron_dialect', 22, /'\*' means any/, /'0 0 0 \* \* MON'/],
  ])('%s: schedule is %s, as %s', async (_, schedule, code, column, message, remedy) => {
    const { exitCode, told } = await validate(write(`schedule: "${schedule}"`));

    expect(exitCode).toBe(1);
    expect(told).toMatchObject([{ severity: 'error', code, position: { line: 8, column } }]);
    expect(told[0]?.message).toMatch(message);
    expect(told[0]?.remedy).toMatch(remedy);
  });

  it.each(['PST', 'Mars/Phobos', 'UTC+2'])('TY14: time_zone is %s', async (timeZone) => {
    const { exitCode, told } = await validate(write('schedule: "0 30 2 * * *"', `time_zone: ${timeZone}`));

    expect(exitCode).toBe(1);
    expect(told).toMatchObject([{ severity: 'error', code: 'time_zone_unknown', position: { line: 9, column: 16 } }]);
    expect(told[0]?.remedy).toMatch(/[A-Z]\w+\/[A-Z]\w+|Did you mean/);
  });

  it.each([
    ['schedule is missing', ['time_zone: UTC'], 'field_missing', { line: 8, column: 5 }],
    ['schedule is a number', ['schedule: 5'], 'field_type', { line: 8, column: 15 }],
    ['schedule is the value of no setting', ['schedule: "%NIGHTLY%"'], 'setting_undefined', { line: 8, column: 16 }],
    ['schedule has parts of a second', ['schedule: "00:00:01.5"'], 'timespan_invalid', { line: 8, column: 15 }],
    ['time_zone is a number', ['schedule: "0 0 * * * *"', 'time_zone: 2'], 'field_type', { line: 9, column: 16 }],
    ['catch_up is no word of it', ['schedule: "0 0 * * * *"', 'catch_up: lates'], 'value_invalid', { line: 9, column: 15 }],
    ['overlap is no word of it', ['schedule: "0 0 * * * *"', 'overlap: false'], 'value_invalid', { line: 9, column: 14 }],
    ['max_catch_up is zero', ['schedule: "0 0 * * * *"', 'max_catch_up: 0'], 'integer_range', { line: 9, column: 19 }],
    ['max_catch_up is text', ['schedule: "0 0 * * * *"', 'max_catch_up: "5"'], 'integer_range', { line: 9, column: 19 }],
    ['max_queued is huge', ['schedule: "0 0 * * * *"', 'max_queued: 1e6'], 'integer_range', { line: 9, column: 17 }],
    ['silent_after is short', ['schedule: "0 0 * * * *"', 'silent_after: 5s'], 'duration_range', { line: 9, column: 19 }],
    [
      'silent_after is no duration',
      ['schedule: "0 0 * * * *"', 'silent_after: soon'],
      'duration_invalid',
      { line: 9, column: 19 },
    ],
  ])('%s', async (_, config, code, position) => {
    const { exitCode, told } = await validate(write(...config));

    expect(exitCode).toBe(1);
    expect(told).toMatchObject([{ severity: 'error', code, position }]);
  });
});

describe('hexdag validate warns of a timer', () => {
  it('whose time the clocks skip, with the next runs (TY15)', async () => {
    const { exitCode, told } = await validate(write('schedule: "0 30 2 * * *"', 'time_zone: Europe/Berlin'));

    expect(exitCode).toBe(0);
    expect(told).toMatchObject([{ severity: 'warning', code: 'schedule_time_skipped', position: { line: 8, column: 16 } }]);
    expect(told[0]?.message).toMatch(
      /^The clocks of Europe\/Berlin skip 02:30:00 on \d{4}-03-\d\d: the schedule fires at \d{4}-03-\d\d 03:30:00 instead, then at \d{4}-\d\d-\d\d 02:30:00, /,
    );
  });

  it('that has a key, since an occurrence is its own', async () => {
    const file = write('schedule: "0 0 * * * *"', '', '# below');
    writeFileSync(
      file,
      'kind: Trigger\nmetadata: { name: n }\nspec:\n  type: timer\n  config: { schedule: "0 0 * * * *" }\n  pipeline: order-processing\n  key: body.scheduledTime\n',
    );

    const { exitCode, told } = await validate(file);

    expect(exitCode).toBe(0);
    expect(told).toMatchObject([{ severity: 'warning', code: 'key_not_supported', position: { line: 7 } }]);
  });

  it('with a field that means nothing', async () => {
    const { told } = await validate(write('schedule: "0 0 * * * *"', 'timezone: UTC'));

    expect(told).toMatchObject([
      { severity: 'warning', code: 'field_unknown', position: { line: 9 }, remedy: expect.stringContaining('time_zone') },
    ]);
  });
});

describe('the next times of a timer', () => {
  it('are shown by hexdag validate, five of them', async () => {
    const file = write('schedule: "%NIGHTLY%"', 'time_zone: Asia/Kolkata');

    const { exitCode, stdout } = await cli(['validate', file], { environment: { NIGHTLY: '0 30 2 * * *' } });

    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual(['The timer nightly fires next at', '', expect.stringMatching(/^Asia\/Kolkata +UTC$/)]);
    expect(lines.filter((line) => /^\w{3} [\d-]{10} 02:30:00 \+05:30 {2}[\d-]{10}T21:00:00Z$/.test(line))).toHaveLength(5);
    expect(lines.slice(-2)).toEqual(['1 file, nothing wrong.', '']);
  });

  it('are listed by hexdag schedule list, those of an interval as the trigger counts them', async () => {
    write('schedule: "00:20:00"');

    const { exitCode, stdout } = await cli([
      'schedule',
      'list',
      folder,
      '--from',
      '2026-11-21T12:05:00Z',
      '--count',
      '2',
      '--output',
      'json',
    ]);

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      timers: [{ trigger: 'nightly', timeZone: 'UTC', next: ['2026-11-21T12:20:00.000Z', '2026-11-21T12:40:00.000Z'] }],
    });
  });

  it('are not listed of a document that is wrong, and that is told', async () => {
    const file = write('schedule: "0 0 0 31 2 *"');

    const { exitCode, stdout } = await cli(['schedule', 'list', file]);

    expect(exitCode).toBe(1);
    expect(stdout).toContain(`${file}:8:22 error cron_never_fires`);
    expect(stdout).toContain('No timer trigger.');
  });
});
