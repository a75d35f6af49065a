import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { outputFiles, outputGlobs } from '../cache/output-files.ts';
import { FIGURES, isSame, putFigures } from '../inputs/file-figures.ts';
import { reportGlobs } from '../inputs/made-by-checks.ts';
import type { HeldLeaf, HeldPlaces, HeldRecord } from './held-result.ts';

/** Files of package managers that say what they have installed: npm, pnpm, yarn 2 and later, yarn 1. */
const MARKERS = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml', '.yarn-integrity'];

const NOTHING = { throwIfNoEntry: false } as const;

/** What a check has made, as it lies there now. */
export function lookAtPlaces(root: string, check: ResolvedCheck): Pick<HeldRecord, 'places' | 'figures'> {
  const files = madeFiles(root, check);
  const places: HeldPlaces = {
    files,
    directories: [...new Set(files.map((file) => dirname(file)))],
    leaves: check.leaves.map((path) => lookAtLeaf(root, path)),
  };
  const paths = pathsOf(places);
  const figures = new Float64Array(paths.length * FIGURES);
  for (const [index, path] of paths.entries())
    putFigures(figures, index * FIGURES, lstatSync(join(root, path), NOTHING));
  return { places, figures };
}

/** Whether everything lies there as it was, with nothing added to the outputs. */
export function isUntouched(root: string, check: ResolvedCheck, { places, figures }: HeldRecord): boolean {
  const { files, directories, leaves } = places;
  const isAsItWas = (path: string, index: number): boolean =>
    isSame(figures, index * FIGURES, lstatSync(join(root, path), NOTHING));
  if (!files.every(isAsItWas)) return false;
  const madeAnything = check.outputs.length > 0 || files.length > 0;
  const isOrderly = directories.every((path, index) => isAsItWas(path, files.length + index));
  // Another check may write into the same directory: only what this one declares counts.
  if (madeAnything && (!isOrderly || files.length === 0) && !isSameList(files, madeFiles(root, check)))
    return false;
  const from = files.length + directories.length;
  return leaves.every((leaf, index) => isLeafUntouched(root, leaf, from + index * 2, isAsItWas));
}

function isLeafUntouched(
  root: string,
  leaf: HeldLeaf,
  index: number,
  isAsItWas: (path: string, index: number) => boolean,
): boolean {
  if (!isAsItWas(markerPath(leaf), index + 1)) return false;
  if (isAsItWas(leaf.path, index)) return true;
  const now = lookAtLeaf(root, leaf.path);
  return leaf.names !== '' && now.names === leaf.names && now.marker === leaf.marker;
}

/** In the order of the numbers; of each leaf the directory and its marker. */
export function pathsOf({ files, directories, leaves }: HeldPlaces): string[] {
  return [...files, ...directories, ...leaves.flatMap((leaf) => [leaf.path, markerPath(leaf)])];
}

/** Where nothing is written down, the place of the first such file: that it is not there is remembered, too. */
function markerPath({ path, marker }: HeldLeaf): string {
  return join(path, marker ?? MARKERS[0] ?? '');
}

function lookAtLeaf(root: string, path: string): HeldLeaf {
  try {
    const all = readdirSync(join(root, path)).sort();
    const names = all.filter((name) => !name.startsWith('.')).join('\n');
    return { path, names, marker: MARKERS.find((marker) => all.includes(marker)) ?? null };
  } catch {
    return { path, names: '', marker: null };
  }
}

function madeFiles(root: string, check: ResolvedCheck): readonly string[] {
  const globs = [...check.outputs, ...reportGlobs(check.reports)];
  return globs.length === 0 ? [] : outputFiles(root, outputGlobs(globs));
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
