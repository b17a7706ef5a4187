import { describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

const FROM = ['--from', '2027-03-27T12:00:00Z'];

describe('hexdag schedule next', () => {
  it('lists the next five times with local time, offset and UTC', async () => {
    const { exitCode, stdout, stderr } = await cli([
      'schedule',
      'next',
      '0 0 8 * * MON-FRI',
      '--time-zone',
      'Europe/Berlin',
      ...FROM,
    ]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'Europe/Berlin                   UTC',
      'Mon 2027-03-29 08:00:00 +02:00  2027-03-29T06:00:00Z',
      'Tue 2027-03-30 08:00:00 +02:00  2027-03-30T06:00:00Z',
      'Wed 2027-03-31 08:00:00 +02:00  2027-03-31T06:00:00Z',
      'Thu 2027-04-01 08:00:00 +02:00  2027-04-01T06:00:00Z',
      'Fri 2027-04-02 08:00:00 +02:00  2027-04-02T06:00:00Z',
      '',
    ]);
  });

  it('lists as many as are asked for as JSON, in UTC', async () => {
    const { exitCode, stdout, stderr } = await cli([
      'schedule',
      'next',
      '*/5 * * * *',
      ...FROM,
      '--count',
      '2',
      '--output',
      'json',
    ]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toBe('{"next":["2027-03-27T12:05:00.000Z","2027-03-27T12:10:00.000Z"]}\n');
  });

  it('begins now', async () => {
    const before = Date.now();

    const { stdout } = await cli(['schedule', 'next', '* * * * * *', '--count', '1', '--output', 'json']);

    const [next] = JSON.parse(stdout).next;
    expect(Date.parse(next)).toBeGreaterThan(before);
    expect(Date.parse(next)).toBeLessThanOrEqual(Date.now() + 1_000);
  });

  it('counts an interval from --from, and shows what is less than a second', async () => {
    const { stdout } = await cli(['schedule', 'next', '1.00:00:00.5', '--from', '2027-03-27T12:00:00.25Z', '--count', '1']);

    expect(stdout.split('\n')[1]).toBe('Sun 2027-03-28 12:00:00.750 +00:00  2027-03-28T12:00:00.750Z');
  });

  it('takes settings from the environment', async () => {
    const { stdout } = await cli(['schedule', 'next', '%REPORT%', ...FROM, '--count', '1', '--output', 'json'], {
      environment: { REPORT: '0 0 6 * * *' },
    });

    expect(JSON.parse(stdout)).toEqual({ next: ['2027-03-28T06:00:00.000Z'] });
  });

  it('warns people of a time that the clocks skip (TY15)', async () => {
    const args = ['schedule', 'next', '0 30 2 * * *', '--time-zone', 'Europe/Berlin', ...FROM, '--count', '1'];

    const text = await cli(args);
    const json = await cli([...args, '--output', 'json']);

    expect(text.exitCode).toBe(0);
    expect(text.stdout).toContain('Sun 2027-03-28 03:30:00 +02:00  2027-03-28T01:30:00Z');
    expect(text.stderr).toMatch(/^schedule:1:1 warning schedule_time_skipped .* skip 02:30:00 on 2027-03-28/);
    expect(json).toEqual({ exitCode: 0, stdout: '{"next":["2027-03-28T01:30:00.000Z"]}\n', stderr: '' });
  });

  it('shows with carets where the mistakes are', async () => {
    const { exitCode, stdout, stderr } = await cli(['schedule', 'next', '0 60 22-2 * * *']);

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      "schedule:1:3 error cron_range The minute '60' is out of range: minute 0–59.",
      '  1 | 0 60 22-2 * * *',
      '    |   ^',
      '  Write a number from 0 to 59.',
      "schedule:1:6 error cron_range_reversed The hour '22-2' runs backwards: the host would swap it to 2-22.",
      '  1 | 0 60 22-2 * * *',
      '    |      ^',
      "  To go round the end of the field, write '22-23,0-2'.",
      '',
    ]);
  });

  it.each([
    ['TY6', ['* * * *'], 'cron_fields'],
    ['TY7', ['60 * * * * *'], 'cron_range'],
    ['TY8', ['*/0 * * * * *'], 'cron_step'],
    ['TY9', ['0 0 0 * * 7'], 'cron_range'],
    ['TY10', ['0 0 0 31 2 *'], 'cron_never_fires'],
    ['TY11', ['0 0 22-2 * * *'], 'cron_range_reversed'],
    ['TY12', ['24:00:00'], 'timespan_suspect'],
    ['TY13', ['@daily'], 'cron_dialect'],
    ['TY14', ['0 0 0 * * *', '--time-zone', 'PST'], 'time_zone_unknown'],
    ['an unset setting', ['%NOPE%'], 'setting_undefined'],
  ])('answers %s (%j) with %s as JSON', async (_, args, code) => {
    const { exitCode, stdout, stderr } = await cli(['schedule', 'next', ...args, '--output', 'json']);

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ error: { code, message: expect.stringMatching(/\.$/), at: expect.any(Number) } });
  });

  it.each([
    [[], 'argument_missing'],
    [['0', '0', '*', '*', '*', '*'], 'argument_unexpected'],
    [['0 0 0 * * *', '--count', '0'], 'option_value'],
    [['0 0 0 * * *', '--count', '1e3'], 'option_value'],
    [['0 0 0 * * *', '--count', '10001'], 'option_value'],
    [['0 0 0 * * *', '--from', 'tomorrow'], 'option_value'],
    [['0 0 0 * * *', '--from', '1969-12-31'], 'option_value'],
    [['0 0 0 * * *', '--output', 'xml'], 'option_value'],
  ])('refuses %j as %s', async (args, code) => {
    const { exitCode, stdout, stderr } = await cli(['schedule', 'next', ...args]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr.startsWith(`${code}: `)).toBe(true);
  });

  it('explains itself', async () => {
    const { exitCode, stdout } = await cli(['schedule', 'next', '--help']);

    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: hexdag schedule next');
  });
});
