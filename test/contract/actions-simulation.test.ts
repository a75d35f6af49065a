import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EnvironmentRules } from '../../src/cloud/github/actions/model/environment.ts';
import type { RunState } from '../../src/cloud/github/actions/model/run-state.ts';
import { push } from '../support/actions-events.ts';
import { begin } from '../support/actions-play.ts';
import { SimulatedWorld } from '../support/actions-simulation.ts';

/** As many steps as a run of the world may need to come to rest, before it counts as standing still. */
const STEPS_MAX = 5000;

const GROUP = fc.constantFrom('', 'production', 'Production', 'other', '${{ github.ref_name }}');
const NAMES = ['a', 'b', 'c', 'd'] as const;

/** A key of concurrency, or none. */
const concurrency = fc
  .record({ group: GROUP, cancel: fc.boolean(), max: fc.boolean() })
  .map(({ group, cancel, max }) =>
    group === ''
      ? ''
      : `concurrency: {group: "${group}", ${max ? 'queue: max' : `cancel-in-progress: ${cancel}`}}`,
  );

const job = fc.record({
  needs: fc.subarray([...NAMES], { maxLength: 2 }),
  condition: fc.constantFrom('', 'always()', 'failure()', '!cancelled()', "github.ref == 'x'"),
  concurrency,
  environment: fc.boolean(),
  matrix: fc.constantFrom('', '{n: [1, 2, 3]}', '{n: [1, 2]}'),
  maxParallel: fc.constantFrom(0, 1, 2),
  failFast: fc.boolean(),
  mayFail: fc.boolean(),
  isCall: fc.boolean(),
});

type JobShape = typeof job extends fc.Arbitrary<infer Shape> ? Shape : never;

/** A workflow of random jobs; each needs only those before it. */
const workflow = fc
  .tuple(fc.array(job, { minLength: 1, maxLength: NAMES.length }), concurrency)
  .map(
    ([shapes, top]) => `on: push\n${top}\njobs:\n${shapes.map((shape, at) => written(shape, at)).join('')}`,
  );

function written(shape: JobShape, at: number): string {
  const lines = [
    `needs: [${shape.needs.filter((name) => NAMES.indexOf(name) < at).join(', ')}]`,
    shape.condition === '' ? '' : `if: ${JSON.stringify(shape.condition)}`,
    shape.concurrency,
    shape.matrix === ''
      ? ''
      : `strategy: {fail-fast: ${shape.failFast}${shape.maxParallel === 0 ? '' : `, max-parallel: ${shape.maxParallel}`}, matrix: ${shape.matrix}}`,
    ...(shape.isCall
      ? ['uses: ./.github/workflows/called.yml']
      : [
          'runs-on: ubuntu-latest',
          'steps: [{run: a}]',
          shape.environment ? 'environment: production' : '',
          `continue-on-error: ${shape.mayFail}`,
        ]),
  ];
  return `  ${NAMES[at]}:\n${lines
    .filter((line) => line !== '')
    .map((line) => `    ${line}\n`)
    .join('')}`;
}

const CALLED = fc
  .tuple(concurrency, concurrency)
  .map(
    ([top, own]) =>
      `on: workflow_call\n${top}\njobs:\n  x: {runs-on: ubuntu-latest, steps: [{run: a}]}\n  y:\n    needs: x\n    runs-on: ubuntu-latest\n    steps: [{run: a}]\n${own === '' ? '' : `    ${own}\n`}`,
  );

const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 15 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      which: fc.nat(2),
      branch: fc.constantFrom('main', 'topic'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('review' as const),
      state: fc.constantFrom('approved' as const, 'rejected' as const),
    }),
  },
);

/** Numbers that follow from a seed alone (Park and Miller's generator). */
function drawFrom(seed: number): (below: number) => number {
  let at = (seed % 2_147_483_646) + 1;
  return (below) => {
    at = (at * 48_271) % 2_147_483_647;
    return at % below;
  };
}

const RULES: EnvironmentRules = {
  refs: 'all',
  reviewers: ['grace'],
  preventSelfReview: false,
  waitTimerMinutes: 0,
};

test('whatever is pushed, cancelled, reviewed and killed: no group is held twice, and every run ends, by force where it waits in a circle', () => {
  fc.assert(
    fc.property(
      fc.array(workflow, { minLength: 1, maxLength: 3 }),
      CALLED,
      fc.array(act, { maxLength: 30 }),
      fc.nat(),
      (files, called, acts, seed) => {
        const draw = drawFrom(seed);
        const outcome = (): 'success' | 'failure' => (draw(4) === 0 ? 'failure' : 'success');
        const world = new SimulatedWorld({ draw, runners: 3, rules: RULES, outcome });
        const start = (which: number, branch: string): RunState | undefined => {
          try {
            return begin(files[which % files.length] ?? '', push(branch), { 'called.yml': called });
          } catch (error) {
            // A queue with a cancel is refused before it begins; nothing else is.
            expect((error as Error).message).toContain("'queue: max' cannot be combined");
            return undefined;
          }
        };
        for (const one of acts) {
          if (one.kind === 'pass') world.pass(one.ms);
          if (one.kind === 'cancel') world.cancel(one.which);
          if (one.kind === 'restart') world.restart();
          if (one.kind === 'review') world.review('grace', one.state);
          if (one.kind === 'push') {
            const state = start(one.which, one.branch);
            if (state !== undefined) world.add(state);
          }
          world.look();
        }
        let steps = 0;
        for (; world.open > 0 && steps < STEPS_MAX; steps++) {
          world.review('grace', 'approved');
          world.pass(1);
          if (world.isCircle) world.force(world.runs.findIndex(({ conclusion }) => conclusion === undefined));
        }
        world.look();
        expect(world.open, `still open after ${steps} steps:\n${world.trace.slice(-20).join('\n')}`).toBe(0);
        expect(world.left).toEqual({ work: [], groups: {} });
      },
    ),
    { numRuns: 300 },
  );
});
