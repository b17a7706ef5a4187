import type { CodeGroup } from './code-entry.ts';

export const BLOB_CODES: CodeGroup = {
  title: 'Files',
  introduction:
    'Why a file that came in was refused: the reason of its record below `rejected/` in the artifacts. The same file again ends the same way; written again, it is a new event.',
  codes: {
    archive_unreadable: {
      title: 'An archive that cannot be checked',
      why: 'It is damaged, or packed by a method that is not known here.',
      remedy: 'Pack it anew as a plain zip.',
    },
    blob_changed: {
      title: 'A file that was written again',
      why: 'It was changed while it was read. Its new version has an event, and a run, of its own.',
      remedy: 'Nothing; writers that upload under another name and rename at the end avoid it.',
    },
    blob_gone: {
      title: 'A file that is gone',
      why: 'It was deleted after its event came.',
      remedy: 'Keep files until their run has ended.',
    },
    document_empty: { title: 'An empty file', why: 'There is nothing to work on.', remedy: 'Write it again with its content.' },
    document_encrypted: {
      title: 'A file with a password',
      why: 'Nobody could read it, and nobody could check it.',
      remedy: 'Send it without a password.',
    },
    document_too_large: {
      title: 'A file above the limit',
      why: "It has more bytes than the trigger's max_bytes.",
      remedy: 'Split it, or raise the limit.',
    },
    entry_path: {
      title: 'An archive that writes outside of its folder',
      why: 'An entry is absolute, or leads upwards.',
      remedy: 'Pack it anew.',
    },
    entry_type: {
      title: 'An archive with a link or a device',
      why: 'Unpacking it could reach other files.',
      remedy: 'Pack files and folders alone.',
    },
    expansion_ratio: {
      title: 'An archive that unpacks to too much',
      why: 'It holds far more than its size lets expect, or too many entries.',
      remedy: 'Send what it holds in several smaller files.',
    },
    path_control: {
      title: 'A name with control characters',
      why: 'They could act on a terminal or a log.',
      remedy: 'Write it under a plain name.',
    },
    path_invalid: {
      title: 'A name that could stand for another place',
      why: "It has a backslash, or a segment that is empty, '.' or '..'.",
      remedy: 'Write it under a name such as 2026/orders.csv.',
    },
    path_length: { title: 'A name above the limit', why: 'Names have up to 1,024 characters.', remedy: 'Choose a shorter one.' },
    size_mismatch: {
      title: 'An archive that does not hold what it says',
      why: 'An entry unpacks to another size than the archive tells, or its entries are packed into more bytes than it has.',
      remedy: 'Pack it anew.',
    },
    type_mismatch: {
      title: 'A file that is not what its name says',
      why: 'Its beginning shows another type than its ending.',
      remedy: 'Send what its name says.',
    },
    type_not_accepted: {
      title: 'A type of file that the trigger does not take',
      why: "The trigger's accept lists others.",
      remedy: 'Send one of these, or add the type.',
    },
  },
};
