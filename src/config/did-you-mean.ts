import { distance } from 'fastest-levenshtein';

/** At most this share of a name may differ: of three letters one, of ten four. */
const DIFFERENCE_SHARE_MAX = 0.4;

/** The known name that was probably meant, or null when none is near. */
export function closestName(typed: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Infinity;
  for (const name of known) {
    const edits = distance(typed.toLowerCase(), name.toLowerCase());
    const isNear =
      edits <= Math.max(1, Math.floor(Math.max(name.length, typed.length) * DIFFERENCE_SHARE_MAX));
    if (isNear && edits < bestDistance) [best, bestDistance] = [name, edits];
  }
  return best;
}

/** `Did you mean x?`, or what there is: the hint for a name that refers to nothing. */
export function nameHint(typed: string, known: readonly string[], noun: string): string {
  const name = closestName(typed, known);
  if (name !== null) return `Did you mean ${name}?`;
  return known.length === 0 ? `There are no ${noun}.` : `Known ${noun}: ${known.join(', ')}.`;
}
