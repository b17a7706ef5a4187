import { fileURLToPath } from 'node:url';
import { app } from '@azure/functions';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { registerHttp } from '../functions/http.ts';
import { registerOrchestration } from '../functions/orchestration.ts';
import { registerTimers } from '../functions/timer.ts';
import { ROUTES } from '../src/api/routes.ts';
import { composeApp } from '../src/app.ts';
import { OWN_FUNCTIONS } from '../src/own-functions.ts';

const FOLDER = fileURLToPath(new URL('./e2e', import.meta.url));
const KEY = Buffer.from('key').toString('base64');
const SETTINGS = {
  APP_ENV: 'development',
  TASKHUB_NAME: 'TestHub',
  AzureWebJobsStorage: 'UseDevelopmentStorage=true',
  SB: `Endpoint=sb://localhost;SharedAccessKeyName=a;SharedAccessKey=${KEY}`,
  COSMOS: `AccountEndpoint=https://localhost:8081/;AccountKey=${KEY}`,
  DATA: 'UseDevelopmentStorage=true',
};

describe('the app', () => {
  it('logs each document it refuses as it starts, with file, place and code', () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => {
      vi.restoreAllMocks();
    });

    const { work } = composeApp(SETTINGS, FOLDER);

    expect(work?.triggers.map(({ name }) => name)).toEqual(['branches']);
    expect(error.mock.calls).toEqual([[expect.stringMatching(/^a document is refused .*"file":"broken\.yaml".*"line":\d+/)]]);
  });

  it('answers and says so when the folder of documents is not there', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    onTestFinished(() => {
      vi.restoreAllMocks();
    });

    const { getHealth } = composeApp({ ...SETTINGS, PIPELINES_DIRECTORY: 'nowhere' }, FOLDER);

    expect(getHealth().body).toMatchObject({ status: 'degraded', diagnostics: [{ code: 'folder_missing', file: 'nowhere' }] });
  });

  it.each([
    ['keys', {}, ROUTES.filter(({ role }) => role !== 'anyone').map(({ operation }) => operation)],
    ['tokens', { OIDC_ISSUER: 'https://login.example/realm', OIDC_AUDIENCE: 'orders' }, []],
    ['nothing', { AUTH_DISABLED: 'true' }, []],
  ])('has the host ask for keys only where those are the way in: %s', (_, settings, keyed) => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const http = vi.spyOn(app, 'http').mockImplementation(() => {});
    onTestFinished(() => {
      vi.restoreAllMocks();
    });

    registerHttp(composeApp({ ...SETTINGS, ...settings }, FOLDER));

    const asking = http.mock.calls.flatMap(([name, { authLevel }]) => (authLevel === 'anonymous' ? [] : [name]));
    expect(asking).toEqual(keyed);
  });

  it('leaves no name of its own functions to triggers', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const registered = (['http', 'timer', 'generic'] as const).map((kind) => vi.spyOn(app, kind).mockImplementation(() => {}));
    onTestFinished(() => {
      vi.restoreAllMocks();
    });
    const callback = { CALLBACK_URL: 'http://127.0.0.1/x', CALLBACK_SECRET: `whsec_${'A'.repeat(32)}` };
    const hexdag = composeApp({ ...SETTINGS, ...callback }, FOLDER);
    if (hexdag.work === undefined) throw hexdag.settingsError;

    registerHttp(hexdag);
    registerOrchestration(hexdag.work);
    registerTimers(hexdag.work);

    const names = registered.flatMap(({ mock }) => mock.calls.map(([name]) => name));
    expect(names).toEqual(expect.arrayContaining(['signal', 'callbacks']));
    expect(names.filter((name) => !OWN_FUNCTIONS.has(name.toLowerCase()))).toEqual([]);
  });
});
