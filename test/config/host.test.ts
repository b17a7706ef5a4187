import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { composeApp } from '../../src/app.ts';
import { doubtHost } from '../../src/config/host.ts';
import type { JsonValue } from '../../src/json.ts';
import { ACTIVITY_DEADLINE_MS } from '../../src/limits.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NEEDS = { activityDeadlineMs: ACTIVITY_DEADLINE_MS, queues: [{ trigger: 'orders' }] };
const ENVIRONMENT = {
  APP_ENV: 'development',
  TASKHUB_NAME: 'TestHub',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  SB: 'Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=a2V5',
  COSMOS: 'AccountEndpoint=https://localhost:8081/;AccountKey=a2V5',
  DATA: 'UseDevelopmentStorage=true',
};

interface Told {
  readonly severity: string;
  readonly setting: string;
  readonly code: string;
}

/** What health says of an app in a folder with this host.json and a trigger on a queue. */
function healthOf(hostJson: string, environment: Readonly<Record<string, string>> = {}): readonly Told[] {
  const folder = mkdtempSync(join(tmpdir(), 'hexdag-host-'));
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  onTestFinished(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });
  mkdirSync(join(folder, 'pipelines'));
  cpSync(join(ROOT, 'test/e2e/bad-input'), join(folder, 'pipelines'), { recursive: true });
  writeFileSync(join(folder, 'host.json'), hostJson);
  const { body } = composeApp({ ...ENVIRONMENT, ...environment }, folder).getHealth();
  return JSON.parse(JSON.stringify(body)).settings;
}

const hostWith = (serviceBus: object, more: object = {}) => JSON.stringify({ extensions: { serviceBus }, ...more });

describe('a host that does not fit the app', () => {
  it('is not the one of this app, as it is', () => {
    const told = healthOf(readFileSync(join(ROOT, 'host.json'), 'utf8'));

    expect(told).toEqual([]);
  });

  it('EN13: a queue that gives up at the first failure is told of in health', () => {
    const told = healthOf('{}', {
      MAX_DELIVERY_COUNT: '1',
      AzureFunctionsJobHost__functionTimeout: '00:10:00',
      AzureFunctionsJobHost__extensions__serviceBus__maxAutoLockRenewalDuration: '00:12:00',
    });

    expect(told).toMatchObject([{ severity: 'warning', setting: 'MAX_DELIVERY_COUNT', code: 'config_conflict' }]);
  });

  it('EN14: locks that are not renewed while a function may run are told of in health', () => {
    const told = healthOf(hostWith({ maxAutoLockRenewalDuration: '00:00:00' }, { functionTimeout: '00:10:00' }));

    expect(told).toMatchObject([
      {
        severity: 'warning',
        setting: 'host.json extensions.serviceBus.maxAutoLockRenewalDuration',
        code: 'config_conflict',
        remedy: expect.stringContaining('above functionTimeout'),
      },
    ]);
  });

  it('that cannot be read is left to the host to tell of', () => {
    const told = healthOf('{');

    expect(told).toEqual([]);
  });
});

describe('what the host is told', () => {
  const good = { functionTimeout: '00:10:00', extensions: { serviceBus: { maxAutoLockRenewalDuration: '00:12:00' } } };

  it.each<[what: string, hostJson: JsonValue, environment: Readonly<Record<string, string>>, expected: readonly string[]]>([
    ['fits', good, {}, []],
    ['does not fit as the host has it by itself', {}, {}, ['extensions.serviceBus.maxAutoLockRenewalDuration config_conflict']],
    ['ends calls before activities end', { ...good, functionTimeout: '00:05:00' }, {}, ['functionTimeout config_conflict']],
    [
      'never ends calls',
      { ...good, functionTimeout: '-1' },
      {},
      ['extensions.serviceBus.maxAutoLockRenewalDuration config_conflict'],
    ],
    [
      'renews locks for days',
      { functionTimeout: '02:00:00', extensions: { serviceBus: { maxAutoLockRenewalDuration: '1.00:00:00' } } },
      {},
      [],
    ],
    ['is no time span', { ...good, functionTimeout: '10m' }, {}, ['functionTimeout config_format']],
    [
      'is overridden by settings, whatever their case',
      good,
      { azurefunctionsjobhost__EXTENSIONS__serviceBus__maxAutoLockRenewalDuration: '00:01:00' },
      ['extensions.serviceBus.maxAutoLockRenewalDuration config_conflict'],
    ],
    [
      'leaves messages to be completed, and fetches them early',
      {
        ...good,
        extensions: { serviceBus: { maxAutoLockRenewalDuration: '00:12:00', autoCompleteMessages: false, prefetchCount: 20 } },
      },
      {},
      ['extensions.serviceBus.autoCompleteMessages config_conflict', 'extensions.serviceBus.prefetchCount config_conflict'],
    ],
  ])('%s', (_what, hostJson, environment, expected) => {
    const problems = doubtHost(hostJson, environment, NEEDS);

    expect(problems.map(({ setting, code }) => `${setting} ${code}`)).toEqual(expected.map((told) => `host.json ${told}`));
  });

  it.each<[what: string, maxConcurrentCalls: number | undefined, asked: readonly (number | undefined)[], told: number]>([
    ['more than the strictest trigger asks for', 64, [100, 10, undefined], 1],
    ['as many', 10, [10, 20], 0],
    ['as many as anybody likes', 64, [undefined], 0],
    ['nothing, which is more', undefined, [10], 1],
    ['nothing, which is less on most machines', undefined, [500], 0],
  ])('of messages at a time is %s', (_what, maxConcurrentCalls, asked, told) => {
    const serviceBus = {
      maxAutoLockRenewalDuration: '00:12:00',
      ...(maxConcurrentCalls === undefined ? {} : { maxConcurrentCalls }),
    };
    const queues = asked.map((calls, index) => ({
      trigger: `trigger-${index}`,
      ...(calls === undefined ? {} : { maxConcurrentCalls: calls }),
    }));

    const problems = doubtHost({ ...good, extensions: { serviceBus } }, {}, { ...NEEDS, queues });

    expect(problems.map(({ setting }) => setting)).toEqual(
      Array.from({ length: told }, () => 'host.json extensions.serviceBus.maxConcurrentCalls'),
    );
    expect(problems.every(({ remedy }) => remedy.startsWith('Set it to 10,'))).toBe(true);
  });

  it('of messages does not matter to an app that takes none', () => {
    const problems = doubtHost({ extensions: { serviceBus: { prefetchCount: 5 } } }, {}, { ...NEEDS, queues: [] });

    expect(problems).toEqual([]);
  });
});
