import { describe, expect, it } from 'vitest';
import { readOptions } from '../../local/options.ts';

describe('the options of the launcher', () => {
  it('are fixed ports and a lasting folder unless told otherwise', () => {
    const options = readOptions([]);

    expect(options.data).toBe('.hexdag');
    expect(options.ports).toEqual({ functions: 7071, serviceBus: 5672, cosmos: 8081, blob: 10_000 });
  });

  it('are free ports and no folder when ephemeral, except for ports that were named', () => {
    const options = readOptions(['--ephemeral', '--port', '7999']);

    expect(options.data).toBeUndefined();
    expect(options.ports).toEqual({ functions: 7999, serviceBus: 0, cosmos: 0, blob: 0 });
  });

  it.each([
    [['--port', 'abc'], 'option_value'],
    [['--port', '65536'], 'option_value'],
    [['--port', '-1'], 'option_unknown'],
    [['--ephemeral', '--data', 'x'], 'option_value'],
    [['--nonsense'], 'option_unknown'],
    [['argument'], 'option_unknown'],
  ])('%j are refused as %s', (args, code) => {
    const read = () => readOptions(args);

    expect(read).toThrow(expect.objectContaining({ code }));
  });
});
