import type { CodeGroup } from './code-entry.ts';

export const WEBHOOK_CODES: CodeGroup = {
  title: 'Webhooks',
  introduction:
    'What validating a webhook trigger can tell, and why a request was refused before anything of its body was read. `hexdag webhook verify` tells more about a request at hand.',
  codes: {
    delivery_id_malformed: {
      title: 'An id that cannot be one',
      why: 'Ids are short texts of visible ASCII characters; where they are signed before a full stop, they have none.',
      remedy: 'Send an id such as msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.',
    },
    delivery_id_missing: {
      title: 'A delivery without an id',
      why: 'The id is part of what is signed, and tells a repetition from a second event.',
      remedy: 'Send the header that the message names, the same at every attempt.',
    },
    header_repeated: {
      title: 'A header given twice',
      why: 'It would be open which of them counts.',
      remedy: 'Send it once; several signatures stand in one header.',
    },
    header_too_large: {
      title: 'Headers above the limit',
      why: 'They are held in memory before anybody is known to be who they say.',
      remedy: 'Send fewer or shorter ones.',
    },
    no_supported_signature: {
      title: 'Signatures of other versions only',
      why: 'Other versions are weaker, or need other keys.',
      remedy: 'Sign with the version that the message names.',
    },
    route_conflict: {
      title: 'A path that reads like a route of the app',
      why: 'Webhooks have routes of their own, below /api/webhooks/.',
      remedy: 'Write what comes after that.',
      example: 'path: /api/runs',
    },
    route_invalid: {
      title: 'No path of a route',
      why: 'A route is made of names with slashes between; other characters would mean something to the host.',
      remedy: 'Write letters, digits and . - _ with / between.',
      example: 'path: ../admin',
    },
    scheme_settings_invalid: {
      title: 'Settings of a scheme that do not fit together',
      why: 'Signatures could not be told, or would not protect what they seem to.',
      remedy: 'Correct what the message names.',
      example: 'template: "{body}"\ntimestamp_header: x-timestamp',
    },
    scheme_unknown: {
      title: 'No scheme of that name',
      why: 'How a signature is made follows from the scheme.',
      remedy: 'Take one of those that the message lists; hmac can be made to measure.',
    },
    secret_format: {
      title: 'A text that cannot be a secret',
      why: 'The scheme could verify nothing with it, so that every request would be refused.',
      remedy: 'Copy the secret from the sender again, into the setting that the document names.',
    },
    secret_malformed: {
      title: 'A secret that cannot be a key',
      why: 'It is empty, not in the encoding of its scheme, or too short.',
      remedy: 'Copy the secret from the sender again, as a whole.',
    },
    signature_malformed: {
      title: 'A signature header that cannot be read',
      why: 'It is not of the form that the scheme has.',
      remedy: 'Send it in the form that the message shows.',
    },
    signature_mismatch: {
      title: 'A signature that does not fit',
      why: 'The body or a header was changed on the way, the secrets differ, or somebody else sent it.',
      remedy: 'Sign the raw bytes that are sent, compare the secrets, and try the request with hexdag webhook verify.',
    },
    signature_missing: {
      title: 'A request without a signature',
      why: 'Anybody could have sent it.',
      remedy: 'Send the header that the message names.',
    },
    signature_required: {
      title: 'A webhook without verification',
      why: 'Anybody could start runs.',
      remedy: 'Name the scheme by which the sender signs, or write verify: none.',
    },
    signatures_too_many: {
      title: 'More signatures than are compared',
      why: 'One for each secret is enough.',
      remedy: 'Sign with the secrets in use only.',
    },
    timestamp_future: {
      title: 'A timestamp ahead of our time',
      why: 'It could be used for longer than intended.',
      remedy: 'Send seconds, not milliseconds, and compare the clocks.',
    },
    timestamp_malformed: {
      title: 'A timestamp that is none',
      why: 'It is Unix seconds in digits, and nothing else.',
      remedy: 'Send it like 1795262400.',
    },
    timestamp_missing: {
      title: 'A request without a timestamp',
      why: 'Without it, who once saw the request could send it again at any time.',
      remedy: 'Send it where the message says.',
    },
    timestamp_stale: {
      title: 'A request signed too long ago',
      why: 'It may be one that somebody recorded and sends again.',
      remedy: 'Sign every attempt anew, and compare the clocks.',
    },
    tolerance_range: {
      title: 'A tolerance out of range',
      why: 'Within it a recorded request can be sent again; clocks differ by seconds.',
      remedy: 'Write a duration of up to ten minutes.',
      example: 'tolerance: 24h',
    },
    validation_code_missing: {
      title: 'A validation without a code',
      why: 'Event Grid wants its code back.',
      remedy: 'Send the validation event as Event Grid makes it.',
    },
    validation_event_invalid: {
      title: 'A validation that is no validation',
      why: 'The header announces one, and the body holds something else.',
      remedy: 'Send one event of the type that the message names, or leave the header out.',
    },
    webhook_not_configured: {
      title: 'A webhook that cannot verify anything',
      why: 'Its secret is missing or cannot be one, or the app trusts no directory; the log says which.',
      remedy: 'Set it. Senders are asked to come again later.',
    },
    webhook_unsigned: {
      title: 'A webhook that anybody can call',
      why: 'Nothing of its requests is verified.',
      remedy: 'Let the sender sign, if it can.',
    },
  },
};
