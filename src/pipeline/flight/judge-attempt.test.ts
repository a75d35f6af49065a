import { expect, test } from 'vitest';
import { judgeAttempt } from './judge-attempt.ts';
import { createStatementLog, type SeenStatement, type StatementLog } from './statement-log.ts';

const NOBODY: ReadonlySet<number> = new Set();
const UNKNOWN = { isChanged: null, isTidy: null, isWaiting: false };

function failedWith(sqlState: string, sql = 'alter table a', before: readonly string[] = []): StatementLog {
  const log = createStatementLog();
  const seen: SeenStatement = {
    number: 1,
    session: 1,
    backendPid: 7,
    sql,
    tag: 'CREATE TABLE',
    rows: null,
    error: null,
    notices: [],
    transaction: 'idle',
    batch: 1,
  };
  before.forEach((text, index) => log.onStatement({ ...seen, sql: text, batch: index }));
  log.onStatement({ ...seen, tag: null, error: { sqlState, message: 'no', position: null }, batch: 99 });
  return log;
}

test.each([
  ['55P03', NOBODY, true],
  ['40P01', NOBODY, true],
  ['42P07', NOBODY, false],
  ['57014', NOBODY, false],
  ['57014', new Set([7]), true],
  ['57014', new Set([8]), false],
])('a statement that failed with %s is one that had no lock: %s → %s', (state, cancelled, isBlocked) => {
  const judged = judgeAttempt({ log: failedWith(state), output: [] }, cancelled, UNKNOWN);
  expect(judged).toMatchObject({ isBlocked, isClean: true, stays: [] });
});

test('what was committed before keeps it from being made again, and is named without its values', () => {
  const log = failedWith('55P03', 'alter table a', ["insert into member values ('Ada')"]);
  expect(judgeAttempt({ log, output: [] }, NOBODY, UNKNOWN)).toEqual({
    isBlocked: true,
    isClean: false,
    isChanged: true,
    stays: ['insert into member values (…)'],
  });
});

test.each([null, false])('an index that may be half built is not begun again (tidied up: %s)', (isTidy) => {
  const log = failedWith('55P03', 'create index concurrently i on a (b)');
  expect(judgeAttempt({ log, output: [] }, NOBODY, { ...UNKNOWN, isTidy })).toMatchObject({
    isClean: false,
    stays: ['what is half done of: create index concurrently i on a (b)'],
  });
});

test.each([
  ['create unique index concurrently i on a (b)', []],
  ['reindex table concurrently a', []],
  ['drop index concurrently i', ['what is half done of: drop index concurrently i']],
])('%s is made again where no half-built index is left', (sql, stays) => {
  const log = failedWith('55P03', sql);
  const tidy = { ...UNKNOWN, isTidy: true };
  expect(judgeAttempt({ log, output: [] }, NOBODY, tidy)).toMatchObject({
    isBlocked: true,
    isClean: true,
    stays,
  });
});

test.each([
  ['ERROR:  canceling statement due to lock timeout', false, { isBlocked: true, isClean: true }],
  ['** (Postgrex.Error) ERROR 55P03 (lock_not_available)', false, { isBlocked: true, isClean: true }],
  ['ERROR:  deadlock detected', true, { isBlocked: true, isClean: false }],
  ['ERROR:  deadlock detected', null, { isBlocked: true, isClean: false }],
  ['ERROR:  relation "a" exists', false, { isBlocked: false, isClean: true }],
])('where nobody saw the statements, %s with tables changed %s', (line, isChanged, expected) => {
  expect(
    judgeAttempt({ log: null, output: [line] }, NOBODY, { isChanged, isTidy: true, isWaiting: false }),
  ).toMatchObject(expected);
});

test('one whose time was over while it waited for a lock had none, though the server says only that it was canceled', () => {
  const log = failedWith('57014');
  const judged = judgeAttempt({ log, output: [] }, NOBODY, { ...UNKNOWN, isWaiting: true });
  expect(judged).toMatchObject({ isBlocked: true, isClean: true });
});
