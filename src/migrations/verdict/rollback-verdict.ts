import type { SchemaChange } from './schema-change.ts';

/** How far a release can be gone back from, to the one before it. */
export type Verdict = 'safe' | 'code-only' | 'forward-only' | 'unknown';

/** One of {old code, new code} × {old schema, new schema}, tried or not. */
export interface TrialCell {
  readonly code: 'old' | 'new';
  readonly schema: 'old' | 'new';
  /** `not-tried`: it could not be, whatever the release. */
  readonly result: 'passed' | 'failed' | 'not-tried';
  /** The app that failed; null for all of them, as in a smoke test. */
  readonly app: string | null;
  /** `health`: it did not start, exited, or did not pass its check. Null where nothing failed. */
  readonly failed: 'health' | 'smoke' | null;
  /** One sentence: what failed, or why it was not tried; null where it passed. */
  readonly message: string | null;
  /** The last lines of what failed. */
  readonly output: readonly string[];
}

/** What a verdict is made of. */
export interface VerdictInput {
  readonly cells: readonly TrialCell[];
  /** All that the migration changed which code that does not know of it can notice. */
  readonly changes: readonly SchemaChange[];
  /** Whether the migration changed anything at all. */
  readonly hasChanged: boolean;
  /** Whether the release before has a smoke test: a health check alone asks little. */
  readonly hasSmoke: boolean;
}

/** A verdict, and why. */
export interface JudgedRelease {
  readonly verdict: Verdict;
  /** Sentences, the one that decides first. */
  readonly reasons: readonly string[];
}

/**
 * Whether the release before can be gone back to.
 *
 * - `safe`: it was tried on the new schema and works, and the migration did nothing but add what it cannot notice.
 * - `code-only`: it was tried on the new schema and works, but the migration did more than add. The code can go back, the
 *   database cannot be taken back without loss, and the release before may meet what it does not know.
 * - `forward-only`: it was shown not to work on the new schema, or it is certain that it does not.
 * - `unknown`: nothing could be shown.
 *
 * What was taken away by name is believed to be unused only where a smoke test has passed: a health check asks too little.
 */
export function rollbackVerdict({ cells, changes, hasChanged, hasSmoke }: VerdictInput): JudgedRelease {
  const certain = changes.filter(({ limit }) => limit === 'forward-only');
  const gone = changes.filter(({ limit }) => limit === 'gone');
  const noticed = changes.filter(({ limit }) => limit !== 'safe').map(({ reason }) => reason);
  const oldOnNew = cellOf(cells, 'old', 'new');
  const baseline = cellOf(cells, 'old', 'old');
  if (certain.length > 0) return { verdict: 'forward-only', reasons: noticed };
  if (oldOnNew?.result === 'failed' && baseline?.result === 'passed')
    return { verdict: 'forward-only', reasons: [failedWords(oldOnNew), ...noticed] };
  if (!hasChanged) return { verdict: 'safe', reasons: ['Nothing of the database changes.'] };
  if (oldOnNew?.result !== 'passed')
    return { verdict: 'unknown', reasons: [unknownWords(oldOnNew, baseline), ...noticed] };
  if (gone.length > 0 && !hasSmoke)
    return {
      verdict: 'forward-only',
      reasons: [
        ...gone.map(({ reason }) => reason),
        'Whether the release before uses it was not shown: it has no smoke test, and a health check asks too little.',
      ],
    };
  if (noticed.length > 0) return { verdict: 'code-only', reasons: noticed };
  return {
    verdict: 'safe',
    reasons: [
      'The release before works on the new schema, and the migration only adds what it cannot notice.',
    ],
  };
}

/** The worst of several databases; null for none. */
export function worstVerdict(verdicts: readonly Verdict[]): Verdict | null {
  return WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? null;
}

const WORST_FIRST: readonly Verdict[] = ['forward-only', 'unknown', 'code-only', 'safe'];

/** As people say it. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  safe: 'safe',
  'code-only': 'code only',
  'forward-only': 'forward only',
  unknown: 'unknown',
};

/** Whether the release that serves was shown not to work on the new schema, as it does on its own. */
export function breaksOldRelease(cells: readonly TrialCell[]): TrialCell | null {
  const oldOnNew = cellOf(cells, 'old', 'new');
  return oldOnNew?.result === 'failed' && cellOf(cells, 'old', 'old')?.result === 'passed' ? oldOnNew : null;
}

/** One of the four; null where it is not there. */
export function cellOf(
  cells: readonly TrialCell[],
  code: TrialCell['code'],
  schema: TrialCell['schema'],
): TrialCell | null {
  return cells.find((cell) => cell.code === code && cell.schema === schema) ?? null;
}

function failedWords({ message }: TrialCell): string {
  return `The previous release does not work on the new schema: ${message ?? 'it failed.'}`;
}

function unknownWords(oldOnNew: TrialCell | null, baseline: TrialCell | null): string {
  if (oldOnNew?.result === 'failed')
    return baseline?.result === 'failed'
      ? `The release before does not pass on a copy of its own schema either, so nothing can be concluded: ${baseline.message ?? ''}`
      : `The release before failed on the new schema, and was not tried on its own: ${oldOnNew.message ?? ''}`;
  return `The release before was not tried on the new schema: ${oldOnNew?.message ?? 'nobody asked.'}`;
}
