import type { ConfigPath } from '../config-path.ts';
import { parseLiterals, type SourceField, type SourceFile, type SourceValue } from './parse-literals.ts';
import { tokenize } from './tokenize.ts';

/** Lines and columns count from 1. */
interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Where things of the config stand in its file. */
export interface Locator {
  /**
   * The place of the value at a path, or of its key; of the nearest thing around it when it is not written literally.
   * Null when the file has no default export that can be read.
   */
  locate(path: ConfigPath, options?: { readonly atKey?: boolean }): SourcePosition | null;
}

/** Constants that refer to each other in a circle end here. */
const REFERENCE_DEPTH_MAX = 8;

/** Reads a config file as text, to say on which line a mistake stands. Never fails. */
export function createLocator(source: string): Locator {
  const file = parseLiterals(tokenize(source));
  return {
    locate(path, options = {}) {
      const offset = findOffset(file, path, options.atKey ?? false);
      return offset === null ? null : positionAt(source, offset);
    },
  };
}

/** The line and column of an offset. */
function positionAt(source: string, offset: number): SourcePosition {
  const before = source.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

function findOffset(file: SourceFile, path: ConfigPath, atKey: boolean): number | null {
  let value = file.exported;
  if (value === null) return null;
  let nearest = value.start;
  for (const [depth, part] of path.entries()) {
    const isLast = depth === path.length - 1;
    const found: { keyStart: number; value: SourceValue } | null =
      typeof part === 'number' ? elementOf(file, value, part, 0) : fieldOf(file, value, part, 0);
    if (found === null) return nearest;
    nearest = isLast && !atKey ? found.value.start : found.keyStart;
    value = found.value;
  }
  return nearest;
}

function fieldOf(file: SourceFile, value: SourceValue, key: string, depth: number): SourceField | null {
  const own = value.fields.get(key);
  if (own !== undefined) return own;
  return firstOfReferences(file, value, depth, (inner) => fieldOf(file, inner, key, depth + 1));
}

function elementOf(file: SourceFile, value: SourceValue, index: number, depth: number): SourceField | null {
  const own = value.elements[index];
  if (own !== undefined) return { keyStart: own.start, value: own };
  return firstOfReferences(file, value, depth, (inner) => elementOf(file, inner, index, depth + 1));
}

function firstOfReferences(
  file: SourceFile,
  value: SourceValue,
  depth: number,
  find: (inner: SourceValue) => SourceField | null,
): SourceField | null {
  if (depth >= REFERENCE_DEPTH_MAX) return null;
  for (const name of value.references) {
    const constant = file.constants.get(name);
    const found = constant === undefined ? null : find(constant);
    if (found !== null) return found;
  }
  return null;
}
