import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/pipeline/duration.ts';
import { formatDiagnostic } from '../../src/pipeline/format-diagnostic.ts';
import { nearMatches } from '../../src/pipeline/near-match.ts';

describe('a duration', () => {
  it.each([
    [30, 30_000],
    ['30s', 30_000],
    ['1d12h', 129_600_000],
    ['1d12h30m5s', 131_405_000],
    ['250ms', 250],
    ['0.5', 500],
    [' 1.5m ', 90_000],
    [-1, -1000],
    ['-5s', -5000],
    ['soon', undefined],
    ['30 s', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j is %j milliseconds', (value, expected) => {
    const result = parseDuration(value);

    expect(result).toBe(expected);
  });
});

describe('near matches', () => {
  it.each([
    ['timout', ['timeout', 'when'], ['timeout']],
    ['Pipline', ['Pipeline', 'Trigger'], ['Pipeline']],
    ['fethc', ['fetch', 'fetch2', 'store'], ['fetch']],
    ['b', ['a', 'c'], []],
    ['x', ['X'], ['X']],
    ['totally', ['other'], []],
  ])('of %s among %j are %j', (word, candidates, expected) => {
    const result = nearMatches(word, candidates);

    expect(result).toEqual(expected);
  });
});

describe('a diagnostic as text', () => {
  const diagnostic = {
    code: 'field_unknown',
    severity: 'error' as const,
    file: 'orders.yaml',
    position: { line: 2, column: 3 },
    message: "Nothing reads 'timout' here.",
    remedy: "Did you mean 'timeout'?",
  };

  it('shows place, code, line and remedy', () => {
    const text = formatDiagnostic(diagnostic, 'a:\n  timout: 3\n');

    expect(text).toBe(
      [
        "orders.yaml:2:3 field_unknown Nothing reads 'timout' here.",
        '  2 |   timout: 3',
        '    |   ^',
        "  Did you mean 'timeout'?",
      ].join('\n'),
    );
  });

  it('does not pass control characters on', () => {
    const text = formatDiagnostic({ ...diagnostic, file: '\u001b[2Jx' }, '\n\u001b[31m\n');

    expect(text).not.toContain('\u001b');
  });

  it('marks warnings', () => {
    const text = formatDiagnostic({ ...diagnostic, severity: 'warning' });

    expect(text).toContain('orders.yaml:2:3 warning field_unknown');
  });
});
