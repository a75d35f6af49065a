import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import type { Graph } from '../../src/engine/graph.ts';
import { openRig, stepNode } from '../support/engine-rig.ts';

interface Case {
  readonly graph: Graph;
  /** Turns of the event loop that each step takes. */
  readonly turns: readonly number[];
  readonly bad: number;
  /** Whose undo fails. */
  readonly stuck: number;
}

/** A random graph (edges only from earlier to later nodes), one failing step, one failing undo, and durations. */
const cases: fc.Arbitrary<Case> = fc
  .integer({ min: 1, max: 9 })
  .chain((size) =>
    fc.record({
      edges: fc.array(fc.boolean(), { minLength: size * size, maxLength: size * size }),
      undoable: fc.array(fc.boolean(), { minLength: size, maxLength: size }),
      turns: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: size, maxLength: size }),
      bad: fc.integer({ min: 0, max: size - 1 }),
      stuck: fc.integer({ min: 0, max: size }),
    }),
  )
  .map(({ edges, undoable, turns, bad, stuck }) => {
    const size = turns.length;
    const nodes = turns.map((_, index) => {
      const needs = turns.flatMap((_, from) =>
        from < index && edges[from * size + index] === true ? [`s${from}`] : [],
      );
      return stepNode(`s${index}`, needs, { undoable: undoable[index] ?? true });
    });
    return { graph: { nodes }, turns, bad, stuck };
  });

/** Every node that the node is built on. */
function ancestors(graph: Graph, id: string): Set<string> {
  const needs = graph.nodes.find((node) => node.id === id)?.needs ?? [];
  return new Set(needs.flatMap((need) => [need, ...ancestors(graph, need)]));
}

async function runCase({ graph, turns, bad, stuck }: Case, end: 'fail' | 'cancel') {
  await using rig = openRig({
    act: async ({ stepId, runId }) => {
      const index = Number(stepId.slice(1));
      for (let turn = 0; turn < (turns[index] ?? 0); turn += 1)
        await new Promise((resolve) => setImmediate(resolve));
      if (index === bad && end === 'fail') throw new ToolError('HEALTH_FAILED', stepId);
      if (index === bad) await rig.engine.cancel(runId, 'test');
      return stepId;
    },
    undo: async ({ stepId }) => {
      if (stepId === `s${stuck}`) throw new Error('stuck');
    },
  });
  const run = await rig.run('r', graph);
  return { run, did: rig.did, steps: await rig.engine.steps('r') };
}

describe('undoing random graphs', () => {
  test.each(['fail', 'cancel'] as const)(
    'after a %s, everything begun is put back, each before what it was built on',
    async (end) => {
      await fc.assert(
        fc.asyncProperty(cases, async (one) => {
          const { run, did, steps } = await runCase(one, end);
          const begun = did.filter((line) => line.startsWith('do ')).map((line) => line.slice(3));
          const undone = did.filter((line) => line.startsWith('undo ')).map((line) => line.slice(5));
          const undoable = begun.filter((id) => one.graph.nodes.find((node) => node.id === id)?.undoable);
          expect(new Set(undone)).toEqual(new Set(undoable));
          expect(undone).toHaveLength(undoable.length);
          for (const [place, id] of undone.entries()) {
            const later = new Set(undone.slice(place + 1));
            const built = undone.filter((other) => ancestors(one.graph, other).has(id));
            expect(built.filter((other) => later.has(other))).toEqual([]);
          }
          // Nothing begins once something was undone.
          expect(did.slice(0, begun.length).every((line) => line.startsWith('do '))).toBe(true);
          const isStuck = undone.includes(`s${one.stuck}`);
          expect(run.status).toBe(end === 'cancel' && !isStuck ? 'cancelled' : 'failed');
          expect(JSON.stringify(run.error ?? '').includes('RUN_UNDO_FAILED')).toBe(isStuck);
          const open = steps.filter((step) => ['running', 'waiting', 'undoing'].includes(step.status));
          expect(open).toEqual([]);
        }),
        { numRuns: 150 },
      );
    },
  );

  test('without a failure every step is done once, after all it needs', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ graph, turns }) => {
        const { run, did } = await runCase({ graph, turns, bad: -1, stuck: -1 }, 'fail');
        expect(run.status).toBe('succeeded');
        const order = did.map((line) => line.slice(3));
        expect([...order].sort()).toEqual(graph.nodes.map((node) => node.id));
        for (const node of graph.nodes) {
          for (const need of node.needs) expect(order.indexOf(need)).toBeLessThan(order.indexOf(node.id));
        }
      }),
      { numRuns: 100 },
    );
  });
});
