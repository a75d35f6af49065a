import { distance } from 'fastest-levenshtein';

/** At most this share of a name may differ: of three letters one, of ten four. */
const DIFFERENCE_SHARE_MAX = 0.4;

/** The beginning of a name counts as meant from this many letters on: `prod`. */
const BEGINNING_LENGTH_MIN = 3;

/** The known name that was probably meant, or null when none is near. */
export function closestName(typed: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = Infinity;
  for (const name of known) {
    const edits = editsBetween(typed.toLowerCase(), name.toLowerCase());
    const most = Math.floor(Math.max(name.length, typed.length) * DIFFERENCE_SHARE_MAX);
    if (edits <= most && edits < fewest) [best, fewest] = [name, edits];
  }
  if (best !== null || typed.length < BEGINNING_LENGTH_MIN) return best;
  return known.find((name) => name.toLowerCase().startsWith(typed.toLowerCase())) ?? null;
}

/** `Did you mean x?`, or what there is: the hint for a name that refers to nothing. */
export function nameHint(typed: string, known: readonly string[], noun: string): string {
  const name = closestName(typed, known);
  if (name !== null) return `Did you mean ${name}?`;
  return known.length === 0 ? `There are no ${noun}.` : `Known ${noun}: ${known.join(', ')}.`;
}

/** Two neighbours that changed places, as in `mian`, are one slip of the finger and not two. */
function editsBetween(one: string, other: string): number {
  const edits = distance(one, other);
  if (edits !== 2 || one.length !== other.length) return edits;
  let at = 0;
  while (one[at] === other[at]) at += 1;
  const isSwapped = one[at] === other[at + 1] && one[at + 1] === other[at];
  return isSwapped ? 1 : edits;
}
