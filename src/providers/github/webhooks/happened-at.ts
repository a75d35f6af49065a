/** Times that GitHub itself writes into what an event is about. Those of commits are whatever their author says. */
const TIMES = [
  'updated_at',
  'created_at',
  'completed_at',
  'started_at',
  'submitted_at',
  'pushed_at',
  'closed_at',
] as const;

/** What an event is about, besides the repository; commits are left out. */
const NOT_ABOUT = new Set([
  'head_commit',
  'commits',
  'commit',
  'organization',
  'sender',
  'installation',
  'changes',
]);

const SECOND_MS = 1_000;

/**
 * When what a payload tells of happened: the newest of the times in it that GitHub writes, in milliseconds since the Unix
 * epoch. Null when there is none, or only later ones than `latest`.
 */
export function happenedAt(payload: Readonly<Record<string, unknown>>, latest: number): number | null {
  const times = Object.entries(payload)
    .filter(([name]) => !NOT_ABOUT.has(name))
    .flatMap(([, value]) => timesOf(value));
  const possible = [...times, ...timesOf(payload)].filter((time) => time <= latest);
  return possible.length === 0 ? null : Math.max(...possible);
}

function timesOf(value: unknown): number[] {
  if (typeof value !== 'object' || value === null) return [];
  return TIMES.flatMap((name) => {
    const written = (value as Record<string, unknown>)[name];
    // A push says so in seconds.
    const time =
      typeof written === 'number'
        ? written * SECOND_MS
        : Date.parse(typeof written === 'string' ? written : '');
    return Number.isNaN(time) ? [] : [time];
  });
}
