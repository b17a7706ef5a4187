import type { JsonObject } from '../json.ts';
import type { Position } from './diagnostic.ts';
import type { Path, Places, SourceDocument } from './documents.ts';

/** Where a part of a document was written, when the document was put together from several places. */
export interface Origin {
  readonly places: Places;
  /** Its file, if that is not the document's own. */
  readonly file: string | undefined;
  readonly path: Path;
  /** Parts that were written elsewhere than below `path`. */
  readonly children?: ReadonlyMap<string | number, Origin>;
}

/** A document as it is after includes, variables and templates, whose positions still are those of what was written. */
export function viewOf(value: JsonObject, origin: Origin, rewritten: ReadonlySet<string>): SourceDocument {
  const { kind } = value;
  return {
    kind: typeof kind === 'string' ? kind : undefined,
    value,
    positionOf: (path) => positionOf(locate(origin, path)),
    keyPositionOf: (path) => keyPositionOf(origin, path),
    positionWithin: (path, offset) => {
      const at = locate(origin, path);
      // The text is not the one that stands there, so an offset in it means nothing.
      if (rewritten.has(JSON.stringify(path))) return positionOf(at);
      return inFile(at, at.places.positionWithin(at.path, offset));
    },
  };
}

/** The origin with others for some parts of the mapping at `path`. */
export function withOrigins(origin: Origin, [segment, ...rest]: Path, parts: ReadonlyMap<string | number, Origin>): Origin {
  const { places, file, path, children = new Map() } = origin;
  if (segment === undefined) return { ...origin, children: new Map([...children, ...parts]) };
  const child = children.get(segment) ?? { places, file, path: [...path, segment] };
  return { ...origin, children: new Map([...children, [segment, withOrigins(child, rest, parts)]]) };
}

/** The origin of the part at `path`. */
export function locate(origin: Origin, path: Path): Origin {
  let found = origin;
  for (const [index, segment] of path.entries()) {
    const child = found.children?.get(segment);
    if (child === undefined) {
      if (found.children !== undefined) found = { places: found.places, file: found.file, path: found.path };
      return { ...found, path: [...found.path, ...path.slice(index)] };
    }
    found = child;
  }
  return found;
}

function keyPositionOf(origin: Origin, path: Path): Position {
  const at = locate(origin, path);
  const last = path.at(-1);
  if (typeof last !== 'string' || at.path.at(-1) === last) return inFile(at, at.places.keyPositionOf(at.path));
  // The value comes from elsewhere: its key is what stands in the document.
  const parent = locate(origin, path.slice(0, -1));
  return inFile(parent, parent.places.keyPositionOf([...parent.path, last]));
}

function positionOf(at: Origin): Position {
  return inFile(at, at.places.positionOf(at.path));
}

function inFile({ file }: Origin, position: Position): Position {
  return file === undefined ? position : { ...position, file };
}
