import { VERDICT_WORDS, type TrialCell, type Verdict } from '../../migrations/verdict/rollback-verdict.ts';
import type { SchemaChange } from '../../migrations/verdict/schema-change.ts';
import type { ProbeRecord } from '../probe/probe-record.ts';

/** `back: code only`; empty where nothing was tried. */
export function backWords({ verdict }: Pick<ProbeRecord, 'verdict'>): readonly string[] {
  return verdict === undefined ? [] : [`back: ${VERDICT_WORDS[verdict.verdict]}`];
}

/** What a verdict means for whoever wants to go back, in one sentence. */
export const VERDICT_MEANING: Readonly<Record<Verdict, string>> = {
  safe: 'The previous release works on the new schema, and nothing it can notice changed: rolling back loses nothing.',
  'code-only':
    'The previous release works on the new schema as far as tested, but the migration did more than add: the code can be rolled back, the database stays.',
  'forward-only':
    'The previous release does not work on the new schema: the only way back is to restore the earlier data.',
  unknown: 'Not tested: whether the previous release works on the new schema.',
};

/** How a trial went: `failed its smoke test`. */
export function resultWords({ result, failed }: TrialCell): string {
  if (result === 'passed') return 'works';
  if (result === 'not-tried') return 'not tried';
  return failed === 'smoke' ? 'fails its smoke test' : 'does not become healthy';
}

/** Why the release that is live does not bear a migration: what failed, its last lines, and the statements to look at. */
export function breakLines(
  probe: Pick<ProbeRecord, 'statements'>,
  cell: TrialCell,
  changes: readonly SchemaChange[],
): readonly string[] {
  const grave = changes.filter(({ limit }) => limit === 'gone' || limit === 'forward-only');
  const suspects = grave.length > 0 ? grave : changes.filter(({ limit }) => limit !== 'safe');
  return [
    ...cell.output,
    ...suspects.flatMap(({ statement, reason }) => {
      const sql = probe.statements.find(({ number }) => number === statement)?.sql;
      return [...(sql === undefined ? [] : [sql.replaceAll(/\s+/g, ' ').trim()]), `  ${reason}`];
    }),
  ];
}
