import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHostJson } from '../../../local/functions-host/host-json.ts';
import { applySettings, readLocalSettings, resolveSettingReferences } from '../../../local/functions-host/settings.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'functions-host-'));
});

afterEach(() => rmSync(directory, { recursive: true }));

function write(file: string, content: unknown): void {
  writeFileSync(join(directory, file), typeof content === 'string' ? content : JSON.stringify(content));
}

describe('local.settings.json', () => {
  it('becomes environment variables: empty text is set, null is skipped, what is set already stays', () => {
    write('local.settings.json', {
      IsEncrypted: false,
      Values: { TEXT: 'a', EMPTY: '', NOTHING: null, NUMBER: 1, FLAG: true, TAKEN: 'file' },
      ConnectionStrings: { SQL: 'Server=x' },
    });
    const environment: NodeJS.ProcessEnv = { TAKEN: 'environment' };

    applySettings(environment, readLocalSettings(directory).values);

    expect(environment).toEqual({
      TEXT: 'a',
      EMPTY: '',
      NUMBER: '1',
      FLAG: 'true',
      TAKEN: 'environment',
      'ConnectionStrings:SQL': 'Server=x',
    });
  });

  it('says where the host listens and who may call it from a browser', () => {
    write('local.settings.json', {
      Host: { LocalHttpPort: 7072, CORS: 'https://a.example, https://b.example', CORSCredentials: true },
    });

    const settings = readLocalSettings(directory);

    expect(settings).toMatchObject({
      localHttpPort: 7072,
      corsOrigins: ['https://a.example', 'https://b.example'],
      corsCredentials: true,
    });
  });

  it('may be missing', () => {
    const settings = readLocalSettings(directory);

    expect(settings).toEqual({ values: {}, localHttpPort: undefined, corsOrigins: [], corsCredentials: false });
  });

  it.each([
    ['encrypted', { IsEncrypted: true, Values: {} }, /encrypted.*func settings decrypt/],
    ['no JSON', '{', /local\.settings\.json could not be read as JSON/],
    ['of another shape', { Values: { A: [] } }, /local\.settings\.json is not a valid settings file.*A/s],
  ])('is refused when it is %s', (_what, content, message) => {
    write('local.settings.json', content);

    const read = () => readLocalSettings(directory);

    expect(read).toThrow(expect.objectContaining({ code: 'settings_invalid', message: expect.stringMatching(message) }));
  });
});

describe('a reference to a setting', () => {
  const settings: Readonly<Record<string, string>> = { QUEUE: 'orders', EMPTY: '' };

  it('is replaced by its value wherever it stands', () => {
    const resolved = resolveSettingReferences('%QUEUE%-%QUEUE%%EMPTY%!', (name) => settings[name]);

    expect(resolved).toBe('orders-orders!');
  });

  it('is refused when the setting is missing', () => {
    const resolve = () => resolveSettingReferences('%MISSING%', (name) => settings[name]);

    expect(resolve).toThrow(expect.objectContaining({ code: 'setting_missing', message: expect.stringContaining('MISSING') }));
  });
});

describe('host.json', () => {
  it('is overridden by the environment, whatever the case of its keys, and numbers and booleans stay such', () => {
    write('host.json', { version: '2.0', extensions: { serviceBus: { maxConcurrentCalls: 4, prefetchCount: 1 } } });

    const hostJson = readHostJson(directory, {
      AzureFunctionsJobHost__Extensions__ServiceBus__maxConcurrentCalls: '8',
      AzureFunctionsJobHost__extensions__serviceBus__autoCompleteMessages: 'False',
      'AzureFunctionsJobHost:extensions:durableTask:storageProvider:type': 'azureManaged',
      AzureFunctionsJobHost__logging__logLevel__default: 'Debug',
    });

    expect(hostJson.extensionSection('servicebus')).toEqual({
      maxConcurrentCalls: 8,
      prefetchCount: 1,
      autoCompleteMessages: false,
    });
    expect(hostJson.extensionSection('durableTask')).toEqual({ storageProvider: { type: 'azureManaged' } });
    expect(hostJson.extensionSection('absent')).toEqual({});
    expect(hostJson.logLevels).toEqual({ default: 'Debug' });
  });

  it.each([
    ['missing', undefined, /does not exist.*"version":"2\.0"/],
    ['no JSON', '{', /could not be read as JSON/],
    ['no object', '[]', /not a valid host\.json/],
    ['of an old version', { version: '1.0' }, /not a valid host\.json.*version/s],
  ])('is refused when it is %s', (_what, content, message) => {
    if (content !== undefined) write('host.json', content);

    const read = () => readHostJson(directory, {});

    expect(read).toThrow(expect.objectContaining({ code: 'host_json_invalid', message: expect.stringMatching(message) }));
  });
});
