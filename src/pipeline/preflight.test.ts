import { describe, expect, test } from 'vitest';
import { database, environment, flyApp, migration, vercelApp } from '../../test/support/projects.ts';
import { testDatabase } from '../../test/support/test-database.ts';
import type { Gate, ResolvedDatabase } from '../config/resolved.ts';
import { preflight } from './preflight.ts';

const GATE: Gate = { kind: 'safe-migrations', blocksAtMostMs: 1_000 };

function messages(of: ResolvedDatabase, gates: readonly Gate[], migrates = true): string[] {
  const app = flyApp('web', { database: of.name, migrate: migrates ? migration() : null });
  const production = environment('production', { apps: [app], databases: [of], gates });
  return preflight(production, () => true).map(({ message }) => message);
}

describe('a gate that needs branches', () => {
  test('is refused early over a database that has none', () => {
    expect(messages(testDatabase(), [GATE])).toEqual([
      'The gate safeMigrations() of production tries migrations on a branch, but main cannot have one: it is external.',
    ]);
  });

  test('is fine over one that has, over one that nothing migrates, and where it is not asked for', () => {
    for (const managed of [false, true]) {
      const cluster = database('main', { fly: { managed, plan: 'basic', volumeGb: 1, version: 17 } });
      expect(messages(cluster, [GATE])).toEqual([]);
    }
    expect(messages(testDatabase(), [GATE], false)).toEqual([]);
    expect(messages(testDatabase(), [])).toEqual([]);
  });
});

test('an app that cannot be deployed is refused with what to do instead', () => {
  const staging = environment('staging', { apps: [vercelApp('web')] });
  expect(preflight(staging, () => true)).toEqual([
    expect.objectContaining({
      code: 'PROVIDER_NOT_SUPPORTED',
      message: 'web runs on Vercel, which this version can plan for and not deploy to.',
      hint: expect.stringContaining('flyApp({ stack: nextjs() })') as unknown,
    }),
  ]);
});
