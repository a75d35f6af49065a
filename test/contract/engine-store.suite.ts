import { describe, expect, test } from 'vitest';
import type {
  InsertDecision,
  JournalStore,
  JournalWrite,
  NewRun,
  StepRow,
} from '../../src/engine/journal-store.ts';
import { pendingStep } from '../../src/engine/step-transition.ts';

/** What a store under test is opened as. Two opens of one `place` share their contents, where the kind of store can. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: JournalStore;
  /** A second connection to the same contents, as another process would have; null when there can be none. */
  readonly reopen: (() => JournalStore) | null;
}

const GRAPH = '{"nodes":[]}';
const QUEUE: InsertDecision = { attendedUntil: 0, events: [], superseded: [] };

function newRun(id: string, more: Partial<NewRun> = {}): NewRun {
  return {
    id,
    lockKey: 'key',
    kind: 'deploy',
    title: `run ${id}`,
    graph: GRAPH,
    graphHash: 'hash',
    input: { some: ['input'] },
    by: 'ann',
    supersede: false,
    ...more,
  };
}

const running = (owner = 'w'): JournalWrite => ({
  table: 'run',
  set: { status: 'running', startedAt: 1, owner, leaseUntil: 10, fence: 1 },
});

/** What every journal store must do. */
export function describeJournalStore(name: string, open: () => StoreUnderTest): void {
  describe(`${name} as a journal store`, () => {
    test('a run comes back as it was stored, and again when it is inserted again', async () => {
      await using under = open();
      const first = await under.store.insert(newRun('a'), () => QUEUE);
      expect(first).toMatchObject({
        id: 'a',
        status: 'queued',
        input: { some: ['input'] },
        graphHash: 'hash',
        by: 'ann',
      });
      expect(first.graph).toEqual({ nodes: [] });
      expect(first).toMatchObject({ startedAt: null, finishedAt: null, error: null, owner: null, fence: 0 });
      const again = await under.store.insert(newRun('a', { title: 'other', graphHash: 'other' }), () => {
        throw new Error('a stored run asks for no decision');
      });
      expect(again).toEqual(first);
      expect(await under.store.run('a')).toEqual(first);
      expect(await under.store.run('b')).toBeNull();
    });

    test('every kind of write comes back as it was written', async () => {
      await using under = open();
      await under.store.insert(newRun('a'), () => QUEUE);
      const row: StepRow = {
        ...pendingStep('s'),
        status: 'failed',
        attempt: 2,
        failures: 1,
        startedAt: 5,
        finishedAt: 6,
        startedOrder: 1,
        settledOrder: 2,
        dueAt: 7,
        error: { code: 'X', message: 'm', hint: null, output: ['l'] },
      };
      const none: StepRow = { ...pendingStep('n'), status: 'succeeded', result: null };
      await under.store.transact({ id: 'a' }, () => [
        { table: 'step', row: { ...row, attempt: 1 } },
        { table: 'step', row },
        { table: 'step', row: none },
        { table: 'once', row: { stepId: 's', key: 'k', value: { deep: [1, null] } } },
        { table: 'decision', row: { stepId: 'ok', decision: 'approved', by: 'bob' } },
        { table: 'event', body: { type: 'step.output', step: 's', line: 'hello' } },
      ]);
      expect(new Set(await under.store.steps('a'))).toEqual(new Set([row, none]));
      expect(await under.store.onceRows('a')).toEqual([
        { stepId: 's', key: 'k', value: { deep: [1, null] } },
      ]);
      expect(await under.store.decisions('a')).toEqual([{ stepId: 'ok', decision: 'approved', by: 'bob' }]);
      const [event] = await under.store.events('a', 0, 10);
      expect(event).toMatchObject({ type: 'step.output', step: 's', line: 'hello', runId: 'a' });
    });

    test('a state is patched, and the patched state is returned and kept', async () => {
      await using under = open();
      await under.store.insert(newRun('a'), () => QUEUE);
      const set = {
        status: 'running',
        startedAt: 1,
        finishedAt: 2,
        error: { code: 'X', message: 'm', hint: 'h', output: [] },
        cancelRequested: true,
        fence: 3,
        leaseUntil: 4,
        owner: 'w',
        wakeAt: 5,
        attendedUntil: 6,
        signals: 7,
        undoStatus: 'failed',
      } as const;
      const after = await under.store.transact({ id: 'a' }, () => [{ table: 'run', set }]);
      expect(after?.state).toEqual({ id: 'a', lockKey: 'key', ...set });
      expect((await under.store.peek({ id: 'a' }))?.state).toEqual(after?.state);
      expect(await under.store.transact({ id: 'nobody' }, () => [])).toBeNull();
    });

    test('nothing is kept of a transaction whose decision throws', async () => {
      await using under = open();
      await under.store.insert(newRun('a'), () => QUEUE);
      const failing = under.store.transact({ id: 'a' }, () => {
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      const half = under.store.transact({ id: 'a' }, () => [
        { table: 'event', body: { type: 'run.interrupted' } },
        { table: 'decision', row: { stepId: 's', decision: 'approved', by: 'a' } },
        { table: 'decision', row: { stepId: 's', decision: 'approved', by: 'b' } },
      ]);
      await expect(half).rejects.toThrow();
      expect(await under.store.events('a', 0, 10)).toEqual([]);
      expect(await under.store.decisions('a')).toEqual([]);
    });

    test('a second active run of a key is refused, by any way of being active', async () => {
      await using under = open();
      for (const id of ['a', 'b']) await under.store.insert(newRun(id), () => QUEUE);
      await under.store.insert(newRun('c', { lockKey: 'other' }), () => QUEUE);
      for (const status of ['running', 'waiting', 'interrupted'] as const) {
        await under.store.transact({ id: 'a' }, () => [{ table: 'run', set: { status, startedAt: 1 } }]);
        const second = under.store.transact({ id: 'b' }, () => [running()]);
        await expect(second).rejects.toMatchObject({ code: 'RUN_LOCKED' });
      }
      await under.store.transact({ id: 'c' }, () => [running()]);
      await under.store.transact({ id: 'a' }, () => [{ table: 'run', set: { status: 'failed' } }]);
      expect((await under.store.transact({ id: 'b' }, () => [running()]))?.state.status).toBe('running');
    });

    test('the head of a key is the active run, else the first queued, else nobody', async () => {
      await using under = open();
      expect(await under.store.peek({ headOf: 'key' })).toBeNull();
      for (const id of ['a', 'b', 'c']) await under.store.insert(newRun(id), () => QUEUE);
      const head = async (): Promise<string | undefined> =>
        (await under.store.peek({ headOf: 'key' }))?.state.id;
      expect(await head()).toBe('a');
      await under.store.transact({ id: 'a' }, () => [{ table: 'run', set: { status: 'interrupted' } }]);
      expect(await head()).toBe('b');
      await under.store.transact({ headOf: 'key' }, () => [running()]);
      await under.store.transact({ id: 'a' }, () => [{ table: 'run', set: { status: 'queued' } }]);
      expect(await head()).toBe('b');
      await under.store.transact({ id: 'b' }, () => [{ table: 'run', set: { status: 'succeeded' } }]);
      expect(await head()).toBe('a');
    });

    test('an insert sees the nearest run ahead, and those of its kind that it supersedes', async () => {
      await using under = open();
      const aheadOf = async (run: NewRun) => {
        let seen: unknown;
        await under.store.insert(run, (ahead) => {
          seen = ahead;
          return { ...QUEUE, superseded: [{ table: 'run', set: { status: 'superseded' } }] };
        });
        return seen;
      };
      expect(await aheadOf(newRun('a'))).toEqual({ superseded: [], behind: null });
      await under.store.transact({ id: 'a' }, () => [running()]);
      expect(await aheadOf(newRun('b'))).toEqual({ superseded: [], behind: 'a' });
      expect(await aheadOf(newRun('c', { kind: 'rollback', supersede: true }))).toEqual({
        superseded: [],
        behind: 'b',
      });
      expect(await aheadOf(newRun('d', { supersede: true }))).toEqual({ superseded: ['b'], behind: 'c' });
      expect((await under.store.run('b'))?.status).toBe('superseded');
      expect((await under.store.run('a'))?.status).toBe('running');
      expect(await aheadOf(newRun('e', { lockKey: 'other' }))).toEqual({ superseded: [], behind: null });
    });

    test('events rise by one over all runs and are read page by page', async () => {
      await using under = open();
      for (const id of ['a', 'b']) await under.store.insert(newRun(id), () => QUEUE);
      const body = { type: 'run.interrupted' } as const;
      for (const id of ['a', 'b', 'a', 'a'])
        await under.store.transact({ id }, () => [{ table: 'event', body }]);
      const first = await under.store.events('a', 0, 2);
      const rest = await under.store.events('a', first.at(-1)?.seq ?? 0, 2);
      const [one = 0] = first.map((event) => event.seq);
      expect([...first, ...rest].map((event) => event.seq - one)).toEqual([0, 2, 3]);
      expect(await under.store.events('a', rest.at(-1)?.seq ?? 0, 2)).toEqual([]);
    });

    test('runs are listed newest first, by key and status', async () => {
      await using under = open();
      for (const id of ['a', 'b', 'c']) await under.store.insert(newRun(id), () => QUEUE);
      await under.store.insert(newRun('d', { lockKey: 'other' }), () => QUEUE);
      await under.store.transact({ id: 'b' }, () => [running()]);
      const ids = async (filter: Parameters<JournalStore['runs']>[0]) =>
        (await under.store.runs(filter)).map((run) => run.id).join('');
      expect(await ids({ lockKey: null, statuses: null, limit: 3 })).toBe('dcb');
      expect(await ids({ lockKey: 'key', statuses: null, limit: 9 })).toBe('cba');
      expect(await ids({ lockKey: null, statuses: ['running', 'failed'], limit: 9 })).toBe('b');
    });

    test("the clock is the store's own and goes forward", async () => {
      await using under = open();
      await under.store.insert(newRun('a'), () => QUEUE);
      const first = (await under.store.peek({ id: 'a' }))?.now ?? 0;
      const second = (await under.store.transact({ id: 'a' }, () => []))?.now ?? 0;
      expect(Math.abs(first - Date.now())).toBeLessThan(5000);
      expect(second).toBeGreaterThanOrEqual(first);
      expect(Number.isInteger(first)).toBe(true);
    });

    test('two connections see and exclude each other', async ({ skip }) => {
      await using under = open();
      skip(under.reopen === null, 'lives in one connection');
      const other = under.reopen?.() ?? under.store;
      for (const id of ['a', 'b']) await under.store.insert(newRun(id), () => QUEUE);
      expect((await other.transact({ id: 'a' }, () => [running('other')]))?.state.owner).toBe('other');
      expect((await under.store.peek({ id: 'a' }))?.state.owner).toBe('other');
      await expect(under.store.transact({ id: 'b' }, () => [running()])).rejects.toMatchObject({
        code: 'RUN_LOCKED',
      });
      await other.close();
      expect((await under.store.peek({ id: 'a' }))?.state.owner).toBe('other');
    });
  });
}
