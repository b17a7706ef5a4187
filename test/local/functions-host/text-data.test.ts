import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textData } from '../../../local/functions-host/text-data.ts';

/** What the library makes of text. */
function seenFromText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function seen({ string, json }: { readonly string?: string; readonly json?: string }): unknown {
  return string === undefined ? JSON.parse(json ?? '') : seenFromText(string);
}

describe('text for a function', () => {
  it.each(['plain', '', ' ', '5', ' -1.5e3 ', '00', '1-2', 'true', 'truely', 'null', '"quoted"', '{broken', '[1]', 'é\u2028'])(
    'arrives as the library would read it: %j',
    (text) => {
      expect(seen(textData(text))).toEqual(seenFromText(text));
    },
  );

  it('arrives as the library would read it, whatever it is', () => {
    const anyText = fc.oneof(fc.string(), fc.json(), fc.double().map(String), fc.uuid());

    fc.assert(fc.property(anyText, (text) => isDeepStrictEqual(seen(textData(text)), seenFromText(text))));
  });

  it.each(['plain', '0af76519-16cd-43dd-8448-eb211c80319c', 'True'])('that cannot be JSON is spared the try: %s', (text) => {
    expect(textData(text)).toEqual({ json: JSON.stringify(text) });
  });
});
