import { HTML, OLE, PNG, pdf, ZEROS, zip } from '../../triggers/blob/documents.ts';

export interface BadFile {
  readonly id: string;
  readonly what: string;
  readonly name: string;
  readonly content: Uint8Array | string;
  readonly reason: string;
  /** What its record says: the place, and what to do. */
  readonly words: readonly string[];
}

/** Files that are refused, each of a name of its own. */
export const BAD_FILES: readonly BadFile[] = [
  {
    id: 'BL1',
    what: 'a way up',
    name: '../../secrets.json',
    content: '{}',
    reason: 'path_invalid',
    words: ["segment '.' or '..'"],
  },
  {
    id: 'BL1',
    what: 'a way up in between',
    name: 'a/../good.csv',
    content: 'x',
    reason: 'path_invalid',
    words: ["segment '.' or '..'"],
  },
  { id: 'BL1', what: 'an empty segment', name: 'a//b.csv', content: 'x', reason: 'path_invalid', words: ['an empty segment'] },
  {
    id: 'BL2',
    what: 'a carriage return in the name',
    name: 'a\rb.pdf',
    content: pdf(),
    reason: 'path_control',
    words: ['"a\\rb.pdf"', 'control character'],
  },
  {
    id: 'BL2',
    what: 'a line break at the end of the name',
    name: 'a.pdf\r\n',
    content: pdf(),
    reason: 'path_control',
    words: ['"a.pdf\\r\\n"', 'control character'],
  },
  {
    id: 'BL3',
    what: 'a name of 1,025 characters',
    name: 'x'.repeat(1_025),
    content: 'x',
    reason: 'path_length',
    words: ['1025 characters', '1024'],
  },
  {
    id: 'BL7',
    what: 'an empty document',
    name: 'empty.pdf',
    content: '',
    reason: 'document_empty',
    words: ['write it again with its content'],
  },
  {
    id: 'BL8',
    what: '32 MiB of zeros in a small zip',
    name: 'bomb.zip',
    content: zip([{ name: 'zeros', content: ZEROS }]),
    reason: 'expansion_ratio',
    words: ['unpacks to 33554432 bytes', '100 times'],
  },
  {
    id: 'BL9',
    what: 'an entry that climbs',
    name: 'climbs.zip',
    content: zip([{ name: '../../evil.txt', content: 'x' }]),
    reason: 'entry_path',
    words: ['"../../evil.txt"'],
  },
  {
    id: 'BL10',
    what: 'a symbolic link',
    name: 'link.zip',
    content: zip([{ name: 'link', content: '/etc/passwd', mode: 0o120777 }]),
    reason: 'entry_type',
    words: ['"link"'],
  },
  {
    id: 'BL11',
    what: 'a zip that says 10 bytes and holds 32 MiB',
    name: 'liar.zip',
    content: zip([{ name: 'zeros', content: ZEROS, saysBytes: 10 }]),
    reason: 'size_mismatch',
    words: ['"zeros"'],
  },
  {
    id: 'BL12',
    what: 'an encrypted zip',
    name: 'locked.zip',
    content: zip([{ name: 'a', content: 'x', isEncrypted: true }]),
    reason: 'document_encrypted',
    words: ['"a"', 'without a password'],
  },
  {
    id: 'BL12',
    what: 'an encrypted PDF',
    name: 'locked.pdf',
    content: pdf('/Encrypt 5 0 R'),
    reason: 'document_encrypted',
    words: ['without a password'],
  },
  {
    id: 'BL12',
    what: 'an encrypted document of Office',
    name: 'locked.docx',
    content: OLE,
    reason: 'document_encrypted',
    words: ['without a password'],
  },
  {
    id: 'BL13',
    what: 'HTML named .pdf',
    name: 'page.pdf',
    content: HTML,
    reason: 'type_mismatch',
    words: ['called a pdf', 'holds html'],
  },
  {
    id: 'BL13',
    what: 'a picture named .csv',
    name: 'picture.csv',
    content: PNG,
    reason: 'type_mismatch',
    words: ['called a csv', 'holds png'],
  },
  {
    id: '-',
    what: 'more than the trigger takes',
    name: 'large.txt',
    content: 'x'.repeat(1_048_577),
    reason: 'document_too_large',
    words: ['1048577 bytes', 'max_bytes'],
  },
];

/** Files that run, and what the run tells of them. */
export const GOOD_FILES = [
  { id: 'BL4', what: 'a template in the name', name: '{{ 7*7 }}.pdf', content: pdf(), type: 'pdf' },
  { id: 'BL5', what: 'an escaped way up in the name', name: '%2e%2e/x', content: 'x', type: 'text' },
  { id: '-', what: 'other alphabets', name: 'größe/東京.csv', content: 'a,b\n', type: 'text' },
  { id: '-', what: 'an archive', name: 'fine.zip', content: zip([{ name: 'a/b.txt', content: 'hello' }]), type: 'zip' },
] as const;
