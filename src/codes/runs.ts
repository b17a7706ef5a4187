import type { CodeGroup } from './code-entry.ts';

export const RUN_CODES: CodeGroup = {
  title: 'Runs',
  introduction: 'How a run or a node failed.',
  codes: {
    child_run_failed: {
      title: 'A child run did not complete',
      why: 'Its error is part of the message.',
      remedy: 'Look at that run, or handle it with on_error.',
    },
    critical_node_skipped: {
      title: 'A critical node was skipped',
      why: 'The node says critical: true, so the run cannot do without it.',
      remedy: 'Look at why: its condition, or what it depends on.',
    },
    event_key_invalid: {
      title: 'An event key that is empty or too long',
      why: 'Nobody could send an event to it.',
      remedy: 'Check what its template is made of.',
    },
    mapping_required: {
      title: 'A required value is not there',
      why: 'The mapping says `| required`, and the path leads to nothing.',
      remedy: 'Send the value, or map it with a default.',
    },
    mapping_source_unknown: {
      title: 'A mapping reads nothing',
      why: 'No node, field or input has that name in this run.',
      remedy: 'Correct the mapping.',
    },
    node_timeout: {
      title: 'A node took too long',
      why: 'Each attempt has a time of its own.',
      remedy: "Raise the node's timeout, or make it quicker.",
    },
    orchestration_ended: {
      title: 'The orchestration ended without an outcome',
      why: 'It was terminated by hand, or failed outside the rules of the run.',
      remedy: 'Look at the log of the time, then retry the run.',
    },
    input_schema_violation: {
      title: 'An input that does not fit its schema',
      why: 'The node declares what it takes.',
      remedy: 'Correct what is given to it (input_mapping), or the schema.',
    },
    output_schema_violation: {
      title: 'A result that does not fit its schema',
      why: 'The node or the pipeline declares what it gives.',
      remedy: 'Correct the result, or the schema.',
    },
    payload_lost: {
      title: 'A stored input or result is gone',
      why: 'The blob was removed.',
      remedy: 'Restore it and retry the run, or send the event under a new key.',
    },
    pipeline_timeout: {
      title: 'The run took longer than the pipeline allows',
      why: 'spec.orchestrator.pipeline_timeout is the limit.',
      remedy: 'Raise it, or look at what took so long.',
    },
    plan_lost: {
      title: "The run's plan is gone",
      why: 'The document was removed from the plan store.',
      remedy: "Restore it, or retry the run with the plan 'current'.",
    },
    required_inputs_missing: {
      title: 'A required input is null or not there',
      why: 'The node lists it under required_inputs.',
      remedy: 'Map it in, or remove it from the list.',
    },
    run_abandoned: {
      title: 'A run that could not be carried on for hours',
      why: 'Its tasks broke down again and again: a store was away.',
      remedy: 'Mend that, then retry the run.',
    },
    run_cancelled: { title: 'The run was cancelled', why: 'Someone asked for it.', remedy: 'Nothing.' },
    run_ended: {
      title: 'The run has ended',
      why: 'It takes no more events or commands.',
      remedy: 'Nothing; start another run if need be.',
    },
    run_forgotten: {
      title: 'A run that can no longer be retried',
      why: 'Its retention is nearly over: what its first nodes did may be forgotten, and would be done a second time.',
      remedy: 'Start another run, once you know what the first one has done.',
    },
    run_is_child: {
      title: 'A run that another one waited for',
      why: 'That one has failed with it, so this one alone would change nothing.',
      remedy: 'Retry the run that the message names.',
    },
    run_not_failed: {
      title: 'A run that has not failed',
      why: 'Only what failed or was cancelled is done again.',
      remedy: 'Nothing, or start another run.',
    },
    run_not_waiting: {
      title: 'The run waits for nothing any more',
      why: 'It has ended.',
      remedy: 'Nothing; look at how it ended.',
    },
    step_failed: {
      title: 'A step threw an error',
      why: "It did not say whether another attempt may help, so it was tried again by the node's policy.",
      remedy: 'Throw PermanentError or TransientError, so that it is clear.',
    },
    unexpected_error: {
      title: 'An error that nobody expected',
      why: 'Something in the app itself went wrong.',
      remedy: 'Look at the log.',
    },
    wait_decided: {
      title: 'The wait was decided before',
      why: 'Another event came first, and only one counts.',
      remedy: 'Nothing.',
    },
    wait_timed_out: {
      title: 'The wait was over before',
      why: 'The event came too late.',
      remedy: 'Nothing; the run went on as its on_timeout says.',
    },
    wait_timeout: {
      title: 'No event came in time',
      why: 'The node waited as long as its timeout says.',
      remedy: 'Handle it with on_timeout or on_error, or wait longer.',
    },
    wait_unknown: {
      title: 'Nothing waits for that key',
      why: 'The key is wrong, or the run is not there yet.',
      remedy: 'Send it to one of the keys that the message lists.',
    },
  },
};
