import { expandBraces } from '../expand-braces.ts';

/**
 * Whether some file could match both globs. A path without wildcards stands for the file and for all below it, as
 * outputs do. Where it cannot be told exactly, as with `[a-z]`, the answer is that it could.
 */
export function globsOverlap(one: string, other: string): boolean {
  return expandBraces(one).some((a) => expandBraces(other).some((b) => partsOverlap(partsOf(a), partsOf(b))));
}

/** Whether everything that the second glob can match lies in the directory, or is the file, that the first one names. */
export function globCovers(cover: string, glob: string): boolean {
  const base = trimmed(cover).replace(/\/\*\*(\/\*)?$/, '');
  if (base === trimmed(glob)) return true;
  return !isWild(base) && trimmed(glob).startsWith(`${base}/`);
}

/** Whether a glob takes in every file there is. */
export function isEverything(glob: string): boolean {
  return expandBraces(trimmed(glob)).some((each) => /^(\.|\*|(\*\*\/)*\*\*(\/\*)?)?$/.test(each));
}

function trimmed(glob: string): string {
  return glob.replace(/\/$/, '');
}

function isWild(glob: string): boolean {
  return /[*?[{]/.test(glob);
}

function partsOf(glob: string): string[] {
  const plain = trimmed(glob);
  const parts = plain === '.' || plain === '' ? [] : plain.split('/');
  return isWild(plain) ? parts : [...parts, '**'];
}

function partsOverlap(one: readonly string[], other: readonly string[]): boolean {
  const [a, ...restOne] = one;
  const [b, ...restOther] = other;
  if (a === '**') {
    return partsOverlap(restOne, other) || (b !== undefined && partsOverlap(one, restOther));
  }
  if (b === '**') return partsOverlap(other, one);
  if (a === undefined || b === undefined) return a === b;
  return namesOverlap(lettersOf(a), lettersOf(b)) && partsOverlap(restOne, restOther);
}

/** `[…]` could be any letter. */
function lettersOf(part: string): string[] {
  return Array.from(part.replaceAll(/\[[^\]]*\]/g, '?'));
}

function namesOverlap(one: readonly string[], other: readonly string[]): boolean {
  const [a, ...restOne] = one;
  const [b, ...restOther] = other;
  if (a === '*') return namesOverlap(restOne, other) || (b !== undefined && namesOverlap(one, restOther));
  if (b === '*') return namesOverlap(other, one);
  if (a === undefined || b === undefined) return a === b;
  return (a === b || a === '?' || b === '?') && namesOverlap(restOne, restOther);
}
