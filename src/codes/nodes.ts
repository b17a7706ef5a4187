import type { CodeGroup } from './code-entry.ts';

export const NODE_CODES: CodeGroup = {
  title: 'Nodes, steps and ports',
  introduction: 'Why a node cannot be built, or why it failed.',
  codes: {
    adapter_config_invalid: {
      title: 'An adapter with a wrong configuration',
      why: 'A setting is missing, unknown or of the wrong type.',
      remedy: 'Correct it at the place that the message names.',
    },
    adapter_unavailable: {
      title: 'An adapter that is not part of this app',
      why: 'The language knows it, but nothing here fulfils it.',
      remedy: 'Use one of the adapters that the remedy names.',
    },
    adapter_unknown: {
      title: 'No adapter of that name',
      why: 'Ports are fulfilled by registered adapters.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    arguments_invalid: {
      title: 'A tool or method called with wrong arguments',
      why: 'They do not fit its declaration.',
      remedy: 'Call it as it is declared.',
    },
    circuit_open: {
      title: 'A port that is given a rest',
      why: 'It failed several times in a row, so it is not asked for a while.',
      remedy: "Nothing; attempts go on by the node's policy. Look at why it fails.",
    },
    conversation_invalid: {
      title: 'A conversation that is none',
      why: 'It is a list of messages, each with role and content.',
      remedy: 'Give such a list.',
    },
    entity_contended: {
      title: 'An entity that others move at the same moment',
      why: 'The transition was tried several times.',
      remedy: "Nothing; attempts go on by the node's policy.",
    },
    entity_id_invalid: {
      title: 'No id of an entity',
      why: 'It is a number, or a text of limited length.',
      remedy: 'Correct the expression that gives it.',
    },
    entity_malformed: {
      title: 'A stored entity that cannot be read',
      why: 'It was written by another version, or by hand.',
      remedy: 'Restore it, or migrate it.',
    },
    entity_store_missing: {
      title: 'No store of entities',
      why: 'This app was composed without one.',
      remedy: 'Compose the app with one.',
    },
    entity_unknown: {
      title: 'No such entity',
      why: 'The pipeline declares no state machine for it.',
      remedy: 'Declare it under spec.state_machines.',
    },
    http_request_invalid: {
      title: 'A request that cannot be sent',
      why: 'Its address, headers or body are wrong.',
      remedy: 'Correct the node.',
    },
    http_response_invalid: {
      title: 'An answer that cannot be read',
      why: 'It is no JSON although it says so, or is too large.',
      remedy: 'Look at what the other side sends.',
    },
    http_status: {
      title: 'An answer of failure',
      why: 'The other side answered with a status that is no success.',
      remedy: 'Look at the status and the body in the message.',
    },
    http_unreachable: {
      title: 'No answer',
      why: 'The other side was not reached, or not in time.',
      remedy: "Nothing; attempts go on by the node's policy. Check the address.",
    },
    input_not_a_mapping: {
      title: 'An input without fields',
      why: 'The node takes fields out of its input, which is no mapping.',
      remedy: 'Give it a mapping with input_mapping.',
    },
    input_not_json: { title: 'A text that is no JSON', why: 'It cannot be parsed.', remedy: 'Give JSON.' },
    input_not_text: {
      title: 'An input that is no text',
      why: 'The step reads text.',
      remedy: 'Give it a text with input_mapping.',
    },
    items_not_iterable: {
      title: 'A loop over something that has no items',
      why: 'items must give a list, a mapping or a text.',
      remedy: 'Correct the expression.',
    },
    llm_content_refused: {
      title: 'A model that refuses the content',
      why: 'Its filter stopped the question or the answer.',
      remedy: 'Change the prompt; another attempt ends the same way.',
    },
    llm_rate_limited: {
      title: 'A model that is asked too often',
      why: 'Its quota is used up for the moment.',
      remedy: 'Nothing; it is asked again when its answer says so. Raise the quota, or slow down.',
    },
    llm_request_refused: {
      title: 'A model that refuses the request',
      why: 'The deployment, the key or the parameters are wrong.',
      remedy: "Correct the port's configuration.",
    },
    llm_unavailable: {
      title: 'A model that does not answer',
      why: 'It is away or overloaded.',
      remedy: "Nothing; attempts go on by the node's policy.",
    },
    loop_limit: {
      title: 'A loop with too many turns',
      why: 'More than one node may hold.',
      remedy: 'Split the items over several runs.',
    },
    memory_contended: {
      title: 'A memory that others write at the same moment',
      why: 'The change was tried several times.',
      remedy: "Nothing; attempts go on by the node's policy.",
    },
    memory_full: {
      title: 'A memory above its limit',
      why: 'It travels with the run.',
      remedy: 'Keep less in it; keep large things as artifacts.',
    },
    middleware_options_invalid: {
      title: 'Middleware with wrong options',
      why: 'An option is missing, unknown or of the wrong type.',
      remedy: 'Correct it at the place that the message names.',
    },
    middleware_unknown: {
      title: 'No middleware of that name',
      why: 'Only registered middleware can wrap a port.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    output_not_serialisable: {
      title: 'A result that is no JSON',
      why: 'It holds a function, a cycle or the like, so it could not be kept.',
      remedy: 'Return plain data.',
    },
    parse_error: {
      title: 'An answer that does not have the wanted form',
      why: 'The model was asked for JSON of a schema and gave something else.',
      remedy: 'Give it more attempts, or a simpler schema.',
    },
    pattern_invalid: { title: 'A pattern that cannot be read', why: 'It is no regular expression.', remedy: 'Correct it.' },
    pattern_limit: {
      title: 'A pattern that could take for ever',
      why: 'Nested repetition backtracks without end on some texts.',
      remedy: 'Write it without nested repetition.',
    },
    phase_unknown: {
      title: 'No such phase of the agent',
      why: 'The agent wanted a phase that its node does not declare.',
      remedy: 'Add it to continuation_prompts; the agent is told and goes on.',
    },
    port_missing: {
      title: 'A port that the pipeline does not declare',
      why: 'The node needs it.',
      remedy: 'Declare it under spec.ports.',
    },
    port_timeout: {
      title: 'A port that took too long',
      why: 'Its middleware sets a time.',
      remedy: 'Raise the time, or look at why it is slow.',
    },
    redirect_refused: {
      title: 'A redirect that is not followed',
      why: 'It leads to an address that must not be called, from https to http, or in a circle.',
      remedy: 'Call the address that is meant in the end, or look at why the other side redirects.',
    },
    reducer_unknown: {
      title: 'No reducer of that name',
      why: 'A reducer is a step, or one of the built-in ones.',
      remedy: 'Correct the name as the remedy suggests.',
    },
    secret_missing: {
      title: 'A secret that is not set',
      why: 'A configuration or a command refers to it.',
      remedy: 'Set the variable, or store the secret.',
    },
    service_class_unknown: {
      title: 'No class of service of that name',
      why: 'Services are registered in the app.',
      remedy: 'Register it, or correct the name.',
    },
    service_method_unknown: {
      title: 'No method of that name',
      why: 'The service does not have it, or does not offer it to nodes.',
      remedy: 'Correct the name as the message suggests.',
    },
    service_unknown: {
      title: 'No service of that name',
      why: 'The node calls a service that the pipeline does not declare.',
      remedy: 'Declare it under spec.services.',
    },
    service_config_invalid: {
      title: 'A service with a wrong configuration',
      why: 'A setting is missing, unknown or of the wrong type.',
      remedy: 'Correct it at the place that the message names.',
    },
    step_unknown: {
      title: 'No step of that name',
      why: 'fn names a function that is registered in steps/.',
      remedy: 'Correct it as the remedy suggests, or list the step in steps/index.ts.',
      example: 'fn: chrage',
    },
    tool_call_invalid: {
      title: 'A call of a tool that cannot be read',
      why: 'The model wrote it wrongly.',
      remedy: 'Nothing; the model is told and tries again.',
    },
    tool_not_allowed: {
      title: 'A tool that this node may not use',
      why: 'The node names the tools it allows.',
      remedy: "Add it to the node's tools, or leave it.",
    },
    transition_guarded: {
      title: 'A transition whose guard does not hold',
      why: 'The state machine allows it on a condition only.',
      remedy: 'Look at the guard, or test it with when.',
    },
    transition_not_allowed: {
      title: 'A transition that the state machine does not have',
      why: 'The entity is in a state from which it cannot go there.',
      remedy: 'Test the state first, or add the transition.',
    },
    transition_taken_back: {
      title: 'A transition that another attempt took back',
      why: 'Its handler failed.',
      remedy: "Nothing; attempts go on by the node's policy.",
    },
    url_not_allowed: {
      title: 'An address that must not be called',
      why: 'It belongs to the platform, such as the one that hands out identities, or to this machine or its network: a value could make the pipeline reach what its sender cannot.',
      remedy:
        'Call another address. One of this machine or its network is called through a port whose base_url has it, or whose config says allow_private: true.',
      example: 'url: http://169.254.169.254/',
    },
    url_unsafe: {
      title: 'A value that would lead a call elsewhere',
      why: "What a template inserts into a URL may be a path, but neither another host than is written nor '..': it may come from outside.",
      remedy: 'Check the value before the node, or write the address out.',
    },
  },
};
