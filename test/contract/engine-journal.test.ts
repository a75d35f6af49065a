import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import { openStateDatabase, STATE_VERSION } from '../../src/engine/state-database.ts';
import { openRig } from '../support/engine-rig.ts';

// Every released version of the journal has a fixture here that newer versions must go on with.
const V1 = readFileSync(new URL('engine-journal-v1.sql', import.meta.url), 'utf8');

function fixture(): DatabaseSync {
  const db = new DatabaseSync(':memory:');
  db.exec(V1);
  return db;
}

const schemaOf = (db: DatabaseSync): unknown[] =>
  db
    .prepare('select name, sql from sqlite_schema order by name')
    .all()
    .map((row) => `${String(row['name'])}: ${String(row['sql']).replaceAll(/\s+/g, ' ')}`);

describe('a journal of version 1', () => {
  test('has the tables that this version makes, for as long as the version is 1', () => {
    expect(STATE_VERSION).toBe(1);
    expect(schemaOf(openStateDatabase(':memory:'))).toEqual(schemaOf(fixture()));
  });

  test('is gone on with: a run cut off in a step, the one behind it, one that waits, one done', async () => {
    const made: string[] = [];
    await using rig = openRig({
      store: openSqliteStore(fixture()),
      act: async ({ stepId, once }) => {
        const machine = await once('make', async () => (made.push(stepId), { machine: 'new' }));
        return { machine, did: stepId };
      },
    });
    expect(await rig.engine.get('cut-off')).toMatchObject({
      status: 'running',
      lockKey: 'staging',
      kind: 'deploy',
      by: 'ann',
      input: { commit: 'abc' },
      fence: 1,
      owner: 'rig',
    });
    expect((await rig.work('queued')).status).toBe('succeeded');
    expect((await rig.engine.get('cut-off'))?.status).toBe('succeeded');
    expect(rig.did).toEqual(['do b', 'do c', 'do z']);
    // What `once` had recorded in the dead process is not made again.
    expect(made).toEqual(['c', 'z']);
    expect((await rig.engine.steps('cut-off')).map((step) => [step.attempt, step.result])).toEqual([
      [1, { did: 'a' }],
      [2, { machine: { machine: 'm-b' }, did: 'b' }],
      [1, { machine: { machine: 'new' }, did: 'c' }],
    ]);

    await rig.engine.approve('waiting', 'ok', 'approved', 'bob');
    expect((await rig.work('waiting')).status).toBe('succeeded');
    expect(await rig.engine.get('done')).toMatchObject({ status: 'succeeded', error: null });
    expect((await rig.engine.events('done')).map((event) => event.type)).toEqual([
      'run.queued',
      'run.started',
      'step.started',
      'step.output',
      'step.succeeded',
      'run.finished',
    ]);
  });
});
