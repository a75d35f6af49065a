import type { KeyDifference } from './key/key-parts.ts';

/** Why a check runs although it has passed before: `src/a.ts changed, and 2 more`. Never empty. */
export function differenceWords(differences: readonly KeyDifference[] | null): string {
  if (differences === null) return 'never passed before';
  const [first, ...others] = differences;
  if (first === undefined) return 'its cached result is gone';
  return others.length === 0 ? oneDifference(first) : `${oneDifference(first)}, and ${others.length} more`;
}

/** What is different, as a clause. */
function oneDifference({ part, name, before, now }: KeyDifference): string {
  switch (part) {
    case 'command':
      return name === 'command' ? 'its command changed' : `its ${name} changed`;
    case 'input':
      return `${name} ${changeWord(before, now)}`;
    case 'env':
      return `${name} ${before === null ? 'is set now' : now === null ? 'is not set any more' : 'has another value'}`;
    case 'tool':
      return `${name} ${before ?? 'was not there'} → ${now ?? 'is not there'}`;
    case 'need':
      return `the output of ${name} changed`;
    case 'place':
      return `it ran on ${before ?? 'nothing'} and now on ${now ?? 'nothing'}`;
    case 'service':
    case 'output':
    case 'leaf':
      return now === null ? `its ${part} ${name} was removed` : `its ${part} ${name} is new`;
    default:
      return `${name} changed`;
  }
}

function changeWord(before: string | null, now: string | null): string {
  if (before === null) return 'is new';
  return now === null ? 'is gone' : 'changed';
}

/** A span in the words of a person: `3 minutes`. */
function spanWords(ms: number): string {
  const [count, unit] =
    ms < 60_000
      ? [Math.round(ms / 1000), 'second']
      : ms < 3_600_000
        ? [Math.round(ms / 60_000), 'minute']
        : ms < 48 * 3_600_000
          ? [Math.round(ms / 3_600_000), 'hour']
          : [Math.round(ms / 86_400_000), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** How long ago something was, in milliseconds: `just now`, `3 minutes ago`. */
export function agoWords(ms: number): string {
  return ms < 1000 ? 'just now' : `${spanWords(ms)} ago`;
}
