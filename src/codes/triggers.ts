import type { CodeGroup } from './code-entry.ts';

export const TRIGGER_CODES: CodeGroup = {
  title: 'Triggers',
  introduction: 'What validating a trigger can tell.',
  codes: {
    cardinality_unsupported: {
      title: 'Messages in batches',
      why: 'A batch is settled as a whole and its locks are not renewed: one bad message would bring back all of them.',
      remedy: 'Remove cardinality: messages are taken one by one, many at a time.',
    },
    entity_name_invalid: {
      title: 'No name of a queue, topic or subscription',
      why: 'Service Bus allows letters, digits and . - _ / inside.',
      remedy: 'Correct the name.',
    },
    field_conflict: {
      title: 'Two keys that exclude each other',
      why: 'Only one of them can be meant.',
      remedy: 'Keep one of them.',
    },
    field_type: {
      title: 'A value of the wrong type',
      why: 'The key takes another type of value.',
      remedy: 'Write what the message says.',
    },
    path_pattern: {
      title: 'No path of blobs',
      why: 'A path is a container and a name with captures, each with a name of its own.',
      remedy: 'Write container/{name}.csv.',
    },
    pipeline_duplicate: {
      title: 'A pipeline listed twice',
      why: 'Events could not choose between them.',
      remedy: 'Remove one of them.',
    },
    pipeline_unknown: {
      title: 'No pipeline of that name',
      why: 'It does not exist, or was refused itself.',
      remedy: 'Correct the name, and look at the diagnostics of the pipelines.',
    },
    secret_inline: {
      title: 'A secret in a document',
      why: 'Documents are kept in version control.',
      remedy: 'Put it into a setting and name the setting.',
    },
    setting_reference: {
      title: 'No name of a setting',
      why: 'A connection is named by the setting that holds it.',
      remedy: 'Write the name alone: connection: SB.',
    },
    trigger_conflict: {
      title: "Two triggers in each other's way",
      why: 'They share a name, a queue, a subscription or a route.',
      remedy: 'Give each its own.',
    },
    trigger_loop: {
      title: 'A trigger that listens to what its own runs cause',
      why: 'Each run would start the next, without end.',
      remedy: "Listen elsewhere; or say in 'when' which events start a run, never those that its runs cause.",
    },
    trigger_type_unknown: {
      title: 'No such type of trigger',
      why: 'Nothing here knows where its events come from.',
      remedy: 'Correct the type as the remedy suggests.',
    },
  },
};
