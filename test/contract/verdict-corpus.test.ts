import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  rollbackVerdict,
  VERDICT_WORDS,
  type JudgedRelease,
  type TrialCell,
} from '../../src/migrations/verdict/rollback-verdict.ts';
import { openSession, postgresRig, type PostgresRig, type Session } from '../support/postgres-rig.ts';
import {
  OBSERVER,
  runCase,
  verdictCases,
  type RanCase,
  type VerdictCase,
} from '../support/verdict-corpus.ts';

/*
 * Migrations whose verdict is known: run for real, with what the code of before and after asks of the database. Then as a
 * smoke test would see them that touches nothing: what was changed must be enough to keep the verdict from being "safe".
 */

let rig: PostgresRig;
let session: Session;
let client: Client;
let url: string;

beforeAll(async () => {
  rig = await postgresRig();
  url = await rig.database();
  session = await openSession(url, OBSERVER);
  ({ client } = session);
});

afterAll(async () => {
  await session[Symbol.asyncDispose]();
  await rig[Symbol.asyncDispose]();
});

function judge(of: VerdictCase, { seen }: RanCase, cells: readonly TrialCell[]): JudgedRelease {
  return rollbackVerdict({ cells, ...seen, hasSmoke: of.hasSmoke });
}

const CASES = verdictCases();

describe('the verdict', () => {
  test.each(CASES.map((each) => [each.name, each.answer, each] as const))(
    'of %s is %s',
    async (_, answer, of) => {
      const ran = await runCase(client, url, of);
      const { verdict, reasons } = judge(of, ran, ran.cells);
      expect([VERDICT_WORDS[verdict], reasons]).toEqual([answer, reasons]);
      // What is called safe is safe: the old code works when the new one has written, too.
      if (verdict === 'safe') expect(ran.isOldFineAfterNew).toBe(true);
      const blind = judge(
        of,
        ran,
        ran.cells.map((cell) => ({ ...cell, result: 'passed' as const })),
      );
      const mayBeSafe = answer === 'safe' || answer === 'unknown';
      expect([mayBeSafe || blind.verdict !== 'safe', blind.reasons]).toEqual([true, blind.reasons]);
    },
  );

  test('is known of at least 40 migrations, of each kind', () => {
    const counts = Object.groupBy(CASES, ({ answer }) => answer);
    expect(CASES.length).toBeGreaterThanOrEqual(40);
    for (const answer of ['safe', 'code only', 'forward only'])
      expect(counts[answer]?.length).toBeGreaterThanOrEqual(15);
    expect(CASES.filter((each) => each.old.length > 0).length).toBeGreaterThanOrEqual(40);
  });
});
