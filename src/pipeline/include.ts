import { isJsonObject, type JsonValue } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import { parseFragment, type SourceDocument, type SourceFragment } from './documents.ts';
import { resolvePath } from './include-path.ts';
import { MAX_INCLUDE_DEPTH, MAX_INCLUDED_VALUES } from './limits.ts';
import { didYouMean } from './near-match.ts';
import { type Origin, viewOf } from './source-view.ts';
import { INCLUDE_TAG } from './yaml-values.ts';

/** The files that documents may refer to. */
export interface SourceFiles {
  /** The content of a file, by its path from the root with `/` between names; undefined if there is none. */
  read(path: string): string | Uint8Array | undefined;
  /** The name of such a file in diagnostics. */
  nameOf(path: string): string;
}

/** A value, and where it and its parts were written. */
interface Sourced {
  readonly value: JsonValue;
  readonly origin: Origin;
}

/** The files on the way to a value, the including one first. */
type Chain = readonly string[];

/** Replaces the include directives of documents by what the files hold. What cannot be included is reported and becomes null. */
export class IncludeExpander {
  readonly #files: SourceFiles;
  readonly #diagnostics: Diagnostics;
  readonly #fragments = new Map<string, SourceFragment | undefined>();
  #values = 0;

  constructor(files: SourceFiles, diagnostics: Diagnostics) {
    this.#files = files;
    this.#diagnostics = diagnostics;
  }

  /** @param path of the document's file from the root @param file its name in diagnostics, if it is not the file being compiled */
  expand(document: SourceDocument, path: string, file?: string): { readonly document: SourceDocument; readonly origin: Origin } {
    const origin = { places: document, file, path: [] };
    const expanded = this.#walk({ value: document.value, origin }, [path]);
    if (expanded.value === document.value && file === undefined) return { document, origin };
    const value = isJsonObject(expanded.value) ? expanded.value : {};
    return { document: viewOf(value, expanded.origin, new Set()), origin: expanded.origin };
  }

  #walk(sourced: Sourced, chain: Chain): Sourced {
    const { value } = sourced;
    if (Array.isArray(value)) return this.#list(sourced, value, chain);
    if (!isJsonObject(value)) return sourced;
    const directive = value[INCLUDE_TAG];
    if (directive !== undefined) return this.#include(directive, sourced, chain);

    const children = new Map<string, Origin>();
    const entries = Object.entries(value).map(([key, item]) => {
      const part = this.#walk({ value: item, origin: below(sourced.origin, key) }, chain);
      if (part.value !== item) children.set(key, part.origin);
      return [key, part.value] as const;
    });
    if (children.size === 0) return sourced;
    return { value: Object.fromEntries(entries), origin: { ...sourced.origin, children } };
  }

  /** An included list takes the place of its directive, item by item. */
  #list(sourced: Sourced, items: readonly JsonValue[], chain: Chain): Sourced {
    const parts = items.flatMap((item, index): readonly Sourced[] => {
      const part = this.#walk({ value: item, origin: below(sourced.origin, index) }, chain);
      const isIncluded = isJsonObject(item) && Object.hasOwn(item, INCLUDE_TAG);
      if (isIncluded && part.value === null) return [];
      if (!isIncluded || !Array.isArray(part.value)) return [part];
      return part.value.map((value: JsonValue, at: number) => ({ value, origin: below(part.origin, at) }));
    });
    const value = parts.map((part) => part.value);
    if (value.length === items.length && value.every((item, index) => item === items[index])) return sourced;
    return { value, origin: { ...sourced.origin, children: new Map(parts.map(({ origin }, index) => [index, origin])) } };
  }

  #include(directive: JsonValue, at: Sourced, chain: Chain): Sourced {
    const nothing: Sourced = { value: null, origin: at.origin };
    if (typeof directive !== 'string' || !isJsonObject(at.value) || Object.keys(at.value).length > 1) {
      const message = "'!include' stands alone and names one file.";
      return this.#refuse(nothing, 'include_invalid', message, 'Write "!include": path.yaml, or path.yaml#key.');
    }
    const [, written = '', key] = /^([^#]*)(?:#(.*))?$/s.exec(directive) ?? [];
    const path = this.#resolve(written, nothing, chain);
    if (path === undefined) return nothing;
    const fragment = this.#fragment(path, written, nothing);
    if (fragment === undefined) return nothing;

    const origin = { places: fragment, file: this.#files.nameOf(path), path: [] };
    const whole = { value: fragment.value, origin };
    const part = key === undefined ? whole : this.#pick(key, whole, written, nothing);
    return part === nothing ? nothing : this.#walk(part, [...chain, path]);
  }

  /** The path from the root of what a directive names. */
  #resolve(written: string, at: Sourced, chain: Chain): string | undefined {
    const resolved = resolvePath(written, chain.at(-1) ?? '');
    if ('code' in resolved) {
      this.#refuse(at, resolved.code, resolved.message, resolved.remedy);
      return undefined;
    }
    const { path } = resolved;
    if (chain.includes(path)) {
      const way = [...chain.slice(chain.indexOf(path)), path].join(' → ');
      this.#refuse(at, 'include_cycle', `These files include each other: ${way}.`, 'Remove one of these includes.');
      return undefined;
    }
    if (chain.length <= MAX_INCLUDE_DEPTH) return path;
    const message = `Includes are nested deeper than ${MAX_INCLUDE_DEPTH} files.`;
    this.#refuse(at, 'include_depth', message, 'Include the files from fewer levels.');
    return undefined;
  }

  #fragment(path: string, written: string, at: Sourced): SourceFragment | undefined {
    if (!this.#fragments.has(path)) {
      const content = this.#files.read(path);
      if (content === undefined) {
        const remedy = 'Check the path; it starts at the folder of this file.';
        this.#refuse(at, 'include_not_found', `There is no file '${written}' to include.`, remedy);
        return undefined;
      }
      const { fragment, diagnostics } = parseFragment(content, this.#files.nameOf(path));
      this.#diagnostics.addAll(diagnostics);
      this.#fragments.set(path, fragment);
    }
    const fragment = this.#fragments.get(path);
    if (fragment === undefined) return undefined;
    this.#values += countValues(fragment.value, MAX_INCLUDED_VALUES);
    if (this.#values <= MAX_INCLUDED_VALUES) return fragment;
    this.#refuse(at, 'include_limit', `Includes bring in more than ${MAX_INCLUDED_VALUES} values.`, 'Include less.');
    return undefined;
  }

  #pick(key: string, { value, origin }: Sourced, written: string, nothing: Sourced): Sourced {
    const found = isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    if (found !== undefined) return { value: found, origin: below(origin, key) };
    const keys = isJsonObject(value) ? Object.keys(value) : [];
    const known = keys.length === 0 ? 'It is no mapping.' : `It has: ${keys.slice(0, 20).join(', ')}.`;
    return this.#refuse(nothing, 'include_key_missing', `'${written}' has no key '${key}'.`, didYouMean(key, keys) ?? known);
  }

  #refuse(at: Sourced, code: string, message: string, remedy: string): Sourced {
    const { places, path, file } = at.origin;
    const position = places.positionOf(path);
    this.#diagnostics.void({ code, message, remedy, position: file === undefined ? position : { ...position, file } });
    return at;
  }
}

function below({ places, file, path, children }: Origin, segment: string | number): Origin {
  return children?.get(segment) ?? { places, file, path: [...path, segment] };
}

/** How many values there are, up to just above `limit`. */
function countValues(value: JsonValue, limit: number): number {
  let count = 0;
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined && count <= limit; next = open.pop()) {
    count += 1;
    if (Array.isArray(next)) open.push(...next);
    else if (isJsonObject(next)) open.push(...Object.values(next));
  }
  return count;
}
