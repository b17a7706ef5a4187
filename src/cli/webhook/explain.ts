import { WebhookRefusal } from '../../webhooks/errors.ts';
import { readHeaders } from '../../webhooks/headers.ts';
import type { SignatureClaim, SignatureScheme } from '../../webhooks/scheme.ts';
import { signedContent } from '../../webhooks/signature.ts';
import type { Verdict, WebhookRequest } from '../../webhooks/verify.ts';
import { printable } from '../terminal.ts';
import type { WebhookCase } from './case.ts';

/** The verdict for people: what was compared with what, but for the body, the secrets and the signatures. */
export function explainVerdict(verdict: Verdict, { scheme, request, secrets, now }: WebhookCase): string {
  const claim = tryReadClaim(scheme, request);
  const head = verdict.kind === 'accepted' ? 'accepted' : `refused  ${verdict.code}\n  ${verdict.message}`;
  const facts: [string, string][] = [
    ['scheme', scheme.name],
    [
      'signature',
      `HMAC-${scheme.algorithm.toUpperCase()} in ${scheme.encoding}${claim === undefined ? '' : `, ${claim.signatures.length} sent`}`,
    ],
    [
      'secrets',
      verdict.kind === 'accepted' ? `number ${verdict.secretIndex + 1} of ${secrets.length} fits` : String(secrets.length),
    ],
    ['signed content', claim === undefined ? scheme.content : contentText(scheme, claim, request.body)],
  ];
  if (claim?.timestamp !== undefined) facts.push(['signed at', timeText(claim.timestamp, now)]);
  if (claim?.deliveryId !== undefined) facts.push(['delivery', claim.deliveryId]);
  if (claim === undefined)
    facts.push(['headers given', [...new Set(Array.from(request.headers, ([name]) => name))].join(', ') || 'none']);
  return `${head}\n\n${facts.map(([name, text]) => `  ${name.padEnd(14)}  ${printable(text)}\n`).join('')}`;
}

function tryReadClaim(scheme: SignatureScheme, request: WebhookRequest): SignatureClaim | undefined {
  try {
    return scheme.readClaim(readHeaders(request.headers));
  } catch (error) {
    if (error instanceof WebhookRefusal) return undefined;
    throw error;
  }
}

function contentText(scheme: SignatureScheme, claim: SignatureClaim, body: Uint8Array): string {
  return signedContent(scheme.content, claim, body)
    .map((piece) => (typeof piece === 'string' ? piece : `<body of ${piece.byteLength} bytes>`))
    .join('');
}

function timeText(timestamp: string, now: number): string {
  const seconds = Number(timestamp);
  const age = Math.floor(now / 1000) - seconds;
  const time = new Date(seconds * 1000);
  const iso = Number.isNaN(time.getTime()) ? 'beyond all calendars' : time.toISOString();
  return `${timestamp} (${iso}), ${Math.abs(age)} s ${age < 0 ? 'ahead' : 'ago'}`;
}
