import { closest, distance } from 'fastest-levenshtein';

/** Two letters that changed places are two edits: half of a name may differ, as in mian. */
const DIFFERENCE_MAX = 0.5;

/** The known name that was probably meant, or null when none is near. */
export function closestName(typed: string, known: readonly string[]): string | null {
  if (known.length === 0) return null;
  const lower = typed.toLowerCase();
  const nearest = closest(lower, known);
  const edits = distance(lower, nearest.toLowerCase());
  return edits <= Math.max(1, Math.floor(nearest.length * DIFFERENCE_MAX)) ? nearest : null;
}

/** `Did you mean x?`, or nothing; to be put before the rest of a hint. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const name = closestName(typed, known);
  return name === null ? '' : `Did you mean ${name}? `;
}
