import { describe, expect, test } from 'vitest';
import type { Gate, ResolvedEnvironment } from '../../config/resolved.ts';
import type { ProbedEffect, ProbedStatement } from '../../migrations/probe/probed-statement.ts';
import { stepRig, type StepRig } from '../../../test/support/step-rig.ts';
import type { Json } from '../../util/json.ts';
import type { ProbedFinding, ProbeRecord } from '../probe/probe-record.ts';
import { gateStep } from './gate.ts';

const ENVIRONMENT = { name: 'production', databases: [], apps: [] } as unknown as ResolvedEnvironment;

const effect = (more: Partial<ProbedEffect> = {}): ProbedEffect => ({
  table: 'orders',
  kind: 'table',
  lock: 'AccessExclusive',
  work: 'rewrite',
  isFresh: true,
  isAssumed: false,
  blocks: 'readers',
  heldMs: 900,
  estimatedMs: 4_200,
  ...more,
});

const statement = (number: number, effects: readonly ProbedEffect[]): ProbedStatement => ({
  number,
  sql: `alter table orders alter column c${number} type bigint`,
  transaction: 1,
  tookMs: 900,
  rows: null,
  error: null,
  effects,
});

const finding = (more: Partial<ProbedFinding> = {}): ProbedFinding => ({
  rule: 'change-column-type',
  severity: 'error',
  statement: 1,
  message: 'The type of orders.c1 is changed.',
  why: null,
  safeForm: 'alter table orders add column c1_new bigint;',
  ...more,
});

const probe = (more: Partial<ProbeRecord> = {}): ProbeRecord => ({
  version: 1,
  environment: 'production',
  database: 'main',
  commit: 'c'.repeat(40),
  files: '',
  at: 0,
  tookMs: 1_000,
  seenBy: 'tap',
  statements: [],
  findings: [],
  ...more,
});

function rigOf(record: ProbeRecord, blocksAtMostMs = 1_000): StepRig {
  const gate: Gate = { kind: 'safe-migrations', blocksAtMostMs };
  return stepRig({
    environment: ENVIRONMENT,
    action: { kind: 'gate', gate },
    outputs: { 'probe:main': { probe: record } as unknown as Json, 'probe:other': { skipped: 'it is new' } },
  });
}

async function ask(record: ProbeRecord, blocksAtMostMs = 1_000): Promise<Json> {
  const rig = rigOf(record, blocksAtMostMs);
  return gateStep(rig.deps).execute(rig.context);
}

describe('the gate of safe migrations', () => {
  test('lets a migration pass that keeps nobody out for too long', async () => {
    const short = effect({ estimatedMs: 1_000 });
    expect(await ask(probe({ statements: [statement(1, [short])] }))).toEqual({ probed: ['main'] });
  });

  test('refuses a statement that keeps somebody out longer than is allowed, with its safe form', async () => {
    const record = probe({
      statements: [statement(1, [effect()]), statement(2, [])],
      findings: [finding({ severity: 'warning' })],
    });
    await expect(ask(record)).rejects.toMatchObject({
      code: 'MIGRATION_UNSAFE',
      output: [
        'alter table orders alter column c1 type bigint',
        '  It keeps readers and writers of orders waiting for about 4.2 s: it takes AccessExclusive and writes the whole table anew.',
        '  Safe: alter table orders add column c1_new bigint;',
      ],
    });
    expect(await ask(record, 5_000)).toEqual({ probed: ['main'] });
  });

  test('says in full what to write instead, in the lines of its step', async () => {
    const safeForm = 'alter table orders add column c1_new bigint;\n-- then the rest';
    const record = probe({ statements: [statement(1, [effect()])], findings: [finding({ safeForm })] });
    const rig = rigOf(record);
    await expect(gateStep(rig.deps).execute(rig.context)).rejects.toThrow(/1 statement/);
    expect(rig.lines).toEqual([
      'Safe, in place of alter table orders alter column c1 type bigint:',
      '  alter table orders add column c1_new bigint;',
      '  -- then the rest',
    ]);
  });

  test('refuses what a rule calls an error, however quick it is', async () => {
    const record = probe({ statements: [statement(1, [])], findings: [finding({ safeForm: null })] });
    await expect(ask(record)).rejects.toMatchObject({
      code: 'MIGRATION_UNSAFE',
      output: ['alter table orders alter column c1 type bigint', '  The type of orders.c1 is changed.'],
    });
  });

  test.each<[string, Partial<ProbedEffect>]>([
    ['a lock that an earlier statement has', { isFresh: false }],
    ['a lock that only other changes of the schema wait for', { blocks: 'schema-changes' }],
    ['a lock that nobody waits for', { blocks: 'nobody' }],
  ])('minds not %s', async (_what, more) => {
    expect(await ask(probe({ statements: [statement(1, [effect(more)])] }))).toEqual({ probed: ['main'] });
  });

  test('minds rows that are held for long', async () => {
    const rows = effect({ lock: 'RowExclusive', work: 'rows', blocks: 'same-rows', estimatedMs: 60_000 });
    await expect(ask(probe({ statements: [statement(1, [rows])] }))).rejects.toThrow(/1 statement/);
  });
});
