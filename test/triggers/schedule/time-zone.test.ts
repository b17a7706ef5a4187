import { describe, expect, it } from 'vitest';
import type { ScheduleFault } from '../../../src/triggers/schedule/schedule.ts';
import { readTimeZone } from '../../../src/triggers/schedule/time-zone.ts';
import { zoneOf } from './reading.ts';

const HOUR = 3_600_000;

describe('a time zone', () => {
  it.each([
    'Europe/Berlin',
    'America/Argentina/Buenos_Aires',
    'Asia/Kolkata',
    'UTC',
    'CET',
    'GMT',
    'Etc/GMT+2',
    'America/Port-au-Prince',
  ])('%s is known', (name) => {
    const zone = readTimeZone(name, () => undefined);

    expect(zone?.name).toBe(name);
  });

  it.each([
    ['PST', 'such as'],
    ['ist', 'such as'],
    ['Mars/Phobos', 'such as'],
    ['UTC+2', 'such as'],
    ['+02:00', 'such as'],
    ['', 'such as'],
    ['Europe/Berlin ', "'Europe/Berlin'"],
    ['Europe/Berln', "'Europe/Berlin'"],
  ])('%j is time_zone_unknown (TY14)', (name, telling) => {
    const faults: ScheduleFault[] = [];

    const zone = readTimeZone(name, (fault) => faults.push(fault));

    expect(zone).toBeUndefined();
    expect(faults).toEqual([expect.objectContaining({ code: 'time_zone_unknown', remedy: expect.stringContaining(telling) })]);
  });

  it.each([
    ['UTC', '2026-07-01T00:00:00Z', 0],
    ['America/St_Johns', '2026-01-01T00:00:00Z', -3.5],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', 5.75],
    ['Pacific/Kiritimati', '2026-01-01T00:00:00Z', 14],
    ['Pacific/Apia', '2011-12-30T09:59:59Z', -10],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', 14],
  ])('%s at %s is %d hours ahead', (name, time, hours) => {
    const offset = zoneOf(name).offsetAt(Date.parse(time));

    expect(offset).toBe(hours * HOUR);
  });

  it.each([
    ['Europe/Berlin', '2027-03-28T01:00:00Z', 1, 2],
    ['America/New_York', '2026-11-01T06:00:00Z', -4, -5],
    ['Australia/Lord_Howe', '2026-10-03T15:30:00Z', 10.5, 11],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', -10, 14],
  ])('%s changes its clocks at %s, which spans end and begin with', (name, time, before, after) => {
    const change = Date.parse(time);
    const zone = zoneOf(name);

    const earlier = zone.spanAround(change - 1_234);
    const later = zone.spanAround(change + 1_234);

    expect(earlier).toMatchObject({ end: change, endsWithChange: true, offset: before * HOUR });
    expect(later).toMatchObject({ start: change, endsWithChange: false, offset: after * HOUR, offsetBefore: before * HOUR });
  });
});
