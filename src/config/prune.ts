import { isRecord, type ConfigPath } from './config-path.ts';
import type { Mistake } from './mistake.ts';
import { findShapeMistakes } from './schema/find-shape-mistakes.ts';

/** Each pass takes the wrong parts out; what needed them goes with the next. No config nests deeper than this. */
const PASSES_MAX = 12;

/**
 * Settings whose absence means something: in place of a wrong one stands one that is possible, so that nothing is
 * called a contradiction that is only the consequence of a mistake.
 */
const STAND_INS: Readonly<Record<string, unknown>> = {
  port: 8080,
  path: '/',
  health: { path: '/' },
  sleep: 'when-idle',
  dockerfile: 'Dockerfile',
  image: 'node:24',
};

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
      // A stand-in that does not fit where it came to stand is not put there again.
      const standIn = pass === 0 ? standInFor(mistake) : undefined;
      copy = without(copy, standIn === undefined ? pathToRemove(mistake) : mistake.path, standIn);
    }
    if (copy === undefined) return null;
    wrong = findShapeMistakes(copy);
  }
  return null;
}

function standInFor({ code, path }: Mistake): unknown {
  const key = path.at(-1);
  if (code === 'CONFIG_UNKNOWN_KEY' || typeof key !== 'string') return undefined;
  // The name is part of every other name. Two keys lead to something that the user named.
  if (path.length <= 2) return path[0] === 'name' ? 'project' : undefined;
  return STAND_INS[key];
}

/** How far around a mistake nothing can be said any more. */
function pathToRemove({ code, path }: Mistake): ConfigPath {
  const [section, , key] = path;
  // What an environment listens to decides what kind of environment it is.
  if (section === 'environments' && (key === 'on' || key === 'kind')) return path.slice(0, 2);
  // CPUs and memory only mean something together.
  const vm = path.indexOf('vm');
  if (vm >= 0) return path.slice(0, vm + 1);
  return code === 'CONFIG_MISSING_KEY' ? path.slice(0, -1) : path;
}

/** A list with a wrong element goes as a whole, for the places of the others must stay what they are. */
function without(value: unknown, path: ConfigPath, standIn: unknown): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return standIn;
  if (Array.isArray(value)) return undefined;
  if (!isRecord(value)) return value;
  const inner = without(value[part], rest, standIn);
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
