import type { CodeGroup } from './code-entry.ts';

export const DOCUMENT_CODES: CodeGroup = {
  title: 'Documents',
  introduction: 'What validating a file can tell about its text, its structure and its names.',
  codes: {
    alias_bomb: {
      title: 'Aliases expand too far',
      why: 'A few lines of anchors and aliases can stand for billions of values.',
      remedy: 'Write out what the aliases repeat, or split the document.',
    },
    alias_cycle: {
      title: 'An alias contains itself',
      why: 'The value would have no end.',
      remedy: 'Remove the alias from the value that its anchor names.',
    },
    alias_unknown: {
      title: 'No anchor of that name',
      why: 'An alias stands for an anchor further up in the same document.',
      remedy: 'Define the anchor above, or correct its name.',
      example: 'timeout: *defaults',
    },
    api_version_unsupported: {
      title: 'Another version of the language',
      why: 'The document was written for rules that may differ from those here.',
      remedy: 'Write hexdag/v1.',
    },
    control_character: {
      title: 'A control character in a text',
      why: 'It is invisible, and steers terminals and logs.',
      remedy: 'Remove it, or write it as an escape in double quotes.',
    },
    cycle: {
      title: 'Nodes wait for each other',
      why: 'None of them could ever start.',
      remedy: 'Remove one of the dependencies or references that the message lists.',
    },
    dependency_implicit: {
      title: 'A reference that dependencies does not list',
      why: 'The node reads another one, so it has to wait for it; that was added.',
      remedy: 'Add the name to dependencies, so that readers see it.',
    },
    dependency_outside: {
      title: 'A body that waits for a node around it',
      why: 'What the body reads is there before it begins.',
      remedy: 'Remove the dependency.',
    },
    dependency_unknown: {
      title: 'A dependency that is no node',
      why: 'The node would wait for something that never comes.',
      remedy: 'Name a node of the same graph.',
      example: 'dependencies: [vaildate]',
    },
    depth_exceeded: {
      title: 'Nested too deep',
      why: 'Deep nesting can end the process that reads it.',
      remedy: 'Flatten the structure, or move parts of it to nodes or files of their own.',
    },
    duplicate_key: {
      title: 'A key twice in one mapping',
      why: 'Only the last of them counts, which is rarely what was meant.',
      remedy: 'Remove or rename one of them.',
    },
    duration_invalid: {
      title: 'No duration',
      why: 'Durations are seconds as a number, or a text of numbers with units.',
      remedy: 'Write 30, 30s, 1h30m or 1d12h.',
      example: 'timeout: 5 minutes',
    },
    duration_range: {
      title: 'A duration out of range',
      why: 'Shorter or longer than can be kept here.',
      remedy: 'Write one within the range that the message names.',
    },
    empty_document: { title: 'An empty file', why: 'There is nothing to run.', remedy: 'Start it with kind: Pipeline.' },
    encoding: {
      title: 'A file that is not UTF-8',
      why: 'Its characters cannot be told for certain.',
      remedy: 'Save the file as UTF-8.',
    },
    field_ignored: {
      title: 'A key that belongs to the adapter',
      why: 'In the node it has no effect.',
      remedy: 'Write it under spec.ports.',
    },
    field_missing: {
      title: 'A key that must be there is not',
      why: 'Without it the document cannot be understood.',
      remedy: 'Add the key that the message names.',
    },
    field_unknown: {
      title: 'A key that nobody reads',
      why: 'Most often a misspelling: the key would have no effect.',
      remedy: 'Correct its name as the remedy suggests, or remove it.',
      example: 'timout: 30',
    },
    file_too_large: { title: 'A file above the limit', why: 'Documents are read whole into memory.', remedy: 'Split the file.' },
    graph_depth: {
      title: 'Nodes within nodes too often',
      why: 'Nobody can follow such a graph, and neither can the log.',
      remedy: 'Move the body to a pipeline of its own.',
    },
    handler_unclear: {
      title: 'A handler that is several nodes',
      why: 'The macro begins with more than one.',
      remedy: 'Name one of these nodes.',
    },
    integer_range: {
      title: 'A number that must be whole, or is out of range',
      why: 'The setting counts something.',
      remedy: 'Write a whole number within the range.',
    },
    key_forbidden: {
      title: 'A key with a special meaning in programs',
      why: 'Keys such as __proto__ could reach beyond the document.',
      remedy: 'Choose another key.',
    },
    key_not_supported: {
      title: 'A key of the language without effect here',
      why: 'It is known, but this runtime does not act on it.',
      remedy: 'Do what the warning says in its place, or keep it for hexDAG only.',
    },
    key_not_text: { title: 'A key that is no text', why: 'Keys are names.', remedy: 'Put the key in quotes.' },
    key_of_other_mode: {
      title: 'A key of another mode',
      why: 'In this mode it has no effect.',
      remedy: 'Remove it, or change the mode.',
    },
    key_removed: {
      title: 'A key that is no longer part of the language',
      why: 'It has no effect.',
      remedy: 'Follow the remedy.',
    },
    kind_unknown: {
      title: 'No such kind of document',
      why: 'Nothing here knows what to do with it.',
      remedy: 'Correct the kind as the remedy suggests.',
      example: 'kind: Pipline',
    },
    mapping_missing: {
      title: 'strict_mapping without input_mapping',
      why: 'A strict node gets the mapped fields only, and there are none.',
      remedy: 'Add an input_mapping, or remove strict_mapping.',
    },
    merge_not_a_mapping: {
      title: 'A merge key with something else than mappings',
      why: '<< takes the keys of a mapping, or of a list of mappings.',
      remedy: 'Point it at a mapping.',
    },
    multiple_documents: {
      title: 'More than one pipeline in a file',
      why: 'Only one of them is used.',
      remedy: 'Move the others to files of their own, or name the one to use.',
    },
    name_conflict: {
      title: 'One name for two things',
      why: 'A reference could not tell which of them is meant.',
      remedy: 'Choose another name.',
    },
    name_invalid: {
      title: 'No valid name',
      why: 'Names are part of ids, paths and references.',
      remedy: 'Use letters, digits, _ and - as the remedy says.',
    },
    name_of_input_field: {
      title: 'A node named like a field of the input',
      why: 'What reads the name gets whichever is nearer.',
      remedy: 'Rename the node, or read the field as $input.name.',
    },
    name_reserved: {
      title: 'A name that is taken',
      why: 'It means something of its own in every document or app.',
      remedy: 'Choose another name.',
      example: 'metadata: { name: input }',
    },
    name_unreadable: {
      title: 'A name that texts cannot read',
      why: "Others have to read this node's result by its name.",
      remedy: 'Use letters, digits and _, not beginning with a digit.',
    },
    node_duplicate: {
      title: 'Two nodes of one name',
      why: 'A reference could not tell which of them is meant.',
      remedy: 'Rename one of them.',
    },
    node_kind_unknown: {
      title: 'No such kind of node',
      why: 'Nothing here knows how to run it.',
      remedy: 'Correct the kind as the remedy suggests.',
      example: 'kind: funtion_node',
    },
    node_limit: {
      title: 'Too many nodes',
      why: 'Plans of that size no longer load in time.',
      remedy: 'Split the pipeline, or loop with a composite_node.',
    },
    nodes_empty: { title: 'No nodes', why: 'A run would end at once with nothing.', remedy: 'Add a node.' },
    not_a_mapping: {
      title: 'A document that is no mapping',
      why: 'A document has kind, metadata and spec.',
      remedy: 'Start it with kind: Pipeline.',
    },
    number_trailing_zero: {
      title: 'A number that loses a zero',
      why: '1.10 is the number 1.1, which is rarely what a version means.',
      remedy: 'Put it in quotes.',
      example: 'version: 1.10',
    },
    on_error_self: { title: 'A node that handles its own failure', why: 'It has just failed.', remedy: 'Name another node.' },
    on_timeout_self: {
      title: 'A node that takes over from itself',
      why: 'It has just waited in vain.',
      remedy: 'Name another node.',
    },
    output_invalid: {
      title: 'An output that is no path',
      why: 'spec.output maps names to a node, or to a path in its result.',
      remedy: 'Write node or node.path.',
    },
    plan_too_large: {
      title: 'A pipeline too large to store',
      why: 'Includes, aliases, variables and macros can repeat a text any number of times; a plan is stored as one document, and may have 1.5 MB at most.',
      remedy: 'Include or repeat less, or move nodes to a pipeline of their own.',
    },
    pipeline_conflict: {
      title: 'Two pipelines of one name',
      why: 'A pipeline is started by its name.',
      remedy: 'Give each a name of its own.',
    },
    reference_unknown: {
      title: 'A reference to nothing',
      why: 'No node, field or declared input has that name.',
      remedy: 'Correct it as the remedy suggests.',
    },
    switch_target_unknown: {
      title: 'A route to no node',
      why: 'With route_downstream every action names a node of the graph.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    tab_indent: { title: 'A tab in the indentation', why: 'YAML indents with spaces only.', remedy: 'Indent with spaces.' },
    tag_not_allowed: {
      title: 'A tag, or code, in a document',
      why: 'Documents are data: tags could run code while the file is read.',
      remedy: 'Write a plain value; put code into a step.',
      example: 'body: !py |',
    },
    timeout_missing: {
      title: 'on_timeout without timeout',
      why: 'A wait without an end never comes to it.',
      remedy: 'Add timeout, such as 1d.',
    },
    token_limit: {
      title: 'Too much in one file',
      why: 'A file of this many values takes too long to read.',
      remedy: 'Split the file.',
    },
    type_boolean: {
      title: 'No boolean',
      why: 'YAML 1.2 has true and false; yes and on are texts.',
      remedy: 'Write true or false.',
    },
    type_invalid: {
      title: 'Something of the wrong type',
      why: 'The key takes another type of value.',
      remedy: 'Write what the remedy says.',
    },
    type_list: { title: 'No list', why: 'The key takes a list.', remedy: 'Write [a, b], or a line with - for each item.' },
    type_mapping: {
      title: 'No mapping',
      why: 'The key takes keys with values.',
      remedy: 'Write {key: value}, or a line for each key.',
    },
    type_number: { title: 'No number', why: 'The key takes a number.', remedy: 'Write it without quotes and units.' },
    type_string: { title: 'No text', why: 'The key takes a text.', remedy: 'Put it in quotes.' },
    unclosed_flow: {
      title: 'A bracket that is not closed',
      why: 'The parser takes all that follows as part of it.',
      remedy: 'Close the bracket, and indent what is inside it.',
    },
    value_empty: {
      title: 'An empty value',
      why: 'There has to be at least one character or item.',
      remedy: 'Fill it in, or remove the key.',
    },
    value_invalid: {
      title: 'A value that is not allowed here',
      why: 'The key takes one of a few values, or a value of a certain form.',
      remedy: 'Write one that the remedy names.',
    },
    yaml_dialect: {
      title: 'A value that older YAML reads differently',
      why: '017, yes or 1:30 have another meaning in YAML 1.1, for which the document may have been written.',
      remedy: 'Put it in quotes, or write the value that is meant.',
      example: 'retry: yes',
    },
    yaml_syntax: {
      title: 'YAML that cannot be read',
      why: 'Quotes, colons or the indentation are wrong here or on the line above.',
      remedy: 'Correct them.',
    },
  },
};
