import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionsEnded } from '../../src/pipeline/verdict/sessions-ended.ts';
import type { Clock } from '../../src/util/clock.ts';
import { openSession, postgresRig, type PostgresRig } from '../support/postgres-rig.ts';

let rig: PostgresRig;

beforeAll(async () => {
  rig = await postgresRig();
});

afterAll(() => rig[Symbol.asyncDispose]());

/** A clock that goes on only while somebody sleeps; something may be done then. */
function sleepingClock(whileAsleep: () => Promise<void>): Clock {
  let now = 0;
  return {
    now: () => now,
    async sleep(ms) {
      now += ms;
      await whileAsleep();
    },
  };
}

test('what a session wrote is counted when it has ended, and for that it is waited', async () => {
  const url = await rig.database();
  await using observer = await openSession(url, 'an observer');
  const tool = await openSession(url, 'a migration tool');
  await tool.query('create table member (id int)');
  await tool.query('insert into member select generate_series(1, 500)');
  const clock = sleepingClock(async () => tool[Symbol.asyncDispose]());
  await sessionsEnded(observer.client, clock, new AbortController().signal);
  expect(clock.now()).toBeGreaterThan(0);
  const [row] = await observer.query(
    `select pg_stat_get_tuples_inserted('member'::regclass)::int as inserted`,
  );
  expect(row?.['inserted']).toBe(500);
});

test('a session of an app that stays up is not waited for without end', async () => {
  const url = await rig.database();
  await using observer = await openSession(url, 'an observer');
  await using app = await openSession(url, 'an app');
  const clock = sleepingClock(() => Promise.resolve());
  await sessionsEnded(observer.client, clock, new AbortController().signal);
  expect(clock.now()).toBeGreaterThanOrEqual(5_000);
  expect(await app.query('select 1 as one')).toEqual([{ one: 1 }]);
});
