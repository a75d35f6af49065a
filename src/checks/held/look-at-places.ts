import { lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ResolvedCheck } from '../../config/resolved.ts';
import { outputFiles, outputGlobs } from '../cache/output-files.ts';
import { FIGURES, isSame, putFigures } from '../inputs/file-figures.ts';
import { reportGlobs } from '../inputs/made-by-checks.ts';
import type { HeldLeaf, HeldPlaces, HeldRecord } from './held-result.ts';
import { lookAtLeaf } from './look-at-leaf.ts';

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
  let at = files.length + directories.length;
  return leaves.every((leaf) => {
    const index = at;
    at += 1 + leaf.signs.length;
    return isLeafUntouched(root, leaf, index, isAsItWas);
  });
}

/** Which outputs and reports are not as they were: touched, new or gone; sorted. */
export function differentFiles(root: string, check: ResolvedCheck, record: HeldRecord): readonly string[] {
  const { files } = record.places;
  const known = new Set(files);
  const touched = files.filter(
    (file, index) => !isSame(record.figures, index * FIGURES, lstatSync(join(root, file), NOTHING)),
  );
  return [...touched, ...madeFiles(root, check).filter((file) => !known.has(file))].sort();
}

function isLeafUntouched(
  root: string,
  leaf: HeldLeaf,
  index: number,
  isAsItWas: (path: string, index: number) => boolean,
): boolean {
  const { path, names, signs } = leaf;
  if (!signs.every((sign, each) => isAsItWas(join(path, sign), index + 1 + each))) return false;
  if (isAsItWas(path, index)) return true;
  // Tools put caches of their own beside what is installed.
  const now = lookAtLeaf(root, path);
  return names !== '' && now.names === names && isSameList(now.signs, signs);
}

/** In the order of the numbers; of each leaf the directory and then its signs. */
export function pathsOf({ files, directories, leaves }: HeldPlaces): string[] {
  const ofLeaves = leaves.flatMap(({ path, signs }) => [path, ...signs.map((sign) => join(path, sign))]);
  return [...files, ...directories, ...ofLeaves];
}

function madeFiles(root: string, check: ResolvedCheck): readonly string[] {
  const globs = [...check.outputs, ...reportGlobs(check.reports)];
  return globs.length === 0 ? [] : outputFiles(root, outputGlobs(globs));
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((each, index) => each === other[index]);
}
