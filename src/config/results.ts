import { LOOPBACK_HOST } from './connection.ts';
import type { Settings } from './settings.ts';

/** Where a backend is called with each event. */
export interface CallbackSettings {
  readonly url: string;
  /** What deliveries are signed with: `whsec_` and Base64. The second is there while one is replaced by the other. */
  readonly secrets: readonly string[];
  /** Types of the events that it is called with. */
  readonly events: readonly string[];
}

/** Who is told what: the topic, and perhaps a callback. */
export interface ResultSettings {
  /** Types of the events that the topic is told. */
  readonly runEvents: readonly string[];
  readonly callback?: CallbackSettings;
}

export interface EventChoice {
  /** The types of all events, each beginning with `hexdag.`. */
  readonly all: readonly string[];
  /** Those told unless others are asked for. */
  readonly byDefault: readonly string[];
}

const PREFIX = 'hexdag.';
const NOTHING = 'none';
/** 24 bytes in Base64: shorter ones could be guessed. */
const SECRET = /^whsec_(?=.{32})[A-Za-z0-9+/]+={0,2}$/;
const SECRET_LIMIT = 2;

/** Reads what is told to whom; the settings hold what is wrong. */
export function readResults(settings: Settings, choice: EventChoice, development: boolean): ResultSettings {
  if (settings.has('RUN_EVENTS_QUEUE')) {
    settings.report({
      setting: 'RUN_EVENTS_QUEUE',
      code: 'config_obsolete',
      message: 'is no longer read: events go to a topic',
      remedy: 'Remove it; name the topic in RUN_EVENTS_TOPIC, and let whoever read the queue read a subscription.',
    });
  }
  const runEvents = readEvents(settings, 'RUN_EVENTS', choice.all) ?? choice.byDefault;
  const callback = readCallback(settings, choice.all, runEvents, development);
  return { runEvents, ...(callback === undefined ? {} : { callback }) };
}

/** Undefined if the setting is missing or wrong. */
function readEvents(settings: Settings, setting: string, all: readonly string[]): readonly string[] | undefined {
  const value = settings.value(setting);
  if (value === undefined) return undefined;
  if (value === NOTHING) return [];
  const types = listOf(value).map((name) => (name.startsWith(PREFIX) ? name : PREFIX + name));
  if (types.every((type) => all.includes(type))) return [...new Set(types)];
  settings.report({
    setting,
    code: 'config_value',
    message: 'names an event that does not exist',
    remedy: `List some of ${all.map((type) => type.slice(PREFIX.length)).join(', ')}, or write ${NOTHING}.`,
  });
  return undefined;
}

function readCallback(
  settings: Settings,
  all: readonly string[],
  runEvents: readonly string[],
  development: boolean,
): CallbackSettings | undefined {
  const isGiven = ['CALLBACK_URL', 'CALLBACK_SECRET', 'CALLBACK_EVENTS'].some((name) => settings.has(name));
  if (!isGiven) return undefined;
  const url = readUrl(settings, development);
  const secrets = readSecrets(settings);
  const events = readEvents(settings, 'CALLBACK_EVENTS', all) ?? runEvents;
  return url === undefined || secrets === undefined ? undefined : { url, secrets, events };
}

function readUrl(settings: Settings, development: boolean): string | undefined {
  const setting = 'CALLBACK_URL';
  const value = settings.value(setting);
  if (value === undefined) {
    const remedy = 'Set the address that is to be called, or remove the other CALLBACK settings.';
    settings.report({ setting, code: 'config_missing', message: 'is missing', remedy });
    return undefined;
  }
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    const remedy = 'It looks like https://backend.example/callbacks, without credentials: deliveries are signed.';
    settings.report({ setting, code: 'config_format', message: 'is no address that can be called', remedy });
    return undefined;
  }
  if (!development && (url.protocol === 'http:' || LOOPBACK_HOST.test(url.hostname))) {
    const message = 'leads to this machine, or would send events unencrypted';
    const remedy = 'Use https and the name of another machine; only development may call its own.';
    settings.report({ setting, code: 'config_insecure', message, remedy });
    return undefined;
  }
  return value;
}

function readSecrets(settings: Settings): readonly string[] | undefined {
  const setting = 'CALLBACK_SECRET';
  const value = settings.value(setting);
  const remedy = `Write whsec_ and at least 24 random bytes in Base64; while you replace it, the new one and the old one with a comma between.`;
  if (value === undefined) {
    settings.report({ setting, code: 'config_missing', message: 'is missing, and deliveries are never unsigned', remedy });
    return undefined;
  }
  const secrets = listOf(value);
  if (secrets.length <= SECRET_LIMIT && secrets.every((secret) => SECRET.test(secret))) return secrets;
  settings.report({ setting, code: 'config_format', message: 'is no secret to sign with', remedy });
  return undefined;
}

function listOf(value: string): readonly string[] {
  return value.split(/[\s,]+/).filter((item) => item !== '');
}
