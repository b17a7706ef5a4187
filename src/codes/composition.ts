import type { CodeGroup } from './code-entry.ts';

export const COMPOSITION_CODES: CodeGroup = {
  title: 'Ports, macros, includes and schemas',
  introduction:
    'What validating can tell about documents that are put together: definitions, environments, variables, templates and types.',
  codes: {
    adapter_missing: {
      title: 'A port without an adapter',
      why: 'Nothing would fulfil it.',
      remedy: 'Add adapter: <name>, or ref: <Adapter document>.',
    },
    adapter_port_mismatch: {
      title: 'An adapter made for another port',
      why: 'It does not have the methods that this port needs.',
      remedy: 'Choose another adapter, or rename the port.',
    },
    adapter_ref_unknown: {
      title: 'No Adapter document of that name',
      why: 'ref names a document of kind Adapter in the same file.',
      remedy: 'Correct the name as the remedy suggests, or define it.',
    },
    body_cycle: {
      title: 'Files that are bodies of each other',
      why: 'The graph would have no end.',
      remedy: 'Remove one of them from the way.',
    },
    header_name_invalid: {
      title: 'A name that no header can have',
      why: 'Headers are named by letters, digits and a few marks; a line break in a name would begin another header.',
      remedy: 'Correct the name.',
    },
    header_reserved: {
      title: 'A header that is not yours to set',
      why: 'It says how the request is sent, which shows only when it is sent.',
      remedy: 'Remove it.',
    },
    body_ignored: {
      title: 'A body that is not sent',
      why: 'GET and DELETE have none.',
      remedy: 'Use POST, PUT or PATCH, or put the values into params.',
    },
    body_invalid: {
      title: 'A body file without a pipeline',
      why: "A body is a pipeline's nodes.",
      remedy: 'Name a file with a kind: Pipeline document.',
    },
    body_not_found: {
      title: 'No such body file',
      why: 'The path starts at the folder of the file that names it.',
      remedy: 'Check the path.',
    },
    body_twice: { title: 'Two bodies for one turn', why: 'They exclude each other.', remedy: 'Keep one of them.' },
    custom_type_clamp: {
      title: 'A clamp that is none',
      why: 'A clamp is a list of a lowest and a highest number, in this order.',
      remedy: 'Write clamp: [lowest, highest].',
    },
    custom_type_default: {
      title: 'A default of the wrong type',
      why: "The default takes the place of a value, so it has to be of the type's base.",
      remedy: 'Write a default of the base type.',
    },
    custom_type_name: {
      title: 'A type that cannot have this name',
      why: "The name is a built-in type's or no name at all.",
      remedy: 'Choose another name.',
    },
    definition_unused: {
      title: 'A definition that no pipeline uses',
      why: 'Adapters, macros and the like count within their own file.',
      remedy: 'Put it into the file of the pipeline that uses it.',
    },
    environment_unknown: {
      title: 'No such environment',
      why: 'Neither the pipeline nor the folder declares it.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    file_unavailable: {
      title: 'A file that cannot be read here',
      why: 'The document is compiled without its neighbours.',
      remedy: 'Compile it with its folder, or write the nodes in its place.',
    },
    filter_unknown: {
      title: 'No filter of that name',
      why: 'Build-time templates have a small set of filters.',
      remedy: 'Use one of those that the remedy names.',
    },
    handler_unknown: {
      title: 'No transition handler of that name',
      why: 'Handlers are registered in the app.',
      remedy: 'Correct the name as the remedy suggests, or register it.',
    },
    include_absolute: {
      title: 'An include that is no relative path',
      why: 'Documents move between machines.',
      remedy: 'Write the path from the folder of the file, with /.',
    },
    include_cycle: {
      title: 'Files that include each other',
      why: 'Their text would have no end.',
      remedy: 'Remove one of the includes.',
    },
    include_depth: {
      title: 'Includes within includes too often',
      why: 'Nobody can follow them.',
      remedy: 'Include the files from fewer levels.',
    },
    include_invalid: {
      title: 'An include that names no file',
      why: 'The directive stands alone and names one file.',
      remedy: 'Write "!include": path.yaml, or path.yaml#key.',
    },
    include_key_missing: {
      title: 'A key that the included file does not have',
      why: 'path.yaml#key takes what stands under a key at its top.',
      remedy: 'Correct the key as the remedy suggests.',
    },
    include_limit: {
      title: 'Includes that bring in too much',
      why: 'The document would grow above the limit.',
      remedy: 'Include less, or split the pipeline.',
    },
    include_not_found: {
      title: 'No such file to include',
      why: 'The path starts at the folder of the file that includes.',
      remedy: 'Check the path.',
    },
    kind_not_supported: {
      title: 'A kind of document without effect here',
      why: 'It is known, but this runtime does not act on it.',
      remedy: 'Remove it, or keep it for hexDAG only.',
    },
    macro_input_twice: {
      title: 'A parameter given twice',
      why: 'inputs and config both have it.',
      remedy: 'Remove one of them.',
    },
    macro_parameter_missing: {
      title: 'A required parameter is missing',
      why: 'The macro cannot be expanded without it.',
      remedy: 'Give it under inputs.',
    },
    macro_parameter_type: {
      title: 'A parameter of the wrong type',
      why: 'The macro declares another.',
      remedy: 'Give a value of that type.',
    },
    macro_parameter_value: {
      title: 'A parameter with a value that is not allowed',
      why: 'The macro lists what it takes.',
      remedy: 'Give one of these.',
    },
    macro_port_missing: {
      title: 'A port that the macro needs',
      why: 'The pipeline does not declare it.',
      remedy: 'Declare it under spec.ports.',
    },
    macro_recursion: { title: 'A macro within itself', why: 'Its nodes would have no end.', remedy: 'Remove the invocation.' },
    macro_result_unclear: {
      title: 'A macro without one result',
      why: 'It ends in several nodes, or in one that cannot be named.',
      remedy: 'Name the node that is meant.',
    },
    macro_unknown: {
      title: 'No macro of that name',
      why: 'Macros are documents of the same file.',
      remedy: 'Correct the name as the remedy suggests, or define it.',
    },
    node_override_unknown: {
      title: 'An override for no node',
      why: 'Environments change nodes by their names.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    path_outside_root: {
      title: 'A path that leaves the folder of documents',
      why: 'Only what is deployed with the documents can be read.',
      remedy: 'Move the file into the folder.',
    },
    pipeline_recursion: {
      title: 'A pipeline that starts itself',
      why: 'Without a condition that ends it, it would start runs for ever.',
      remedy: 'Make sure that when ends it, or use a loop.',
    },
    port_ambiguous: {
      title: 'A port with two adapters that exclude each other',
      why: 'Only one can be meant.',
      remedy: 'Keep one of them.',
    },
    schema_invalid: {
      title: 'No valid schema',
      why: 'Data could not be checked with it.',
      remedy: 'Correct it after JSON Schema 2020-12, or use the short form {field: type}.',
    },
    schema_type_unknown: {
      title: 'No such type',
      why: 'Types are str, int, float, bool, list, dict, Any, the sanitising ones and custom_types.',
      remedy: 'Correct it as the remedy suggests.',
    },
    secret_misplaced: {
      title: "A secret outside of a port's configuration",
      why: 'Plans, logs and results are kept, and secrets must not be in them.',
      remedy: 'Move it into the config of the port or service.',
    },
    secret_not_allowed_here: {
      title: 'A secret read by a node',
      why: 'What nodes read and give is kept with the run, and secrets must not be in it.',
      remedy: 'Put its variable into the config of a port or service, and call through that.',
      example: 'json_body: { key: "{{ secrets.API_KEY }}" }',
    },
    state_unknown: {
      title: 'A state that no transition leads to',
      why: 'The entity could never get there.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    strategy_without_adapters: {
      title: 'A strategy without a pool',
      why: 'It says how the members of a pool are used.',
      remedy: 'Add adapters, or remove strategy.',
    },
    template_limit: {
      title: 'A build-time template that grows too large',
      why: 'Loops in templates can write more than anyone can read.',
      remedy: 'Make fewer or smaller nodes.',
    },
    template_syntax: {
      title: 'A build-time template that cannot be read',
      why: 'A tag, a filter or an expression in it is incomplete.',
      remedy: 'Correct it at the place that the message names.',
    },
    transition_invalid: {
      title: 'A transition without a goal',
      why: 'It names the state that it leads to.',
      remedy: 'Write a state, or {to: STATE, guard: expression}.',
    },
    variable_unset: {
      title: 'A variable that is not set',
      why: 'The document refers to it and gives no default.',
      remedy: 'Set it, or write a default after a colon.',
    },
  },
};
