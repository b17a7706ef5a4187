import { describe, expect, it } from 'vitest';
import { loadTriggers } from '../../../src/triggers/load-triggers.ts';
import { compileTriggers } from '../../../src/triggers/trigger-document.ts';
import { orderPipeline } from '../fixtures.ts';

function document(config: string, name = 'drops'): string {
  return `kind: Trigger
metadata: { name: ${name} }
spec:
  type: blob
  config: ${config}
  pipeline: order
`;
}

function compile(config: string) {
  const settings = { PARTNER__blobServiceUri: 'https://partner.blob.core.windows.net' };
  return compileTriggers(document(config), 'drops.yaml', { pipelines: [orderPipeline], settings });
}

describe('a trigger on blobs', () => {
  it('takes a path alone, and lets steps open the blobs', () => {
    const { triggers, diagnostics } = compile("{ path: 'incoming/{name}.csv' }");

    expect(diagnostics).toEqual([]);
    expect(triggers[0]?.trigger.source).toEqual({
      type: 'blob',
      connection: 'DATA',
      path: expect.objectContaining({ container: 'incoming', captures: ['name'] }),
      maxBytes: 100 * 1024 * 1024,
      content: 'reference',
    });
  });

  it('takes limits, types and a connection', () => {
    const { triggers, diagnostics } = compile(
      "{ connection: PARTNER, path: 'drop/{name}', max_bytes: 10 MiB, accept: [pdf, csv] }",
    );

    expect(diagnostics).toEqual([]);
    expect(triggers[0]?.trigger.source).toMatchObject({ connection: 'PARTNER', maxBytes: 10_485_760, accept: ['pdf', 'csv'] });
  });

  it.each([
    ['no path', '{}', 'field_missing', 'container/'],
    ['a path that is no text', '{ path: 7 }', 'field_type', 'incoming/{name}'],
    ['TY16: the artifacts', "{ path: 'artifacts/{name}' }", 'trigger_loop', 'container of their own'],
    ['TY16: the claimed bodies', "{ path: 'claim-checks/{name}' }", 'trigger_loop', 'container of their own'],
    ["TY16: the host's own container", "{ path: 'azure-webjobs-hosts/{name}' }", 'trigger_loop', 'container of their own'],
    ['TY17: an open brace', "{ path: 'incoming/{name' }", 'path_pattern', 'incoming/{name}'],
    ['TY17: a capture twice', "{ path: 'incoming/{name}/{name}' }", 'path_pattern', 'incoming/{name}'],
    ['a connection string', "{ connection: 'AccountKey=abc', path: 'drop/{name}' }", 'secret_inline', 'name of the setting'],
    ['a connection that is no name', "{ connection: 'a b', path: 'drop/{name}' }", 'setting_reference', 'name of the setting'],
    ['another form of content', "{ path: 'drop/{name}', content: xml }", 'field_type', 'reference, text, json'],
    [
      'content that is too large for an event',
      "{ path: 'drop/{name}', content: json, max_bytes: 1 MiB }",
      'integer_range',
      '10 MiB',
    ],
    ['a limit of nothing', "{ path: 'drop/{name}', max_bytes: 0 }", 'integer_range', '10 MiB'],
    ['a limit that is no size', "{ path: 'drop/{name}', max_bytes: plenty }", 'integer_range', '10 MiB'],
    ['no type', "{ path: 'drop/{name}', accept: [] }", 'field_type', 'pdf'],
    ['a type nobody knows', "{ path: 'drop/{name}', accept: [word] }", 'field_type', 'docx'],
  ])('is refused with %s', (_, config, code, remedy) => {
    const { triggers, diagnostics } = compile(config);

    expect(triggers).toEqual([]);
    expect(diagnostics).toMatchObject([
      { code, remedy: expect.stringContaining(code === 'field_missing' ? 'incoming' : remedy) },
    ]);
  });

  it('warns of a connection that is not set where it is read', () => {
    const { triggers, diagnostics } = compile("{ connection: ABSENT, path: 'drop/{name}' }");

    expect(triggers).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ code: 'setting_undefined', severity: 'warning' }]);
  });

  it('warns of keys it does not know', () => {
    const { diagnostics } = compile("{ path: 'drop/{name}', pathh: x }");

    expect(diagnostics).toMatchObject([{ code: 'field_unknown' }]);
  });

  it('does not share its path, whatever its captures are called', () => {
    const files = ['one', 'two'].map((name) => ({
      file: `${name}.yaml`,
      content: document(`{ path: 'incoming/{${name}}.csv' }`, name),
    }));

    const { triggers, diagnostics } = loadTriggers(files, { pipelines: [orderPipeline] });

    expect(triggers).toEqual([]);
    expect(diagnostics.map(({ code, file }) => [code, file])).toEqual([
      ['trigger_conflict', 'one.yaml'],
      ['trigger_conflict', 'two.yaml'],
    ]);
  });
});
