import { isRecord, type ConfigPath } from './config-path.ts';
import type { Mistake } from './mistake.ts';
import { findShapeMistakes } from './schema/find-shape-mistakes.ts';

/** Each pass takes the wrong parts out; what needed them goes with the next. No config nests deeper than this. */
const PASSES_MAX = 12;

/**
 * A copy of the config without its parts of the wrong shape, so that what the rest says about itself can be checked in
 * the same go. Null when nothing usable is left.
 */
export function pruned(config: unknown, mistakes: readonly Mistake[]): unknown {
  let copy = structureOf(config);
  let wrong = mistakes;
  for (let pass = 0; pass < PASSES_MAX; pass += 1) {
    if (wrong.length === 0) return copy;
    for (const mistake of wrong) {
      if (mistake.path.length === 0) return null;
      copy = without(copy, pathToRemove(mistake));
    }
    wrong = findShapeMistakes(copy);
  }
  return null;
}

/** A missing key makes the object around it useless; anything else is wrong by itself. */
function pathToRemove({ code, path }: Mistake): ConfigPath {
  return code === 'CONFIG_MISSING_KEY' && path.length > 0 ? path.slice(0, -1) : path;
}

/** A list with a wrong element goes as a whole, for the places of the others must stay what they are. */
function without(value: unknown, path: ConfigPath): unknown {
  const [part, ...rest] = path;
  if (part === undefined || Array.isArray(value)) return undefined;
  if (!isRecord(value)) return value;
  const inner = without(value[part], rest);
  const { [part]: _removed, ...others } = value;
  return inner === undefined ? others : { ...value, [part]: inner };
}

/** Plain data only: functions and the like become null, which the schema has complained of already. */
function structureOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structureOf);
  if (isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, structureOf(item)]));
  }
  return typeof value === 'function' ? null : value;
}
