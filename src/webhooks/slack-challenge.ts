import { isJsonObject, type JsonValue } from '../json.ts';

/** The answer to Slack's question whether an address is one's own, which comes signed like everything else; undefined for other bodies. */
export function answerChallenge(body: JsonValue): { readonly challenge: string } | undefined {
  if (!isJsonObject(body) || body['type'] !== 'url_verification') return undefined;
  const { challenge } = body;
  return typeof challenge === 'string' && challenge !== '' ? { challenge } : undefined;
}
