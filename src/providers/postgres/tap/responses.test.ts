import { expect, test } from 'vitest';
import { Responses } from './responses.ts';
import { startStatement } from './statement-in-progress.ts';
import { fieldsMessage, message } from './wire-messages.ts';

/** A message as it comes, without its type and length. */
const frame = (type: string, whole: Buffer) => ({ type, body: whole.subarray(5), isWhole: true });
const lockTimeout = frame(
  'E',
  fieldsMessage(
    'E',
    new Map([
      ['C', '55P03'],
      ['M', 'lock timeout'],
    ]),
  ),
);
const ready = (state: string) => frame('Z', message('Z', Buffer.from(state)));

function sessionWith(sql: string) {
  const told: unknown[] = [];
  const responses = new Responses({
    now: () => 1,
    onOver: ({ running, end }, transaction) =>
      void told.push([running.sql, end?.error?.sqlState ?? null, transaction]),
    onRowsWanted: () => undefined,
    isShown: () => true,
  });
  const ask = (text: string): void => {
    const running = { number: 1, session: 1, backendPid: 7, sql: text, parameters: 0, startedAt: 0 };
    const current = startStatement(running);
    responses.expect({ kind: 'query', current, next: () => null, shown: 'all' });
  };
  ask(sql);
  return { responses, told, ask };
}

test('a statement whose client leaves as soon as it has failed is told of all the same, once', () => {
  const { responses, told } = sessionWith('alter table a');
  responses.hear(lockTimeout);
  expect(told).toEqual([]);
  responses.close();
  responses.close();
  expect(told).toEqual([['alter table a', '55P03', 'idle']]);
});

test('in a transaction it leaves that one failed', () => {
  const { responses, told, ask } = sessionWith('begin');
  responses.hear(frame('C', message('C', Buffer.from('BEGIN\0'))));
  responses.hear(ready('T'));
  ask('alter table a');
  responses.hear(lockTimeout);
  responses.close();
  expect(told).toEqual([
    ['begin', null, 'open'],
    ['alter table a', '55P03', 'failed'],
  ]);
});

test('one that nothing was heard of is not told of', () => {
  const { responses, told } = sessionWith('select pg_sleep(600)');
  responses.close();
  expect(told).toEqual([]);
});
