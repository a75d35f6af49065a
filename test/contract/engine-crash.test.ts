import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { Graph } from '../../src/engine/graph.ts';
import type { JournalStore } from '../../src/engine/journal-store.ts';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import { createVirtualClock } from '../support/engine-clock.ts';
import type { Rig, RigOptions } from '../support/engine-rig.ts';
import { approvalNode, openRig, stepNode, timerNode, withTransact } from '../support/engine-rig.ts';

/** Upper bound of transactions of the graphs here; a run that needs more never ends. */
const WRITES_MAX = 200;

/**
 * A process that dies at its n-th write, just before or just after the journal has it: from then on it reaches the
 * journal no more. Reads still pass, as those of a process on its way out may.
 */
function dyingStore(
  inner: JournalStore,
  at: number,
  when: 'before' | 'after',
): { store: JournalStore; writes: () => number } {
  let writes = 0;
  const store = withTransact(inner, async (target, decide) => {
    writes += 1;
    if (writes > at || (writes === at && when === 'before')) throw new Error('killed');
    const result = await inner.transact(target, decide);
    if (writes === at) throw new Error('killed');
    return result;
  });
  return { store: { ...store, close: async () => undefined }, writes: () => writes };
}

/** Works like `once` on an outside system: what was made, by idempotency key. */
interface World {
  readonly made: Set<string>;
  readonly begun: string[];
}

function acting(world: World, failAt: string | null): Pick<RigOptions, 'act' | 'undo'> {
  return {
    act: async ({ stepId, idempotencyKey, once, log }) => {
      world.begun.push(`do ${stepId}`);
      log(`doing ${stepId}`);
      await once('make', async () => (world.made.add(idempotencyKey), idempotencyKey));
      if (stepId === failAt) throw new ToolError('HEALTH_FAILED', `${stepId} did not answer`);
      return stepId;
    },
    undo: async ({ stepId, idempotencyKey, once }) => {
      world.begun.push(`undo ${stepId}`);
      await once('unmake', async () => world.made.delete(idempotencyKey));
    },
  };
}

const GRAPH: Graph = {
  nodes: [
    stepNode('build', [], { undoable: false }),
    approvalNode('ok', ['build']),
    stepNode('migrate', ['ok']),
    stepNode('web', ['migrate']),
    stepNode('worker', ['migrate']),
    timerNode('bake', 30_000, ['web', 'worker']),
    stepNode('public', ['bake']),
  ],
};

async function submitAndApprove(rig: Rig): Promise<void> {
  await rig.submit('r', GRAPH);
  await rig.engine.approve('r', 'ok', 'approved', 'bob');
}

/** What a run leaves: its state, its steps' states, what is made outside, and its events but those that a crash adds. */
async function outcomeOf(rig: Rig, world: World) {
  const run = await rig.engine.get('r');
  const steps = await rig.engine.steps('r');
  return {
    run: { status: run?.status, error: run?.error, owner: run?.owner, leaseUntil: run?.leaseUntil },
    steps: steps.map((step) => ({ id: step.id, status: step.status, result: step.result })),
    made: [...world.made].sort(),
  };
}

/** Every write of one kind and step once: a resume tells nothing twice. */
async function doubledEvents(rig: Rig): Promise<string[]> {
  const seen = new Set<string>();
  return (await rig.engine.events('r')).flatMap((event) => {
    if (event.type === 'run.started' || event.type === 'step.output') return [];
    const attempt = event.type === 'step.started' ? event.attempt : '';
    const key = `${event.type} ${'step' in event ? event.step : ''} ${attempt}`;
    if (seen.has(key)) return [key];
    seen.add(key);
    return [];
  });
}

/** Times that each thing was begun. */
function counts(begun: readonly string[]): Map<string, number> {
  const all = new Map<string, number>();
  for (const what of begun) all.set(what, (all.get(what) ?? 0) + 1);
  return all;
}

describe('killed at any write and started again, a run ends as if nothing had happened', () => {
  test.each([
    ['success', null],
    ['a failure at the end', 'public'],
    ['a failure in a branch', 'worker'],
    ['a failure before anything is undoable', 'build'],
  ])('when it ends with %s', async (_name, failAt) => {
    const clock = createVirtualClock();
    const options = { clock, pollMs: 1000 };
    const plain: World = { made: new Set(), begun: [] };
    await using undisturbed = openRig({ ...options, ...acting(plain, failAt) });
    await submitAndApprove(undisturbed);
    await undisturbed.work('r', false);
    const expected = await outcomeOf(undisturbed, plain);
    expect(expected.run.status).toBe(failAt === null ? 'succeeded' : 'failed');
    expect(expected.made.length > 1).toBe(failAt === null);

    let crashes = 0;
    for (let at = 1; at <= WRITES_MAX; at += 1) {
      for (const when of ['before', 'after'] as const) {
        const inner = openSqliteStore(':memory:', { now: () => clock.now() });
        const world: World = { made: new Set(), begun: [] };
        const dying = dyingStore(inner, at, when);
        const first = openRig({ ...options, ...acting(world, failAt), store: dying.store });
        await using second = openRig({
          ...options,
          ...acting(world, failAt),
          store: inner,
          workerId: 'second',
        });
        await submitAndApprove(second);
        const died = await first.work('r', false).then(
          () => false,
          (error: unknown) => String(error).includes('killed'),
        );
        await first.engine.close();
        crashes += died ? 1 : 0;
        await second.work('r', false);

        const label = `killed ${when} write ${at}`;
        const outcome = await outcomeOf(second, world);
        expect(outcome.run, label).toEqual(expected.run);
        expect(outcome.made, label).toEqual(expected.made);
        if (failAt !== 'worker') expect(outcome.steps, label).toEqual(expected.steps);
        expect(await doubledEvents(second), label).toEqual([]);
        const repeated = [...counts(world.begun)].filter(([, times]) => times > 1);
        // In flight at one moment: two branches at most. An undo is one at a time.
        expect(repeated.length, `${label}: ${JSON.stringify(repeated)}`).toBeLessThanOrEqual(2);
        expect(Math.max(0, ...repeated.map(([, times]) => times)), label).toBeLessThanOrEqual(2);
        if (!died) {
          expect(repeated, label).toEqual([]);
          // The last write is behind us: every crash point was seen.
          if (when === 'after') at = WRITES_MAX;
        }
      }
    }
    expect(crashes).toBeGreaterThan(10);
  });

  test('killed again and again, at every write, it still ends', async () => {
    const clock = createVirtualClock();
    const inner = openSqliteStore(':memory:', { now: () => clock.now() });
    const world: World = { made: new Set(), begun: [] };
    const last = openRig({ clock, store: inner });
    await submitAndApprove(last);
    let lives = 0;
    for (; lives < WRITES_MAX && (await inner.run('r'))?.finishedAt === null; lives += 1) {
      // A life can claim the run, begin a step, record what it made and store its end, and not much more.
      const dying = dyingStore(inner, 5 + (lives % 2), 'before');
      const rig = openRig({
        clock,
        pollMs: 1000,
        ...acting(world, 'public'),
        store: dying.store,
        workerId: `life ${lives}`,
      });
      await rig.work('r', false).catch(() => undefined);
      await rig.engine.close();
    }
    expect(await inner.run('r')).toMatchObject({ status: 'failed', error: { code: 'HEALTH_FAILED' } });
    expect(world.made).toEqual(new Set(['r/build']));
    expect(lives).toBeGreaterThan(5);
    await last.engine.close();
  });
});
