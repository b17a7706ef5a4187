import { describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/pipeline/catalog.ts';
import { catalog as base } from './catalog.ts';
import { compileFiles, type Files, pipeline, places } from './files.ts';

const catalog: Catalog = { ...base, adapters: { has: (name) => name.startsWith('a'), names: () => ['a1'] } };

const port = (adapter: string, rest: object = {}) => ({ adapters: [{ adapter, config: {} }], middleware: [], ...rest });
const shared = (adapter: string, kind: string) => port(adapter, { ofKind: kind });
const node = (name: string, spec: string, kind = 'function_node') => `{kind: ${kind}, metadata: {name: ${name}}, spec: ${spec}}`;

function compile(files: Files | string) {
  const { plan, diagnostics } = compileFiles(typeof files === 'string' ? { 'main.yaml': files } : files, {}, catalog);
  return { plan, nodes: plan?.nodes ?? [], told: places(diagnostics) };
}

describe('the ports of a node', () => {
  it('are its own before those of its kind', () => {
    const { nodes, told } = compile(
      pipeline(
        'ports: {llm: {adapter: a0}}',
        'type_ports: {function_node: {llm: {adapter: a1}, memory: {adapter: a2}}}',
        'nodes:',
        `- ${node('own', '{fn: const, ports: {llm: {adapter: a3}, crm: {adapter: a4}}}')}`,
        `- ${node('of_kind', '{fn: const}')}`,
        `- ${node('other', '{output: {}}', 'data_node')}`,
      ),
    );

    expect(told).toEqual([]);
    expect(nodes.map(({ ports }) => ports)).toEqual([
      { llm: port('a3'), memory: shared('a2', 'function_node'), crm: port('a4') },
      { llm: shared('a1', 'function_node'), memory: shared('a2', 'function_node') },
      undefined,
    ]);
  });

  it('may stand in its settings', () => {
    const { nodes } = compile(
      pipeline('nodes: [{kind: function_node, metadata: {name: a}, settings: {ports: {llm: {adapter: a1}}}, spec: {fn: const}}]'),
    );

    expect(nodes[0]?.ports).toEqual({ llm: port('a1') });
  });

  it.each(['hexdag.builtin.nodes.FunctionNode', 'core:function_node', 'mine'])(
    'of a kind count by every name of it: %s',
    (name) => {
      const { nodes, told } = compile(
        pipeline(
          'aliases: {mine: function_node}',
          `type_ports: {"${name}": {llm: {adapter: a1}}}`,
          `nodes: [${node('n', '{fn: const}', 'mine')}]`,
        ),
      );

      expect(told).toEqual([]);
      expect(nodes[0]?.ports).toEqual({ llm: shared('a1', 'function_node') });
    },
  );

  it('count within the bodies of nodes', () => {
    const { nodes } = compile(
      pipeline(
        'type_ports: {function_node: {llm: {adapter: a1}}}',
        `nodes: [${node('each', `{mode: for-each, items: '[1]', body: [${node('n', '{fn: const, ports: {crm: {adapter: a2}}}')}]}`, 'composite_node')}]`,
      ),
    );

    expect(nodes[0]?.bodies?.['body']?.nodes[0]?.ports).toEqual({ llm: shared('a1', 'function_node'), crm: port('a2') });
  });

  it('count in the pipeline of another file, which may have Adapter documents of its own', () => {
    const inner = `kind: Adapter\nmetadata: {name: near}\nspec: {class: a2}\n---\n${pipeline(
      `nodes: [${node('n', '{fn: const, ports: {crm: {ref: near}, dms: {ref: far}}}')}]`,
    )}`;
    const { nodes, told } = compile({
      'main.yaml': `${pipeline(
        'type_ports: {function_node: {llm: {adapter: a1}}}',
        `nodes: [${node('each', "{mode: for-each, items: '[1]', body_pipeline: ./inner.yaml}", 'composite_node')}]`,
      )}\n---\nkind: Adapter\nmetadata: {name: far}\nspec: {class: a3}`,
      'inner.yaml': inner,
    });

    expect(told).toEqual([]);
    expect(nodes[0]?.bodies?.['body']?.nodes[0]?.ports).toEqual({
      llm: shared('a1', 'function_node'),
      crm: port('a2'),
      dms: port('a3'),
    });
  });

  it('hold no templates that make the node depend on another', () => {
    const { nodes } = compile(
      pipeline(
        'nodes:',
        `- ${node('a', '{fn: const}')}`,
        `- ${node('b', '{fn: const}')}`,
        `- {kind: function_node, metadata: {name: c}, dependencies: [b], spec: {fn: const, ports: {llm: {adapter: a1, config: {say: "{{ a.v }}"}}}}}`,
      ),
    );

    expect(nodes[2]?.dependencies).toEqual(['b']);
    expect(nodes[2]?.ports?.['llm']?.adapters[0]?.config).toEqual({ say: '{{ a.v }}' });
  });

  it('keep references to secrets', () => {
    const config = `config: {api_key: "\${LLM_KEY}"}`;

    const { nodes, told } = compile(
      `${pipeline(
        `type_ports: {function_node: {llm: {adapter: a1, ${config}}}}`,
        'nodes:',
        `- ${node('a', `{fn: const, ports: {crm: {adapters: [{adapter: a1, ${config}}]}}}`)}`,
        '- {kind: macro_invocation, metadata: {name: m}, spec: {macro: m}}',
      )}\n---\nkind: Macro\nmetadata: {name: m}\nnodes:\n- ${node('{{name}}_a', `{fn: const, ports: {crm: {adapter: a1, ${config}}}}`).replace('{{name}}_a', '"{{name}}_a"')}`,
    );

    expect(told).toEqual([]);
    expect(nodes.flatMap(({ ports = {} }) => Object.values(ports).map(({ adapters }) => adapters[0]?.config))).toEqual(
      Array(4).fill({ api_key: `\${LLM_KEY}` }),
    );
  });

  it('have no effect in a node that calls none', () => {
    const { nodes, told } = compile(pipeline(`nodes: [${node('a', '{output: {}, ports: {llm: {adapter: a1}}}', 'data_node')}]`));

    expect(told).toEqual(['4:76 warning key_not_supported']);
    expect(nodes[0]?.ports).toBeUndefined();
  });
});

describe('the ports of a kind', () => {
  it.each([
    ['that there is not are refused', '{functoin_node: {llm: {adapter: a1}}}', ['4:16 node_kind_unknown']],
    ['that calls none have no effect', '{data_node: {llm: {adapter: a1}}}', ['4:16 warning key_not_supported']],
    ['may be none', '', []],
  ])('%s', (_, written, expected) => {
    const { told } = compile(pipeline(`type_ports: ${written}`, `nodes: [${node('a', '{fn: const}')}]`));

    expect(told).toEqual(expected);
  });
});

describe('a port that a macro requires', () => {
  const macro = (nodes: string) => `\n---\nkind: Macro\nmetadata: {name: m}\nrequires_ports: [{name: llm}]\nnodes: [${nodes}]`;
  const invocation = 'nodes: [{kind: macro_invocation, metadata: {name: m}, spec: {macro: m}}]';
  const body = node('x', '{fn: const, ports: {llm: {adapter: a1}}}');

  it.each([
    ['a kind', `${pipeline('type_ports: {function_node: {llm: {adapter: a1}}}', invocation)}${macro(node('a', '{fn: const}'))}`],
    ['a node of it', `${pipeline(invocation)}${macro(node('a', '{fn: const, ports: {llm: {adapter: a1}}}'))}`],
    [
      'a node within one of its nodes',
      `${pipeline(invocation)}${macro(node('a', `{mode: for-each, items: '[1]', body: [${body}]}`, 'composite_node'))}`,
    ],
  ])('may be that of %s', (_, text) => {
    const { told } = compile(text);

    expect(told).toEqual([]);
  });

  it('is missed if none of them has it', () => {
    const { told } = compile(`${pipeline(invocation)}${macro(node('a', '{fn: const, ports: {crm: {adapter: a1}}}'))}`);

    expect(told).toEqual(['4:71 warning macro_port_missing']);
  });
});
