const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A duration for people, in the largest unit that keeps it whole: `45 s`, `2 min`, `7 days`. */
export function durationWords(ms: number): string {
  if (ms >= DAY_MS && ms % DAY_MS === 0) return count(ms / DAY_MS, 'day');
  if (ms >= HOUR_MS && ms % HOUR_MS === 0) return `${ms / HOUR_MS} h`;
  if (ms >= MINUTE_MS && ms % MINUTE_MS === 0) return `${ms / MINUTE_MS} min`;
  return `${ms / SECOND_MS} s`;
}

/** `1 machine`, `2 machines`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** Memory for people: `512 MB`, `1 GB`. */
export function memoryWords(megabytes: number): string {
  return megabytes % 1024 === 0 ? `${megabytes / 1024} GB` : `${megabytes} MB`;
}

/** A release with its commit: `r-1a2b3c4-9f00 (1a2b3c4)`. */
export function releaseWords(release: { readonly id: string; readonly commit: string }): string {
  return `${release.id} (${release.commit.slice(0, 7)})`;
}
