import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { StepContext } from '../../src/engine/graph.ts';
import { STEP_SETTLE_GRACE_MS } from '../../src/engine/run-attempt.ts';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import { openStateDatabase } from '../../src/engine/state-database.ts';
import { createVirtualClock } from '../support/engine-clock.ts';
import {
  approvalNode,
  chain,
  eventually,
  gate,
  openRig,
  stepNode,
  tempDir,
  timerNode,
  untilAborted,
  withTransact,
} from '../support/engine-rig.ts';

const failing = (
  code: 'HEALTH_FAILED' | 'PROVIDER_UNREACHABLE' = 'HEALTH_FAILED',
  retry: 'safe' | 'never' = 'never',
) => new ToolError(code, 'it did not answer', { hint: 'look at it', retry, output: ['line'] });

describe('running a graph', () => {
  test('a step starts when everything it needs has succeeded, and is given the results', async () => {
    const seen: unknown[] = [];
    await using rig = openRig({
      act: async ({ stepId, outputs, idempotencyKey, attempt, input }) => {
        if (stepId === 'd') seen.push(outputs, idempotencyKey, attempt, input);
        return stepId.toUpperCase();
      },
    });
    const nodes = [stepNode('d', ['b', 'c']), stepNode('a'), stepNode('b', ['a']), stepNode('c', ['a'])];
    const run = await rig.run('r', { nodes }, { input: { commit: 'abc' } });
    expect(run).toMatchObject({ status: 'succeeded', error: null, owner: null, leaseUntil: null });
    expect(rig.did).toEqual(['do a', 'do b', 'do c', 'do d']);
    expect(seen).toEqual([{ a: 'A', b: 'B', c: 'C' }, 'r/d', 1, { commit: 'abc' }]);
    expect(await rig.story('r')).toMatchInlineSnapshot(`
      [
        "run.queued",
        "run.started",
        "step.started a",
        "step.succeeded a",
        "step.started b",
        "step.started c",
        "step.succeeded b",
        "step.succeeded c",
        "step.started d",
        "step.succeeded d",
        "run.finished",
      ]
    `);
  });

  test('branches run at the same time', async () => {
    const both = new Set<string>();
    const go = gate();
    await using rig = openRig({
      act: async ({ stepId }) => {
        both.add(stepId);
        if (both.size === 2) go.open();
        await go.opened;
        return null;
      },
    });
    expect((await rig.run('r', { nodes: [stepNode('a'), stepNode('b')] })).status).toBe('succeeded');
  });

  test('an empty graph succeeds, and steps that never began are pending', async () => {
    await using rig = openRig({ act: () => Promise.reject(failing()) });
    expect((await rig.run('empty', { nodes: [] })).status).toBe('succeeded');
    await rig.run('r', chain('a', 'b'));
    const steps = await rig.engine.steps('r');
    expect(steps.map((step) => step.status)).toEqual(['undone', 'pending']);
    expect(steps[1]).toMatchObject({
      attempt: 0,
      startedAt: null,
      finishedAt: null,
      result: null,
      error: null,
    });
  });

  test('a step kind that nothing here knows fails the run and says so', async () => {
    await using rig = openRig();
    const nodes = [stepNode('a', [], { action: { kind: 'newer' }, undoable: false })];
    const run = await rig.run('r', { nodes });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'RUN_STEP_CRASHED' } });
    expect(run.error?.message).toContain('newer');
  });

  test('a result that JSON cannot hold fails its step', async () => {
    await using rig = openRig({ act: async () => 1n as unknown as number });
    const run = await rig.run('r', chain('a'));
    expect(run).toMatchObject({ status: 'failed', error: { code: 'RUN_STEP_CRASHED' } });
  });

  test('output is stored line by line, in order, before the end of its step', async () => {
    await using rig = openRig({
      act: async ({ log }) => {
        for (let line = 0; line < 300; line += 1) log(`line ${line}`);
        log('two\nlines');
        log('x'.repeat(100_000));
        return null;
      },
    });
    await rig.run('r', chain('a'));
    const events = await rig.engine.events('r');
    const lines = events.flatMap((event) => (event.type === 'step.output' ? [event.line] : []));
    expect(lines.slice(0, 2)).toEqual(['line 0', 'line 1']);
    expect(lines.slice(300, 302)).toEqual(['two', 'lines']);
    expect(lines).toHaveLength(303);
    expect(lines[302]?.length).toBeLessThan(10_000);
    expect(events.slice(-2).map((event) => event.type)).toEqual(['step.succeeded', 'run.finished']);
  });

  test('output of a step that goes on for long is seen before it ends', async () => {
    const go = gate();
    await using rig = openRig({ act: async ({ log }) => (log('half way'), await go.opened, null) });
    await rig.submit('r', chain('a'));
    const work = rig.work('r');
    await eventually('the line', async () => (await rig.story('r')).includes('step.output a'));
    go.open();
    await work;
  });

  test('secrets are taken out of every line, message, hint and output', async () => {
    await using rig = openRig({
      redact: (line) => line.replaceAll('hunter2', '***'),
      act: async ({ log }) => {
        log('password hunter2');
        throw new ToolError('HEALTH_FAILED', 'hunter2', { hint: 'hunter2', output: ['hunter2'] });
      },
      undo: () => Promise.reject(new Error('hunter2')),
    });
    const run = await rig.run('r', chain('a'));
    const stored = JSON.stringify([run, await rig.engine.events('r'), await rig.engine.steps('r')]);
    expect(stored).not.toContain('hunter2');
    expect(stored.match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe('submitting', () => {
  test('the same id again returns the stored run; another graph under it is refused with RUN_GRAPH_CHANGED', async () => {
    await using rig = openRig();
    const first = await rig.submit('r', chain('a'));
    expect(await rig.submit('r', chain('a'), { title: 'other' })).toEqual(first);
    await expect(rig.submit('r', chain('a', 'b'))).rejects.toMatchObject({ code: 'RUN_GRAPH_CHANGED' });
    expect(await rig.story('r')).toEqual(['run.queued']);
  });

  test('a stored graph that was changed is refused with RUN_GRAPH_CHANGED, and the lock is given back', async () => {
    const db = openStateDatabase(':memory:');
    await using rig = openRig({ store: openSqliteStore(db) });
    await rig.submit('r', chain('a'));
    db.exec(`update run_content set graph = replace(graph, 'Do a', 'Do b')`);
    const run = await rig.work('r');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'RUN_GRAPH_CHANGED' } });
    expect(rig.did).toEqual([]);
    expect((await rig.run('next', chain('a'))).status).toBe('succeeded');
  });

  test.each([
    ['a need that is not there', [stepNode('a', ['x'])]],
    ['two nodes of one id', [stepNode('a'), stepNode('a')]],
    ['a cycle', [stepNode('a', ['b']), stepNode('b', ['a'])]],
  ])('a graph with %s is a bug', async (_name, nodes) => {
    await using rig = openRig();
    await expect(rig.submit('r', { nodes })).rejects.toThrow();
    expect(await rig.engine.get('r')).toBeNull();
  });

  test('queued runs of the same kind are superseded, others are not', async () => {
    const go = gate();
    await using rig = openRig({ act: async () => (await go.opened, null) });
    await rig.submit('running', chain('a'));
    const working = rig.work('running');
    await eventually('the first runs', () => rig.did.length === 1);
    await rig.submit('old', chain('a'));
    await rig.submit('rollback', chain('a'), { kind: 'rollback' });
    const old = rig.work('old');
    await rig.submit('new', chain('a'), { supersede: true });
    expect((await old).status).toBe('superseded');
    expect(await rig.story('old')).toEqual(['run.queued', 'run.superseded', 'run.finished']);
    expect((await rig.engine.events('new'))[0]).toMatchObject({ type: 'run.queued', behind: 'rollback' });
    go.open();
    expect(
      (await Promise.all([working, rig.work('rollback'), rig.work('new')])).map((run) => run.status),
    ).toEqual(['succeeded', 'succeeded', 'succeeded']);
  });

  test('runs of one key run one at a time in their order, those of other keys beside them', async () => {
    const now = new Set<string>();
    const order: string[] = [];
    await using rig = openRig({
      act: async ({ runId }) => {
        expect([...now].filter((id) => id[0] === runId[0])).toEqual([]);
        now.add(runId);
        order.push(runId);
        await new Promise((resolve) => setImmediate(resolve));
        now.delete(runId);
        return null;
      },
    });
    const ids = ['a1', 'a2', 'b1', 'a3', 'b2'];
    for (const id of ids) await rig.submit(id, chain('s'), { lockKey: id[0] ?? '' });
    await Promise.all(ids.toReversed().map((id) => rig.work(id)));
    expect(order.filter((id) => id.startsWith('a'))).toEqual(['a1', 'a2', 'a3']);
    expect(order.filter((id) => id.startsWith('b'))).toEqual(['b1', 'b2']);
  });

  test('an unknown run is RUN_UNKNOWN wherever it is named', async () => {
    await using rig = openRig();
    const { engine } = rig;
    expect(await engine.get('x')).toBeNull();
    const next = () => engine.follow('x')[Symbol.asyncIterator]().next();
    const calls = [
      () => engine.cancel('x', 'a'),
      () => engine.resume('x'),
      () => engine.approve('x', 's', 'approved', 'a'),
      () => engine.steps('x'),
      () => rig.work('x'),
      next,
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'RUN_UNKNOWN' });
  });

  test('runs are listed newest first, by key and status', async () => {
    await using rig = openRig();
    await rig.run('one', chain('a'));
    await rig.submit('two', chain('a'));
    await rig.submit('three', chain('a'), { lockKey: 'other' });
    const ids = async (filter?: Parameters<typeof rig.engine.list>[0]) =>
      (await rig.engine.list(filter)).map((run) => run.id);
    expect(await ids()).toEqual(['three', 'two', 'one']);
    expect(await ids({ lockKey: 'key', limit: 1 })).toEqual(['two']);
    expect(await ids({ statuses: ['succeeded'] })).toEqual(['one']);
  });
});

describe('approvals', () => {
  const graph = { nodes: [stepNode('a'), approvalNode('ok', ['a']), stepNode('b', ['ok'])] };

  test('a run that waits for one holds nothing but the lock, and goes on when it is given', async () => {
    await using rig = openRig();
    const waiting = await rig.run('r', graph);
    expect(waiting).toMatchObject({ status: 'waiting', owner: null, leaseUntil: null });
    await rig.submit('next', chain('a'));
    await rig.engine.approve('r', 'ok', 'approved', 'bob');
    await rig.engine.approve('r', 'ok', 'approved', 'bob');
    expect((await rig.work('r')).status).toBe('succeeded');
    expect(rig.did).toEqual(['do a', 'do b']);
    expect((await rig.engine.steps('r'))[1]?.result).toEqual({ approvedBy: 'bob' });
    const story = await rig.story('r');
    expect(story.filter((line) => /ok|run/.test(line))).toEqual([
      'run.queued',
      'run.started',
      'run.waiting ok',
      'step.approved ok',
      'run.started',
      'step.succeeded ok',
      'run.finished',
    ]);
  });

  test('a rejection puts everything back and fails with GATE_APPROVAL_REJECTED', async () => {
    await using rig = openRig();
    await rig.run('r', graph);
    await rig.engine.approve('r', 'ok', 'rejected', 'bob');
    const run = await rig.work('r');
    expect(run).toMatchObject({ status: 'failed', error: { code: 'GATE_APPROVAL_REJECTED' } });
    expect(run.error?.message).toContain('bob');
    expect(rig.did).toEqual(['do a', 'undo a']);
  });

  test('one given early counts, also while the run works; without untilWaiting the worker waits for it', async () => {
    await using rig = openRig();
    await rig.submit('r', graph);
    await rig.engine.approve('r', 'ok', 'approved', 'bob');
    expect((await rig.work('r')).status).toBe('succeeded');
    await rig.submit('s', graph);
    const work = rig.work('s', false);
    await eventually('it waits', async () => (await rig.engine.get('s'))?.status === 'waiting');
    await rig.engine.approve('s', 'ok', 'approved', 'bob');
    expect((await work).status).toBe('succeeded');
  });

  test('one given while another branch runs lets its own branch go on at once', async () => {
    const go = gate();
    await using rig = openRig({ act: async ({ stepId }) => (stepId === 'slow' ? await go.opened : 0, null) });
    const nodes = [stepNode('slow'), approvalNode('ok'), stepNode('after', ['ok'])];
    await rig.submit('r', { nodes });
    const work = rig.work('r');
    await eventually('it waits', async () => (await rig.story('r')).includes('run.waiting ok'));
    await rig.engine.approve('r', 'ok', 'approved', 'bob');
    await eventually('the branch goes on', () => rig.did.includes('do after'));
    go.open();
    expect((await work).status).toBe('succeeded');
  });

  test('one given between the last look and lying down is not lost', async () => {
    const inner = openSqliteStore(':memory:');
    let approve: (() => Promise<void>) | null = null;
    const store = withTransact(inner, async (target, decide) => {
      let lies = false;
      await inner.transact(target, (state, now) => {
        lies = decide(state, now).some((write) => write.table === 'run' && write.set.status === 'waiting');
        return [];
      });
      const now = lies ? approve : null;
      if (now !== null) approve = null;
      await now?.();
      return inner.transact(target, decide);
    });
    await using rig = openRig({ store });
    await rig.submit('r', graph);
    approve = () => rig.engine.approve('r', 'ok', 'approved', 'bob');
    expect((await rig.work('r')).status).toBe('succeeded');
  });

  test('one that nobody gives in time fails the run with GATE_APPROVAL_EXPIRED', async () => {
    const clock = createVirtualClock();
    await using rig = openRig({ clock, pollMs: 10_000 });
    await rig.submit('r', { nodes: [stepNode('a'), approvalNode('ok', ['a'], 3_600_000)] });
    const started = clock.now();
    const run = await rig.work('r', false);
    expect(run).toMatchObject({ status: 'failed', error: { code: 'GATE_APPROVAL_EXPIRED' } });
    expect(clock.now() - started).toBeGreaterThanOrEqual(3_600_000);
    expect(rig.did).toEqual(['do a', 'undo a']);
  });

  test('a decision about something else, twice differently, or too late is RUN_NOT_WAITING', async () => {
    await using rig = openRig();
    await rig.run('r', graph);
    const decide = (step: string, decision: 'approved' | 'rejected') =>
      rig.engine.approve('r', step, decision, 'bob');
    await expect(decide('a', 'approved')).rejects.toMatchObject({ code: 'RUN_NOT_WAITING' });
    await expect(decide('x', 'approved')).rejects.toMatchObject({ code: 'RUN_NOT_WAITING' });
    await decide('ok', 'approved');
    await expect(decide('ok', 'rejected')).rejects.toMatchObject({ code: 'RUN_NOT_WAITING' });
    await rig.work('r');
    await rig.submit('s', { nodes: [approvalNode('ok')] });
    await rig.engine.cancel('s', 'ann');
    const late = rig.engine.approve('s', 'ok', 'approved', 'bob');
    await expect(late).rejects.toMatchObject({ code: 'RUN_NOT_WAITING' });
  });

  test('decisions about two approvals at once both count', async () => {
    await using rig = openRig();
    await rig.run('r', { nodes: [approvalNode('x'), approvalNode('y')] });
    await Promise.all([
      rig.engine.approve('r', 'x', 'approved', 'ann'),
      rig.engine.approve('r', 'y', 'approved', 'bob'),
    ]);
    expect((await rig.work('r')).status).toBe('succeeded');
  });
});

describe('timers', () => {
  test('a long one gives the process free and is gone on with when due', async () => {
    const clock = createVirtualClock();
    await using rig = openRig({ clock });
    const started = clock.now();
    const run = await rig.run('r', {
      nodes: [stepNode('a'), timerNode('bake', 60_000, ['a']), stepNode('b', ['bake'])],
    });
    expect(run.status).toBe('succeeded');
    expect(clock.now() - started).toBeGreaterThanOrEqual(60_000);
    expect(clock.now() - started).toBeLessThan(61_000);
    const story = await rig.story('r');
    expect(story.filter((line) => line === 'run.started')).toHaveLength(2);
    expect(story.filter((line) => line === 'run.waiting bake')).toHaveLength(1);
  });

  test('a short one is sat out', async () => {
    const clock = createVirtualClock();
    await using rig = openRig({ clock });
    const run = await rig.run('r', { nodes: [timerNode('pause', 1500), stepNode('b', ['pause'])] });
    expect(run).toMatchObject({ status: 'succeeded', fence: 1 });
  });

  test('one that is due while another branch runs lets its own branch go on', async () => {
    const clock = createVirtualClock();
    await using rig = openRig({
      clock,
      act: async ({ stepId }) => (stepId === 'slow' ? await clock.sleep(10_000) : undefined, null),
    });
    await rig.run('r', { nodes: [stepNode('slow'), timerNode('t', 5000), stepNode('after', ['t'])] });
    const story = await rig.story('r');
    expect(story.indexOf('step.succeeded after')).toBeLessThan(story.indexOf('step.succeeded slow'));
  });
});

describe('retries and time-outs', () => {
  const retry = { attempts: 3, baseDelayMs: 1000, maxDelayMs: 10_000 };

  test('a failure that may be repeated is, with growing pauses, up to the policy', async () => {
    const clock = createVirtualClock();
    const at: number[] = [];
    await using rig = openRig({
      clock,
      act: async ({ attempt }) => {
        at.push(clock.now());
        if (attempt < 3) throw failing('PROVIDER_UNREACHABLE', 'safe');
        return attempt;
      },
    });
    const run = await rig.run('r', { nodes: [stepNode('a', [], { retry })] });
    expect(run.status).toBe('succeeded');
    expect(at.slice(1).map((time, index) => time - (at[index] ?? 0))).toEqual([500, 1000]);
    const events = (await rig.engine.events('r')).filter((event) => event.type === 'step.retrying');
    expect(events).toMatchObject([
      {
        attempt: 2,
        delayMs: 500,
        error: { code: 'PROVIDER_UNREACHABLE', hint: 'look at it', output: ['line'] },
      },
      { attempt: 3, delayMs: 1000 },
    ]);
    expect((await rig.engine.steps('r'))[0]).toMatchObject({ status: 'succeeded', attempt: 3, error: null });
  });

  test('the last try that fails, fails the run; a failure that may not be repeated, at once', async () => {
    const clock = createVirtualClock();
    for (const [kind, tries] of [
      ['safe', 3],
      ['never', 1],
    ] as const) {
      await using rig = openRig({ clock, act: () => Promise.reject(failing('PROVIDER_UNREACHABLE', kind)) });
      const run = await rig.run('r', { nodes: [stepNode('a', [], { retry, undoable: false })] });
      expect(run).toMatchObject({ status: 'failed', error: { code: 'PROVIDER_UNREACHABLE' } });
      expect(rig.did).toHaveLength(tries);
    }
  });

  test('a step that takes too long is told, settles, and fails with RUN_STEP_TIMED_OUT', async () => {
    const clock = createVirtualClock();
    await using rig = openRig({ clock, act: ({ signal }) => untilAborted(signal) });
    const started = clock.now();
    const run = await rig.run('r', { nodes: [stepNode('slow', [], { timeoutMs: 30_000, retry })] });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'RUN_STEP_TIMED_OUT' } });
    expect(run.error?.message).toBe('step "slow" took longer than 30 s.');
    expect(clock.now() - started).toBeLessThan(31_000);
    expect(rig.did).toEqual(['do slow', 'undo slow']);
  });

  test('one that does not listen is given up after a grace, and can then neither record nor log', async () => {
    const clock = createVirtualClock();
    const go = gate();
    let context: StepContext | null = null;
    await using rig = openRig({ clock, act: async (given) => ((context = given), await go.opened, null) });
    const started = clock.now();
    const run = await rig.run('r', { nodes: [stepNode('deaf', [], { timeoutMs: 30_000 })] });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'RUN_STEP_TIMED_OUT' } });
    expect(run.error?.message).toContain('did not stop');
    expect(clock.now() - started).toBeGreaterThanOrEqual(30_000 + STEP_SETTLE_GRACE_MS);
    const stray = context as StepContext | null;
    stray?.log('from the grave');
    await expect(stray?.once('k', async () => 1)).rejects.toMatchObject({ code: 'RUN_STEP_STOPPED' });
    expect(await rig.story('r')).not.toContain('step.output deaf');
    go.open();
  });
});

describe('failure', () => {
  test('nothing new starts, running siblings are told and settle, then all is undone in reverse', async () => {
    const reasons: unknown[] = [];
    const go = gate();
    await using rig = openRig({
      act: async ({ stepId, signal }) => {
        if (stepId === 'sibling') {
          go.open();
          return untilAborted(signal).catch((error: unknown) => {
            reasons.push(error);
            throw error;
          });
        }
        if (stepId === 'bad') {
          await go.opened;
          throw failing();
        }
        return null;
      },
    });
    const nodes = [
      stepNode('a'),
      stepNode('bad', ['a']),
      stepNode('sibling', ['a']),
      stepNode('later', ['bad']),
      stepNode('looks', [], { undoable: false }),
    ];
    const run = await rig.run('r', { nodes });
    expect(run).toMatchObject({ status: 'failed', error: { code: 'HEALTH_FAILED', hint: 'look at it' } });
    expect(rig.did.slice(4)).toEqual(['undo sibling', 'undo bad', 'undo a']);
    expect(reasons).toMatchObject([
      { code: 'RUN_STEP_STOPPED', message: expect.stringContaining('"bad" failed') },
    ]);
    const statuses = (await rig.engine.steps('r')).map((step) => `${step.id} ${step.status}`);
    expect(statuses).toEqual([
      'a undone',
      'bad undone',
      'sibling undone',
      'later pending',
      'looks succeeded',
    ]);
    const failed = (await rig.engine.events('r')).filter((event) => event.type === 'step.failed');
    expect(failed.map((event) => event.error.code)).toEqual(['HEALTH_FAILED', 'RUN_STEP_STOPPED']);
    expect((await rig.story('r')).filter((line) => line === 'run.undo-started')).toHaveLength(1);
  });

  test('nothing starts that was freed in the very moment of the failure', async () => {
    const go = gate();
    const arrived = new Set<string>();
    await using rig = openRig({
      act: async ({ stepId }) => {
        arrived.add(stepId);
        if (arrived.size === 2) go.open();
        await go.opened;
        if (stepId === 'bad') throw failing();
        return null;
      },
    });
    await rig.run('r', { nodes: [stepNode('good'), stepNode('bad'), stepNode('freed', ['good'])] });
    expect(rig.did).not.toContain('do freed');
    expect(rig.did).toHaveLength(4);
  });

  test('a sibling that succeeds all the same keeps its result and is undone', async () => {
    const go = gate();
    await using rig = openRig({
      act: async ({ stepId, signal }) => {
        if (stepId === 'bad') throw failing();
        await untilAborted(signal).catch(() => go.open());
        return 'done';
      },
    });
    await rig.run('r', { nodes: [stepNode('bad'), stepNode('good')] });
    expect(rig.did).toEqual(['do bad', 'do good', 'undo good', 'undo bad']);
    expect((await rig.engine.steps('r'))[1]).toMatchObject({ status: 'undone', result: 'done' });
  });

  test('an undo that fails is recorded, the others still run, and the error says what is left', async () => {
    await using rig = openRig({
      act: ({ stepId }) => (stepId === 'c' ? Promise.reject(failing()) : Promise.resolve(null)),
      undo: ({ stepId }) =>
        stepId === 'b'
          ? Promise.reject(new ToolError('PROVIDER_QUOTA', 'no room', { hint: 'pay' }))
          : Promise.resolve(),
    });
    const run = await rig.run('r', chain('a', 'b', 'c'));
    expect(rig.did).toEqual(['do a', 'do b', 'do c', 'undo c', 'undo b', 'undo a']);
    expect(run.status).toBe('failed');
    expect(run.error).toEqual({
      code: 'HEALTH_FAILED',
      message: 'it did not answer',
      hint: 'look at it\nCould not be undone and needs manual attention: b.',
      output: ['line', 'RUN_UNDO_FAILED b: no room pay'],
    });
    expect((await rig.engine.steps('r')).map((step) => step.status)).toEqual([
      'undone',
      'undo-failed',
      'undone',
    ]);
    expect(await rig.story('r')).toContain('step.undo-failed b');
  });

  test('an undo is repeated like a step when its failure allows it', async () => {
    const clock = createVirtualClock();
    let failures = 0;
    await using rig = openRig({
      clock,
      act: () => Promise.reject(failing()),
      undo: async () => {
        failures += 1;
        if (failures < 3) throw failing('PROVIDER_UNREACHABLE', 'safe');
      },
    });
    const nodes = [stepNode('a', [], { retry: { attempts: 3, baseDelayMs: 10, maxDelayMs: 10 } })];
    expect((await rig.run('r', { nodes })).error?.hint).toBe('look at it');
    expect((await rig.engine.steps('r'))[0]?.status).toBe('undone');
  });

  test('an undoable step that nothing can undo is said to be left', async () => {
    await using rig = openRig({ executors: { bare: { execute: () => Promise.reject(failing()) } } });
    const run = await rig.run('r', { nodes: [stepNode('a', [], { action: { kind: 'bare' } })] });
    expect(run.error?.output.at(-1)).toContain('RUN_UNDO_FAILED a');
  });

  test('undo sees what execute recorded and returned, and does a once of its own once', async () => {
    const seen: unknown[] = [];
    await using rig = openRig({
      act: async ({ stepId, once }) => {
        await once('before', async () => ({ image: 'v1' }));
        if (stepId === 'b') throw failing();
        return 'result';
      },
      undo: async ({ stepId, recorded, outputs, once }) => {
        let times = 0;
        await once('put back', async () => (times += 1));
        await once('put back', async () => (times += 1));
        seen.push({ stepId, times, before: recorded('before'), never: recorded('never'), a: outputs['a'] });
      },
    });
    await rig.run('r', chain('a', 'b'));
    const same = { times: 1, before: { image: 'v1' }, never: undefined, a: 'result' };
    expect(seen).toEqual([
      { stepId: 'b', ...same },
      { stepId: 'a', ...same },
    ]);
  });
});

describe('cancel', () => {
  test('the running step is told, settles, everything is undone, and only then the lock is free', async () => {
    const go = gate();
    await using rig = openRig({
      act: async ({ runId, stepId }) => {
        if (runId === 'r' && stepId === 'b') await go.opened;
        return null;
      },
    });
    await rig.submit('r', chain('a', 'b', 'c'));
    await rig.submit('next', chain('z'));
    const works = Promise.all([rig.work('r'), rig.work('next')]);
    await eventually('b runs', () => rig.did.includes('do b'));
    await rig.engine.cancel('r', 'bob');
    await rig.engine.cancel('r', 'bob');
    await eventually('it is asked', async () => (await rig.engine.get('r'))?.cancelRequested === true);
    expect((await rig.engine.get('next'))?.status).toBe('queued');
    go.open();
    expect((await works).map((run) => run.status)).toEqual(['cancelled', 'succeeded']);
    expect(rig.did).toEqual(['do a', 'do b', 'undo b', 'undo a', 'do z']);
    const story = await rig.story('r');
    expect(story.filter((line) => line.startsWith('run.'))).toEqual([
      'run.queued',
      'run.started',
      'run.cancel-requested',
      'run.undo-started',
      'run.finished',
    ]);
  });

  test('a listening step is told why at once', async () => {
    const clock = createVirtualClock();
    const reasons: unknown[] = [];
    await using rig = openRig({
      clock,
      act: ({ signal }) =>
        untilAborted(signal).catch((error: unknown) => Promise.reject(reasons.push(error) && error)),
    });
    await rig.submit('r', chain('a'));
    const work = rig.work('r');
    await eventually('a runs', () => rig.did.length > 0);
    await rig.engine.cancel('r', 'bob');
    const run = await work;
    expect(run).toMatchObject({ status: 'cancelled', error: null, cancelRequested: true });
    expect(reasons).toMatchObject([
      { code: 'RUN_STEP_STOPPED', message: expect.stringContaining('was cancelled') },
    ]);
    expect(rig.did).toEqual(['do a', 'undo a']);
  });

  test('one that never started ends at once; one that ended is left alone', async () => {
    await using rig = openRig();
    await rig.submit('r', chain('a'));
    await rig.engine.cancel('r', 'bob');
    expect(await rig.story('r')).toEqual(['run.queued', 'run.cancel-requested', 'run.finished']);
    expect((await rig.work('r')).status).toBe('cancelled');
    await rig.run('s', chain('a'));
    await rig.engine.cancel('s', 'bob');
    expect((await rig.engine.get('s'))?.status).toBe('succeeded');
  });

  test('one that waits is put back by whoever works on it next', async () => {
    await using rig = openRig();
    await rig.run('r', { nodes: [stepNode('a'), approvalNode('ok', ['a'])] });
    await rig.engine.cancel('r', 'bob');
    expect((await rig.work('r')).status).toBe('cancelled');
    expect(rig.did).toEqual(['do a', 'undo a']);
    expect((await rig.engine.steps('r'))[1]?.status).toBe('cancelled');
  });

  test('one that was interrupted is put back too', async () => {
    const stop = new AbortController();
    await using rig = openRig({ act: async () => (stop.abort(), null) });
    await rig.submit('r', chain('a', 'b'));
    expect((await rig.work('r', true, stop.signal)).status).toBe('interrupted');
    await rig.engine.cancel('r', 'bob');
    expect((await rig.work('r')).status).toBe('cancelled');
    expect(rig.did).toEqual(['do a', 'undo a']);
  });

  test('one that comes during the very last step still counts', async () => {
    const store = openSqliteStore(':memory:');
    await using rig = openRig({
      store,
      pollMs: 100_000,
      act: async () => {
        // Written behind the engine's back, as another process would, so that only the store knows.
        await store.transact({ id: 'r' }, () => [{ table: 'run', set: { cancelRequested: true } }]);
        return null;
      },
    });
    expect((await rig.run('r', chain('a'))).status).toBe('cancelled');
    expect(rig.did).toEqual(['do a', 'undo a']);
  });

  test('one that comes between the last step and the end still counts', async () => {
    const inner = openSqliteStore(':memory:');
    const store = withTransact(inner, async (target, decide) => {
      let ends = false;
      await inner.transact(target, (state, now) => {
        ends = decide(state, now).some((write) => write.table === 'run' && write.set.status === 'succeeded');
        return [];
      });
      if (ends) await inner.transact(target, () => [{ table: 'run', set: { cancelRequested: true } }]);
      return inner.transact(target, decide);
    });
    await using rig = openRig({ store });
    expect((await rig.run('r', chain('a'))).status).toBe('cancelled');
    expect(rig.did).toEqual(['do a', 'undo a']);
  });

  test('when not everything could be put back the run failed with RUN_UNDO_FAILED', async () => {
    await using rig = openRig({ undo: () => Promise.reject(new Error('stuck')) });
    await rig.run('r', { nodes: [stepNode('a'), approvalNode('ok', ['a'])] });
    await rig.engine.cancel('r', 'bob');
    const run = await rig.work('r');
    expect(run).toMatchObject({
      status: 'failed',
      error: { code: 'RUN_UNDO_FAILED', output: ['RUN_UNDO_FAILED a: stuck'] },
    });
  });
});

describe('interrupting', () => {
  test('the running step settles untold, the run keeps the lock, and a resume goes on', async () => {
    const stop = new AbortController();
    let wasTold = true;
    await using rig = openRig({
      act: async ({ stepId, signal }) => {
        if (stepId === 'b') {
          stop.abort();
          await new Promise((resolve) => setImmediate(resolve));
          wasTold = signal.aborted;
        }
        return null;
      },
    });
    await rig.submit('r', chain('a', 'b', 'c'));
    const interrupted = await rig.work('r', true, stop.signal);
    expect(interrupted).toMatchObject({ status: 'interrupted', owner: null, leaseUntil: null });
    expect(wasTold).toBe(false);
    await rig.submit('next', chain('z'));
    const next = rig.work('next');
    expect((await rig.work('r')).status).toBe('interrupted');
    expect((await rig.engine.get('next'))?.status).toBe('queued');
    await rig.engine.resume('r');
    expect((await rig.work('r')).status).toBe('succeeded');
    expect((await next).status).toBe('succeeded');
    expect(rig.did).toEqual(['do a', 'do b', 'do c', 'do z']);
    const story = (await rig.story('r')).filter((line) => line.startsWith('run.'));
    expect(story).toEqual(['run.queued', 'run.started', 'run.interrupted', 'run.started', 'run.finished']);
  });

  test('one that never started lets others pass and takes its old place when resumed', async () => {
    const go = gate();
    const stop = new AbortController();
    await using rig = openRig({ act: async ({ runId }) => (runId === 'first' ? await go.opened : 0, null) });
    for (const id of ['first', 'second', 'third', 'fourth']) await rig.submit(id, chain(id));
    const first = rig.work('first');
    await eventually('the first runs', () => rig.did.length === 1);
    const second = rig.work('second', true, stop.signal);
    stop.abort();
    expect((await second).status).toBe('interrupted');
    await rig.engine.resume('second');
    expect((await rig.engine.get('second'))?.status).toBe('queued');
    expect((await rig.work('second', true, AbortSignal.abort())).status).toBe('interrupted');
    go.open();
    await first;
    expect((await rig.work('third')).status).toBe('succeeded');
    await rig.engine.resume('second');
    await Promise.all([rig.work('fourth'), rig.work('second')]);
    expect(rig.did).toEqual(['do first', 'do third', 'do second', 'do fourth']);
  });

  test('a failure just before it is put back by the resume; an interrupted undo is gone on with', async () => {
    const stops = [new AbortController(), new AbortController(), new AbortController()];
    await using rig = openRig({
      act: ({ stepId }) => {
        if (stepId !== 'c') return Promise.resolve(null);
        stops[0]?.abort();
        return Promise.reject(failing());
      },
      undo: async ({ stepId }) => (stepId === 'b' ? stops[1]?.abort() : undefined),
    });
    await rig.submit('r', chain('a', 'b', 'c'));
    for (const stop of stops) {
      await rig.work('r', true, stop.signal);
      await rig.engine.resume('r').catch(() => undefined);
    }
    expect(rig.did).toEqual(['do a', 'do b', 'do c', 'undo c', 'undo b', 'undo a']);
    expect(await rig.engine.get('r')).toMatchObject({ status: 'failed', error: { code: 'HEALTH_FAILED' } });
    expect((await rig.story('r')).filter((line) => line === 'run.undo-started')).toHaveLength(1);
  });

  test('what was done before and after it is undone in reverse all the same', async () => {
    const stop = new AbortController();
    await using rig = openRig({
      act: async ({ stepId }) => {
        if (stepId === 'b') stop.abort();
        if (stepId === 'd') throw failing();
        return null;
      },
    });
    await rig.submit('r', chain('a', 'b', 'c', 'd'));
    await rig.work('r', true, stop.signal);
    await rig.engine.resume('r');
    await rig.work('r');
    expect(rig.did.slice(4)).toEqual(['undo d', 'undo c', 'undo b', 'undo a']);
  });

  test('a pause before the next try ends at once and the try comes after the resume', async () => {
    const stop = new AbortController();
    await using rig = openRig({
      random: () => 0.99,
      act: ({ attempt }) => {
        if (attempt > 1) return Promise.resolve(null);
        stop.abort();
        return Promise.reject(failing('PROVIDER_UNREACHABLE', 'safe'));
      },
    });
    const retry = { attempts: 2, baseDelayMs: 100_000, maxDelayMs: 100_000 };
    await rig.submit('r', { nodes: [stepNode('a', [], { retry })] });
    expect((await rig.work('r', true, stop.signal)).status).toBe('interrupted');
    await rig.engine.resume('r');
    expect((await rig.work('r')).status).toBe('succeeded');
  });

  test('a run that waits goes on waiting, one that succeeded is done, and resume says what it cannot do', async () => {
    const stop = new AbortController();
    await using rig = openRig({ act: async () => (stop.abort(), null) });
    await rig.submit('r', { nodes: [stepNode('a')] });
    expect((await rig.work('r', true, stop.signal)).status).toBe('succeeded');
    await expect(rig.engine.resume('r')).rejects.toMatchObject({ code: 'RUN_NOT_RESUMABLE' });
    await rig.run('s', { nodes: [approvalNode('ok')] });
    expect((await rig.work('s', false, AbortSignal.abort())).status).toBe('waiting');
    await rig.engine.resume('s');
    expect((await rig.engine.get('s'))?.status).toBe('waiting');
  });

  test('closing the engine interrupts what it works on', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const go = gate();
    const rig = openRig({ file, act: async () => (await go.opened, null) });
    await rig.submit('r', chain('a', 'b'));
    const work = rig.work('r').catch((error: unknown) => error);
    await eventually('a runs', () => rig.did.length === 1);
    const closed = rig.engine.close();
    go.open();
    await closed;
    await work;
    await using again = openRig({ file });
    expect((await again.engine.get('r'))?.status).toBe('interrupted');
    await expect(rig.work('r')).rejects.toThrow('closed');
  });
});

describe('two processes on one journal', () => {
  test('a run whose holder stopped beating is taken over by whoever comes, and the loser stores nothing more', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const go = gate();
    const reasons: unknown[] = [];
    let did = 0;
    // Its beat comes only after hours: to the others it looks dead.
    await using loser = openRig({
      file,
      leaseMs: 40,
      pollMs: 10_000_000,
      act: async ({ stepId, once }) => {
        if (stepId === 'a') return 'first';
        await go.opened;
        await once('side effect', async () => (did += 1)).catch((error: unknown) => reasons.push(error));
        return 'loser';
      },
    });
    await loser.submit('r', chain('a', 'b', 'c'));
    const losing = loser.work('r');
    await eventually('b runs', () => loser.did.includes('do b'));
    await using winner = openRig({ file, act: async () => 'winner' });
    expect((await winner.work('r')).status).toBe('succeeded');
    go.open();
    expect((await losing).status).toBe('succeeded');
    expect(loser.did).toEqual(['do a', 'do b']);
    expect(winner.did).toEqual(['do b', 'do c']);
    expect(did).toBe(0);
    expect(reasons).toMatchObject(
      [{ code: 'RUN_LEASE_LOST' }, { code: 'RUN_LEASE_LOST' }].slice(0, reasons.length),
    );
    expect(reasons.length).toBeGreaterThan(0);
    expect((await winner.engine.steps('r')).map((step) => step.result)).toEqual([
      'first',
      'winner',
      'winner',
    ]);
    const story = await winner.story('r');
    expect(story.filter((line) => line === 'step.started b')).toHaveLength(2);
    expect(story.filter((line) => line === 'step.succeeded b')).toHaveLength(1);
  });

  test('a step of a lost run is told by its signal', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const store = openSqliteStore(file);
    const reasons: unknown[] = [];
    await using rig = openRig({
      store,
      act: async ({ signal }) => {
        await untilAborted(signal).catch((error: unknown) => reasons.push(error));
        return 'stale';
      },
    });
    await rig.submit('r', chain('a'));
    const work = rig.work('r');
    await eventually('a runs', () => rig.did.length > 0);
    const set = { fence: 99, owner: 'other', leaseUntil: Date.now() + 60_000 };
    await store.transact({ id: 'r' }, () => [{ table: 'run', set }]);
    // Only a step that is told can settle, and only then the work goes on.
    await eventually('the step is told', () => reasons.length > 0);
    await store.transact({ id: 'r' }, () => [{ table: 'run', set: { status: 'failed', owner: null } }]);
    expect((await work).status).toBe('failed');
    expect(reasons).toMatchObject([{ code: 'RUN_LEASE_LOST' }]);
    expect((await rig.engine.steps('r'))[0]).toMatchObject({ status: 'running', result: null });
  });

  test('the holder of a long step keeps beating, and others only follow', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const go = gate();
    // Time of their own: where this process gets no turn for a lease, both have the same right to the run.
    const clock = createVirtualClock();
    await using holder = openRig({ file, clock, leaseMs: 100, act: async () => (await go.opened, null) });
    await holder.submit('r', chain('a'));
    const holding = holder.work('r');
    await eventually('a runs', () => holder.did.length === 1);
    await using other = openRig({ file, clock, leaseMs: 100 });
    const lease = async () => (await other.engine.get('r'))?.leaseUntil ?? 0;
    const first = await lease();
    const following = other.work('r');
    await eventually('several leases went by', async () => (await lease()) > first + 300);
    go.open();
    expect((await Promise.all([holding, following])).map((run) => run.status)).toEqual([
      'succeeded',
      'succeeded',
    ]);
    expect(other.did).toEqual([]);
  });

  test('cancel and approval given by another process arrive', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    await using worker = openRig({ file, act: ({ signal }) => untilAborted(signal) });
    await using other = openRig({ file });
    await worker.submit('r', { nodes: [approvalNode('ok'), stepNode('a', ['ok'])] });
    const work = worker.work('r', false);
    await eventually('it waits', async () => (await other.engine.get('r'))?.status === 'waiting');
    await other.engine.approve('r', 'ok', 'approved', 'bob');
    await eventually('a runs', () => worker.did.includes('do a'));
    await other.engine.cancel('r', 'bob');
    expect((await work).status).toBe('cancelled');
  });

  test('a queued run whose process awaits it is left to it; one whose process died is carried out by those behind', async () => {
    using dir = tempDir();
    const file = join(dir.path, 'state.db');
    const go = gate();
    const clock = createVirtualClock();
    await using first = openRig({ file, clock, leaseMs: 150, act: async () => (await go.opened, null) });
    await using second = openRig({ file, clock, leaseMs: 150 });
    await using third = openRig({ file, clock, leaseMs: 150 });
    await first.submit('r1', chain('a'));
    const r1 = first.work('r1');
    await eventually('the first runs', () => first.did.length === 1);
    await second.submit('r2', chain('b'));
    await second.submit('orphan', chain('o'));
    await third.submit('r3', chain('c'));
    const waiting = [second.work('r2'), third.work('r3')];
    await eventually('several leases went by', async () => {
      const run = await third.store.peek({ id: 'r2' });
      const created = (await third.engine.get('r2'))?.createdAt ?? 0;
      return (run?.state.attendedUntil ?? 0) > created + 450;
    });
    go.open();
    await Promise.all([r1, ...waiting]);
    expect(second.did).toEqual(['do b']);
    expect(third.did).toEqual(['do o', 'do c']);
    expect((await third.engine.get('orphan'))?.status).toBe('succeeded');
  });
});

describe('once', () => {
  test('a key is done once over tries and crashes, also when asked for twice at the same time or with null', async () => {
    const calls: string[] = [];
    const values: unknown[] = [];
    const retry = { attempts: 2, baseDelayMs: 0, maxDelayMs: 0 };
    await using rig = openRig({
      act: async ({ once, recorded, attempt }) => {
        const make = () => once('make', async () => (calls.push('make'), 'id-1'));
        values.push(...(await Promise.all([make(), make()])));
        values.push(await once('nothing', async () => (calls.push('nothing'), null)));
        await once('fails first', async () => {
          calls.push('fails first');
          if (attempt === 1) throw failing('PROVIDER_UNREACHABLE', 'safe');
          return true;
        });
        values.push(recorded('make'), recorded('nothing'), recorded('never'));
        return null;
      },
    });
    expect((await rig.run('r', { nodes: [stepNode('a', [], { retry })] })).status).toBe('succeeded');
    expect(calls).toEqual(['make', 'nothing', 'fails first', 'fails first']);
    expect(values).toEqual(['id-1', 'id-1', null, 'id-1', 'id-1', null, 'id-1', null, undefined]);
  });

  test('keys of two steps do not meet', async () => {
    await using rig = openRig({ act: ({ stepId, once }) => once('key', async () => stepId) });
    await rig.run('r', { nodes: [stepNode('a'), stepNode('b')] });
    expect((await rig.engine.steps('r')).map((step) => step.result)).toEqual(['a', 'b']);
  });
});

describe('following', () => {
  test('events come live, once each, until the run has ended', async () => {
    await using rig = openRig();
    await rig.submit('r', { nodes: [stepNode('a'), approvalNode('ok', ['a'])] });
    const seen: string[] = [];
    const following = (async () => {
      for await (const event of rig.engine.follow('r')) {
        seen.push(event.type);
        if (event.type === 'run.waiting') await rig.engine.approve('r', 'ok', 'approved', 'bob');
      }
    })();
    await Promise.all([rig.work('r', false), following]);
    expect(seen).toEqual((await rig.engine.events('r')).map((event) => event.type));
    expect(seen.at(-1)).toBe('run.finished');
  });

  test('it ends with an interruption, but not with one that was resumed since', async () => {
    const stop = new AbortController();
    await using rig = openRig({ act: async () => (stop.abort(), null) });
    await rig.submit('r', chain('a', 'b'));
    await rig.work('r', true, stop.signal);
    const types = async () => {
      const all: string[] = [];
      for await (const event of rig.engine.follow('r')) all.push(event.type);
      return all;
    };
    expect((await types()).at(-1)).toBe('run.interrupted');
    await rig.engine.resume('r');
    await rig.work('r');
    expect((await types()).at(-1)).toBe('run.finished');
  });

  test('it starts after a given event, pages through many, and ends when told or when nothing can come', async () => {
    await using rig = openRig({
      act: async ({ log }) => {
        for (let line = 0; line < 1200; line += 1) log(`line ${line}`);
        return null;
      },
    });
    await rig.run('r', chain('a'));
    const all = await rig.engine.events('r');
    expect(all).toHaveLength(1205);
    const from = async (afterSeq: number) => {
      let count = 0;
      for await (const _event of rig.engine.follow('r', { afterSeq })) count += 1;
      return count;
    };
    expect(await from(0)).toBe(1205);
    expect(await from(all[1199]?.seq ?? 0)).toBe(5);
    expect(await from(all.at(-1)?.seq ?? 0)).toBe(0);
    await rig.submit('queued', chain('a'));
    const stop = new AbortController();
    for await (const event of rig.engine.follow('queued', { signal: stop.signal })) {
      expect(event.type).toBe('run.queued');
      stop.abort();
    }
  });
});
