import type { CodeGroup } from './code-entry.ts';

export const CLIENT_CODES: CodeGroup = {
  title: 'Client',
  introduction: 'What the client in `src/client` tells besides the codes that the app answers with.',
  codes: {
    answer_unreadable: {
      title: 'An answer that is not of the app',
      why: 'It says that all is well, and is no JSON: a proxy or a sign-in page stands before the app.',
      remedy: "Correct the app's address, or what stands before it.",
    },
    header_value_invalid: {
      title: 'A header that cannot be sent',
      why: 'The key, the token or another header has a character, such as a line break, that no header can carry.',
      remedy: 'Look at where it comes from; the value is not shown, since it may be a secret.',
    },
    idempotency_key_invalid: {
      title: 'A key that no header can carry',
      why: 'Keys travel in the header Idempotency-Key: printable ASCII, without spaces at the ends.',
      remedy: 'Encode or hash the key.',
    },
    link_unusable: {
      title: 'A link to a file that does not open it',
      why: 'Files that are too large for an answer come from the storage account, which refused the link or did not answer.',
      remedy: "Open the account to the caller's network, or fetch the file from within the network that it is open to.",
    },
    run_wait_timeout: {
      title: 'The run has not ended in the time to wait',
      why: 'It goes on; only the wait for it is over.',
      remedy: 'Wait again, or look at what it waits for.',
    },
    token_unavailable: {
      title: 'No access token',
      why: 'What the client asks for tokens failed.',
      remedy: "Look at the error's cause.",
    },
  },
};
