import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { remainingPaths, type ScheduledCheck } from './remaining-paths.ts';
import { OVERTAKEN_MAX, Schedule, type NotRun } from './schedule.ts';

interface TimedCheck extends ScheduledCheck {
  readonly ms: number;
  readonly fails: boolean;
}

interface Simulated {
  readonly order: readonly string[];
  readonly startedAt: ReadonlyMap<string, number>;
  readonly endedAt: ReadonlyMap<string, number>;
  readonly notRun: readonly NotRun[];
  readonly wallMs: number;
}

/** Carries a schedule out in numbers instead of time. `onStart` sees it just after checks began. */
function simulate(
  checks: readonly TimedCheck[],
  { capacity, isKeepGoing = false }: { capacity: number; isKeepGoing?: boolean },
  onStart: (schedule: Schedule, started: readonly string[]) => void = () => undefined,
): Simulated {
  const schedule = new Schedule(checks, { capacity, isKeepGoing });
  schedule.estimate(new Map(checks.map(({ name, ms }) => [name, ms])));
  const running = new Map<string, number>();
  const [startedAt, endedAt] = [new Map<string, number>(), new Map<string, number>()];
  const notRun: NotRun[] = [];
  let now = 0;
  for (;;) {
    for (const name of schedule.look(checks.length)) notRun.push(...schedule.ready(name));
    const started = schedule.start();
    for (const name of started) {
      startedAt.set(name, now);
      running.set(name, now + (checks.find((check) => check.name === name)?.ms ?? 0));
    }
    onStart(schedule, started);
    const [next] = [...running].toSorted((a, b) => a[1] - b[1]);
    if (next === undefined) break;
    const [name, at] = next;
    now = at;
    running.delete(name);
    endedAt.set(name, now);
    const fails = checks.find((check) => check.name === name)?.fails === true;
    notRun.push(...schedule.end(name, schedule.isStopped ? 'ended' : fails ? 'failed' : 'passed'));
  }
  return { order: [...startedAt.keys()], startedAt, endedAt, notRun, wallMs: now };
}

function check(name: string, settings: Partial<TimedCheck> = {}): TimedCheck {
  return { name, needs: [], weight: 1, ms: 10, fails: false, ...settings };
}

const graphs = ({ weightMax, canFail }: { weightMax: number; canFail: boolean }) =>
  fc
    .array(
      fc.record({
        needs: fc.array(fc.nat(60), { maxLength: 3 }),
        weight: fc.integer({ min: 1, max: weightMax }),
        ms: fc.integer({ min: 1, max: 1000 }),
        fails: canFail ? fc.nat(5).map((roll) => roll === 0) : fc.constant(false),
      }),
      { minLength: 1, maxLength: 40 },
    )
    .map((drawn) =>
      drawn.map(({ needs, ...rest }, index) =>
        check(`c${index}`, {
          ...rest,
          // Only to smaller numbers, so that there is no circle.
          needs: [...new Set(needs.filter((need) => need < index).map((need) => `c${need}`))],
        }),
      ),
    );

const capacities = fc.integer({ min: 1, max: 6 });

test('what has the longest way to the end begins first', () => {
  const checks = [
    check('short'),
    check('lint', { ms: 30 }),
    check('deps', { ms: 5 }),
    check('build', { ms: 50, needs: ['deps'] }),
    check('export', { ms: 20, needs: ['build'] }),
  ];
  expect(simulate(checks, { capacity: 1 }).order).toEqual(['deps', 'build', 'lint', 'export', 'short']);
  expect(Object.fromEntries(remainingPaths(checks, () => 10))).toMatchObject({ deps: 30, export: 10 });
});

test('one that is heavier than all cores runs alone', () => {
  const checks = [check('heavy', { weight: 9, ms: 50 }), check('a'), check('b')];
  simulate(checks, { capacity: 2 }, (schedule, started) => {
    if (started.includes('heavy')) expect(started).toEqual(['heavy']);
    if (schedule.standing('heavy') === 'running')
      expect([schedule.standing('a'), schedule.standing('b')]).not.toContain('running');
  });
});

describe('after a failure', () => {
  const checks = [
    check('lint', { ms: 5, fails: true }),
    check('test', { ms: 20 }),
    check('build', { needs: ['lint'] }),
    check('export', { needs: ['build'] }),
    check('docs', { needs: ['test'] }),
  ];
  test('nothing begins any more', () => {
    const { order, notRun } = simulate(checks, { capacity: 2 });
    expect(order).toEqual(['test', 'lint']);
    expect(notRun).toEqual([
      { name: 'build', reason: 'lint failed' },
      { name: 'export', reason: 'lint failed' },
      { name: 'docs', reason: 'lint failed' },
    ]);
  });
  test('or only those that need it, where it is to keep going', () => {
    const { order, notRun } = simulate(checks, { capacity: 2, isKeepGoing: true });
    expect(order).toEqual(['test', 'lint', 'docs']);
    expect(notRun.map(({ name }) => name)).toEqual(['build', 'export']);
  });
});

test('a need that was left out holds nobody up', () => {
  expect(simulate([check('test', { needs: ['deps'] })], { capacity: 1 }).order).toEqual(['test']);
});

test('in every graph: needs end before their users begin, and no core is used twice', () => {
  fc.assert(
    fc.property(
      graphs({ weightMax: 4, canFail: true }),
      capacities,
      fc.boolean(),
      (checks, capacity, isKeepGoing) => {
        const { startedAt, endedAt } = simulate(checks, { capacity, isKeepGoing }, (schedule) => {
          const running = checks.filter(({ name }) => schedule.standing(name) === 'running');
          if (running.length > 1) expect(schedule.busy).toBeLessThanOrEqual(capacity);
          expect(schedule.busy).toBe(running.reduce((sum, { weight }) => sum + weight, 0));
        });
        for (const { name, needs } of checks)
          for (const need of needs)
            if (startedAt.has(name)) expect(endedAt.get(need)).toBeLessThanOrEqual(startedAt.get(name) ?? 0);
      },
    ),
  );
});

test('in every graph: each check ends in exactly one way, and is told of once', () => {
  fc.assert(
    fc.property(
      graphs({ weightMax: 4, canFail: true }),
      capacities,
      fc.boolean(),
      (checks, capacity, isKeepGoing) => {
        let last: Schedule | null = null;
        const { order, notRun } = simulate(
          checks,
          { capacity, isKeepGoing },
          (schedule) => (last = schedule),
        );
        expect([...order, ...notRun.map(({ name }) => name)].toSorted()).toEqual(
          checks.map(({ name }) => name).toSorted(),
        );
        const schedule = last as Schedule | null;
        for (const { name } of checks)
          expect(['passed', 'failed', 'ended', 'not-run']).toContain(schedule?.standing(name));
        // With keep-going, what is not run has something behind it that failed.
        if (isKeepGoing && !checks.some(({ fails }) => fails)) expect(notRun).toEqual([]);
      },
    ),
  );
});

test('in every graph: the same durations give the same order', () => {
  fc.assert(
    fc.property(graphs({ weightMax: 4, canFail: true }), capacities, (checks, capacity) => {
      expect(simulate(checks, { capacity })).toEqual(simulate(checks, { capacity }));
    }),
  );
});

test('in every graph: none is overtaken more often than is allowed, counted from outside', () => {
  fc.assert(
    fc.property(graphs({ weightMax: 6, canFail: false }), capacities, (checks, capacity) => {
      const paths = remainingPaths(checks, (name) => checks.find((each) => each.name === name)?.ms ?? 0);
      const overtaken = new Map<string, number>();
      simulate(checks, { capacity }, (schedule, started) => {
        for (const { name } of checks.filter((each) => schedule.standing(each.name) === 'ready'))
          for (const other of started)
            if ((paths.get(other) ?? 0) < (paths.get(name) ?? 0))
              overtaken.set(name, (overtaken.get(name) ?? 0) + 1);
      });
      for (const count of overtaken.values()) expect(count).toBeLessThanOrEqual(OVERTAKEN_MAX);
    }),
  );
});

test('in every graph of checks of one core: as fast as Graham proved of list schedules', () => {
  fc.assert(
    fc.property(graphs({ weightMax: 1, canFail: false }), capacities, (checks, capacity) => {
      const work = checks.reduce((sum, { ms }) => sum + ms, 0);
      const critical = criticalOf(checks);
      const { wallMs } = simulate(checks, { capacity });
      expect(wallMs).toBeLessThanOrEqual(work / capacity + ((capacity - 1) / capacity) * critical + 1e-6);
      expect(wallMs).toBeGreaterThanOrEqual(Math.max(critical, work / capacity) - 1e-6);
    }),
  );
});

test('among a thousand graphs drawn once, the schedule takes at most 1.1 times what no schedule can go below, on average', () => {
  const drawn = fc.sample(graphs({ weightMax: 2, canFail: false }), { numRuns: 1000, seed: 20_261_121 });
  const ratios = drawn.map((checks) => {
    const work = checks.reduce((sum, { ms, weight }) => sum + ms * weight, 0);
    return simulate(checks, { capacity: 4 }).wallMs / Math.max(criticalOf(checks), work / 4);
  });
  expect(ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length).toBeLessThanOrEqual(1.1);
});

function criticalOf(checks: readonly TimedCheck[]): number {
  const paths = remainingPaths(checks, (name) => checks.find((each) => each.name === name)?.ms ?? 0);
  return Math.max(...paths.values());
}
