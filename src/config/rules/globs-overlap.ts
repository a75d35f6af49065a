/** Alternatives that are looked at of one glob with braces: more are not written by hand. */
const ALTERNATIVES_MAX = 64;

/**
 * Whether some file could match both globs. A path without wildcards stands for the file and for all below it, as
 * outputs do. Where it cannot be told exactly, as with `[a-z]`, the answer is that it could.
 */
export function globsOverlap(one: string, other: string): boolean {
  return alternatives(one).some((a) => alternatives(other).some((b) => partsOverlap(partsOf(a), partsOf(b))));
}

/** Whether everything that the second glob can match lies in the directory, or is the file, that the first one names. */
export function globCovers(cover: string, glob: string): boolean {
  const base = trimmed(cover).replace(/\/\*\*(\/\*)?$/, '');
  if (base === trimmed(glob)) return true;
  return !isWild(base) && trimmed(glob).startsWith(`${base}/`);
}

/** Whether a glob takes in every file there is. */
export function isEverything(glob: string): boolean {
  return alternatives(trimmed(glob)).some((each) => /^(\.|\*|(\*\*\/)*\*\*(\/\*)?)?$/.test(each));
}

function trimmed(glob: string): string {
  return glob.replace(/\/$/, '');
}

function isWild(glob: string): boolean {
  return /[*?[{]/.test(glob);
}

/** `a/{b,c}` is `a/b` and `a/c`. */
function alternatives(glob: string): string[] {
  const open = glob.indexOf('{');
  if (open === -1) return [glob];
  const close = closing(glob, open);
  if (close === -1) return [glob];
  const choices = splitChoices(glob.slice(open + 1, close));
  return choices
    .flatMap((choice) => alternatives(glob.slice(0, open) + choice + glob.slice(close + 1)))
    .slice(0, ALTERNATIVES_MAX);
}

function closing(glob: string, open: number): number {
  let depth = 0;
  for (let at = open; at < glob.length; at += 1) {
    if (glob[at] === '{') depth += 1;
    if (glob[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

function splitChoices(text: string): string[] {
  const choices = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === ',' && depth === 0) choices.push('');
    else choices.push(`${choices.pop() ?? ''}${letter}`);
    if (letter === '{') depth += 1;
    if (letter === '}') depth -= 1;
  }
  return choices;
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
