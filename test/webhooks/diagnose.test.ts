import { describe, expect, it } from 'vitest';
import { diagnoseMismatch } from '../../src/webhooks/diagnose.ts';
import { github } from '../../src/webhooks/github.ts';
import { signWebhook } from '../../src/webhooks/sign.ts';
import { standardWebhooks } from '../../src/webhooks/standard-webhooks.ts';
import { stripe } from '../../src/webhooks/stripe.ts';
import { NOW, SECRET, signed } from './requests.ts';

const TEXT = '{"a": 1,\n "b": "é"}\n';

function diagnosis(sent: string | Uint8Array, received: string | Uint8Array): string | undefined {
  const headers = Object.entries(signWebhook(github, { body: Buffer.from(sent) }, [SECRET], NOW * 1000));
  return diagnoseMismatch(github, { headers, body: Buffer.from(received) }, [SECRET]);
}

describe('a signature that does not fit', () => {
  it.each([
    ['a line break was added', TEXT, `${TEXT}\r\n`, 'without the line break at its end'],
    ['a line break was lost', TEXT, TEXT.trimEnd(), 'with a line break at its end'],
    ['blanks were added', TEXT.trim(), ` ${TEXT.trim()}  `, 'without white space at its ends'],
    ['line feeds were made Windows line ends', TEXT, TEXT.replaceAll('\n', '\r\n'), 'with line feeds alone'],
    ['Windows line ends were made line feeds', TEXT.replaceAll('\n', '\r\n'), TEXT, 'with carriage returns'],
    ['a byte order mark was added', TEXT, `\ufeff${TEXT}`, 'without its byte order mark'],
    [
      'bytes were decoded',
      Buffer.from('ef bf bd'.replaceAll(' ', ''), 'hex'),
      Buffer.from([0xff]),
      'with replacement characters',
    ],
    ['Latin-1 was assumed', Buffer.from('Ã©'), 'é', 'taken for Latin-1'],
    ['JSON was compact', '{"a":1,"b":"é"}', TEXT, 'as compact JSON'],
    ['JSON was indented', '{\n  "a": 1,\n  "b": "é"\n}', TEXT, 'as indented JSON'],
    ['the body was already read', '', TEXT, 'left out'],
  ])('because %s', (_name, sent, received, hint) => {
    expect(diagnosis(sent, received)).toContain(hint);
  });

  it('for no reason that is tried gives no hint', () => {
    expect(diagnosis(TEXT, '{"a": 2}')).toBeUndefined();
  });

  it.each([
    ['a line break behind it', github, `${SECRET}\n`, SECRET, 'without the white space around it'],
    ['its text in the place of its bytes', github, SECRET, SECRET.replace('whsec_', ''), 'as text without its prefix'],
    ['its bytes', github, Buffer.from('key').toString('base64'), 'key', 'decoded from Base64'],
    ['its bytes', github, Buffer.from('key').toString('hex'), 'key', 'decoded from hexadecimal digits'],
  ])('because the secret was used with %s', (_name, scheme, configured, used, hint) => {
    const body = Buffer.from(TEXT);
    const headers = Object.entries(signed(scheme, { body: TEXT, secrets: [used] }));

    const found = diagnoseMismatch(scheme, { headers, body }, [configured]);

    expect(found).toContain(hint);
    expect(found).not.toContain(configured);
  });

  it('because the sender of Standard Webhooks took the secret for text', () => {
    const stamped = { timestamp: String(NOW), deliveryId: 'msg_1' };
    const asText = { ...standardWebhooks, readKey: (secret: string) => Buffer.from(secret) };
    const headers = Object.entries(signWebhook(asText, { body: Buffer.from('{}'), ...stamped }, [SECRET], NOW * 1000));

    const found = diagnoseMismatch(standardWebhooks, { headers, body: Buffer.from('{}') }, [SECRET]);

    expect(found).toContain('as text, as it is written');
  });

  it('because it is in capital letters', () => {
    const headers = Object.entries(signed(stripe)).map(
      ([name, value]) => [name, value.replace(/[a-f]/g, (c) => c.toUpperCase())] as const,
    );

    const found = diagnoseMismatch(stripe, { headers, body: Buffer.from('{"orderId":"A1","total":12.5}') }, [SECRET]);

    expect(found).toContain('but for its spelling');
  });
});
