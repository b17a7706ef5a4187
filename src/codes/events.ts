import type { CodeGroup } from './code-entry.ts';

export const EVENT_CODES: CodeGroup = {
  title: 'Events',
  introduction:
    'Why something that came in was refused: the reason of a dead letter, or the code of a 4xx answer. Sending the same again ends the same way.',
  codes: {
    attribute_empty: {
      title: 'An empty attribute',
      why: 'CloudEvents attributes have a value.',
      remedy: 'Fill it in, or leave it out.',
    },
    attribute_encoding: {
      title: 'An attribute that cannot be decoded',
      why: 'In headers, CloudEvents attributes are UTF-8 in percent-encoding.',
      remedy: 'Encode it so.',
    },
    attribute_missing: {
      title: 'A CloudEvents attribute is missing',
      why: 'id, source, type and specversion are required.',
      remedy: 'Add it.',
    },
    attribute_type: { title: 'An attribute of the wrong type', why: 'CloudEvents attributes are texts.', remedy: 'Send a text.' },
    batch_item_invalid: {
      title: 'A batch with an item that is refused',
      why: 'A batch is accepted as a whole or not at all.',
      remedy: 'Correct the item at the index that the answer names.',
    },
    batch_too_large: {
      title: 'More events than a batch may have',
      why: 'All are stored before the answer.',
      remedy: 'Send smaller batches.',
    },
    body_empty: { title: 'An empty body', why: 'There is nothing to start a run with.', remedy: 'Send JSON.' },
    body_encoding: { title: 'A body that is not UTF-8', why: 'JSON is UTF-8.', remedy: 'Encode it as UTF-8.' },
    body_not_json: {
      title: 'A body that is no JSON',
      why: 'It cannot be read.',
      remedy: 'Correct it at the byte that the message names.',
    },
    body_too_large: {
      title: 'A body above the limit',
      why: 'Messages and requests are small; data travels as blobs.',
      remedy: 'Put the data into a blob and send a claim check.',
    },
    charset_unsupported: { title: 'Another character set', why: 'Only UTF-8 is read.', remedy: 'Send UTF-8.' },
    claim_check_invalid: {
      title: 'A claim check that cannot be read',
      why: 'It names the blob and its hash.',
      remedy: 'Send both as the guide describes.',
    },
    claim_hash_mismatch: {
      title: 'A blob that is not the one claimed',
      why: 'Its content has another hash.',
      remedy: 'Send the hash of what was written.',
    },
    claim_not_found: {
      title: 'A blob that is not there',
      why: 'The claim check names a blob that does not exist.',
      remedy: 'Write the blob before sending the message.',
    },
    claim_path_invalid: {
      title: "A path outside of the claim checks' container",
      why: 'A claim check names a blob by its path inside.',
      remedy: 'Send a path inside.',
    },
    data_conflict: { title: 'data and data_base64 at once', why: 'A CloudEvent has one of them.', remedy: 'Send one of them.' },
    encoding_unsupported: { title: 'A compressed body', why: 'Bodies are read as they are.', remedy: 'Send it uncompressed.' },
    header_forbidden: {
      title: 'A header that says what another one says',
      why: "In the binary form of a CloudEvent, Content-Type is the data's type and the body the data.",
      remedy: 'Leave it out. A signed body that is a CloudEvent already is sent as application/cloudevents+json.',
    },
    idempotency_key_missing: {
      title: 'An event without a key',
      why: 'Without it a repetition could not be told from a second event.',
      remedy: "Send what the trigger's key refers to, or an id.",
    },
    idempotency_key_too_long: {
      title: 'A key above the limit',
      why: "It becomes part of the run's id.",
      remedy: 'Send a shorter one.',
    },
    idempotency_payload_mismatch: {
      title: 'One key for two payloads',
      why: 'The key belongs to a run with another payload.',
      remedy: 'Use a new key, or repeat the first payload.',
    },
    json_depth: { title: 'JSON nested too deep', why: 'Deep nesting can end the process that walks it.', remedy: 'Flatten it.' },
    json_duplicate_key: {
      title: 'A key twice in one object',
      why: 'Readers disagree on which counts.',
      remedy: 'Remove one of them.',
    },
    json_forbidden_key: {
      title: 'A key with a special meaning in programs',
      why: 'Keys such as __proto__ could reach beyond the data.',
      remedy: 'Choose another key.',
    },
    mapping_failed: {
      title: 'An input that the trigger could not make',
      why: 'Its mapping reads something that the event does not have.',
      remedy: "Correct the trigger's input, or the event.",
    },
    media_type_missing: { title: 'No content type', why: 'It tells how to read the body.', remedy: 'Send application/json.' },
    media_type_unsupported: { title: 'Another content type', why: 'Only JSON is read.', remedy: 'Send application/json.' },
    pipeline_version_missing: {
      title: 'No such version of the pipeline',
      why: 'The event asks for a version that is not deployed.',
      remedy: 'Deploy it, or ask for another.',
    },
    property_type: {
      title: 'A property of the wrong type',
      why: "The message's properties are texts, numbers or booleans.",
      remedy: 'Send one of these.',
    },
    retries_exhausted: {
      title: 'A message that failed at every attempt',
      why: 'Every attempt to accept it broke down, for hours if a store was away; the last reason is in the description.',
      remedy: 'Mend that, then send the message again.',
    },
    schema_violation: {
      title: 'Data that does not fit the schema',
      why: 'The pipeline or the trigger declares what it takes.',
      remedy: 'Correct the fields that the message lists.',
    },
    specversion_unsupported: {
      title: 'Another version of CloudEvents',
      why: 'Only 1.0 is read.',
      remedy: 'Send specversion 1.0.',
    },
  },
};
