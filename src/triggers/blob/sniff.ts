import type { FoundType } from './document-type.ts';

/** What is read of a file to tell its type. */
export const SNIFFED_BYTES = 4_100;

const HTML = /^\s*(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|title|table|div)\b/i;
/** What a JSON value can begin with. */
const JSON_START = /^\s*(?:[[{"]|-?\d|true|false|null)/;
/** Tab, line ends and their like, and what colours a terminal. */
const CONTROLS_OF_TEXT: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 27]);
/** Types of which all may be text. Other signatures are only a few letters, which a text may begin with. */
const SIGNED_TEXTS: ReadonlySet<string> = new Set(['pdf', 'rtf']);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];
const CFB = 'cfb';

/**
 * What a file is, by how it begins: a type with a signature by its usual ending (`pdf`), text as `text`, `json`, `xml` or `html`,
 * `text in another encoding` or `unknown`. `isWhole`: the file ends with `start`.
 */
export async function sniff(start: Uint8Array, isWhole: boolean): Promise<FoundType> {
  // The package is most of what a trigger without documents would otherwise have to load.
  const { fileTypeFromBuffer } = await import('file-type');
  const signed = await fileTypeFromBuffer(start);
  const isBinary = hasControls(start);
  if (signed !== undefined && (isBinary || SIGNED_TEXTS.has(signed.ext))) return signed.ext;
  if (isBinary) return isUtf16(start) ? 'text in another encoding' : 'unknown';
  const text = textOf(start, isWhole);
  if (text === undefined) return 'text in another encoding';
  if (HTML.test(text)) return 'html';
  if (/^\s*<[?!A-Za-z]/.test(text)) return 'xml';
  return JSON_START.test(text) ? 'json' : 'text';
}

/** Encrypted documents of Office are such containers, and so are those of before 2007. */
export function isOleContainer(found: FoundType): boolean {
  return found === CFB;
}

/** Undefined: the bytes are no text in UTF-8. */
function textOf(start: Uint8Array, isWhole: boolean): string | undefined {
  try {
    // `stream`: a character that is cut off at the end is no mistake.
    return new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: !isWhole });
  } catch {
    return undefined;
  }
}

/** Bytes that no text has, in whatever encoding of one byte or more a character. */
function hasControls(start: Uint8Array): boolean {
  return start.some((byte) => (byte < 0x20 && !CONTROLS_OF_TEXT.has(byte)) || byte === 0x7f);
}

function isUtf16(start: Uint8Array): boolean {
  return UTF16_MARKS.some((mark) => mark.equals(start.subarray(0, 2)));
}
