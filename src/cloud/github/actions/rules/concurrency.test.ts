import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConcurrencyHolder, ConcurrencyRequest, ConcurrencyState } from '../model/concurrency.ts';
import { PENDING_MAX, releaseGroup, requestGroup } from './concurrency.ts';

const holder = (key: string, within: readonly string[] = []): ConcurrencyHolder => ({ key, within });
const request = (rest: Partial<ConcurrencyRequest> = {}): ConcurrencyRequest => ({
  group: 'production',
  cancelInProgress: false,
  queue: 'single',
  ...rest,
});

/** Requests one after the other: the state, and all effects as `kind key`. */
function play(steps: readonly (readonly [string, Partial<ConcurrencyRequest>?])[]): {
  state: ConcurrencyState;
  effects: readonly string[];
} {
  let state: ConcurrencyState = {};
  const effects: string[] = [];
  for (const [key, rest] of steps) {
    const decision = key.startsWith('-')
      ? releaseGroup(state, key.slice(1))
      : requestGroup(state, holder(key), request(rest));
    state = decision.state;
    effects.push(...decision.effects.map((effect) => `${effect.kind} ${effect.holder.key}`));
  }
  return { state, effects };
}

describe('a concurrency group', () => {
  test('lets one run, and the next when it has ended', () => {
    expect(play([['a'], ['b'], ['-a'], ['-b']])).toEqual({
      state: {},
      effects: ['start a', 'wait b', 'start b'],
    });
  });

  test('with queue single keeps only the newest that waits', () => {
    expect(play([['a'], ['b'], ['c'], ['-a']]).effects).toEqual([
      'start a',
      'wait b',
      'cancel-pending b',
      'wait c',
      'start c',
    ]);
  });

  test('with queue max keeps them all, in their order', () => {
    const max = { queue: 'max' } as const;
    expect(play([['a'], ['b', max], ['c', max], ['-a'], ['-b'], ['-c']]).effects).toEqual([
      'start a',
      'wait b',
      'wait c',
      'start b',
      'start c',
    ]);
  });

  test('with queue max cancels what comes when a hundred wait', () => {
    const many = Array.from({ length: PENDING_MAX + 2 }, (_, at) => [`r${at}`, { queue: 'max' }] as const);
    const { state, effects } = play(many);
    expect(state['production']?.pending).toHaveLength(PENDING_MAX);
    expect(effects.at(-1)).toBe(`cancel-pending r${PENDING_MAX + 1}`);
  });

  test('with cancel-in-progress ends the running one, which keeps the group until it has ended', () => {
    const cancel = { cancelInProgress: true };
    const { state, effects } = play([['a'], ['b', cancel], ['c', cancel]]);
    expect(effects).toEqual(['start a', 'cancel-running a', 'wait b', 'cancel-pending b', 'wait c']);
    expect(state['production']?.running?.key).toBe('a');
    expect(releaseGroup(state, 'a').effects).toEqual([{ kind: 'start', holder: holder('c') }]);
  });

  test('is the same whatever its case, and another group has nothing to do with it', () => {
    expect(play([['a'], ['b', { group: 'PRODUCTION' }], ['c', { group: 'staging' }]]).effects).toEqual([
      'start a',
      'wait b',
      'start c',
    ]);
  });

  test('is a deadlock when what holds it is what waits for it', () => {
    const { state } = requestGroup({}, holder('run 1'), request());
    const decision = requestGroup(state, holder('run 1 job deploy', ['run 1']), request());
    expect(decision.effects).toMatchObject([
      {
        kind: 'cancel-pending',
        why: "Canceling since a deadlock for concurrency group 'production' was detected between 'run 1' and 'run 1 job deploy'",
      },
    ]);
    expect(decision.state).toEqual(state);
  });

  test('changes nothing when it is asked for twice', () => {
    expect(play([['a'], ['a'], ['b'], ['b']]).effects).toEqual(['start a', 'wait b']);
  });
});

test('whatever comes: never two run, first come first served, everybody is started or cancelled once', () => {
  const step = fc.oneof(
    fc.record({
      kind: fc.constant('request' as const),
      group: fc.constantFrom('a', 'A', 'b'),
      queue: fc.constantFrom('single' as const, 'max' as const),
      cancel: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('release' as const), which: fc.nat(20) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let state: ConcurrencyState = {};
      const waiting: string[] = [];
      const running = new Map<string, string>();
      let count = 0;
      const apply = (decision: ReturnType<typeof requestGroup>): void => {
        state = decision.state;
        for (const {
          kind,
          holder: { key },
        } of decision.effects) {
          const group = key.split(' ')[0] ?? '';
          if (kind === 'wait') waiting.push(key);
          if (kind === 'start') {
            expect(running.get(group)).toBeUndefined();
            const first = waiting.find((one) => one.startsWith(`${group} `));
            if (waiting.includes(key)) expect(first).toBe(key);
            running.set(group, key);
          }
          if (kind === 'start' || kind === 'cancel-pending') {
            if (waiting.includes(key)) waiting.splice(waiting.indexOf(key), 1);
          }
          if (kind === 'cancel-running') expect(running.get(group)).toBe(key);
        }
      };
      for (const one of steps) {
        if (one.kind === 'request') {
          const key = `${one.group.toLowerCase()} ${(count += 1)}`;
          const queue = one.cancel ? 'single' : one.queue;
          apply(requestGroup(state, holder(key), { group: one.group, cancelInProgress: one.cancel, queue }));
          const group = state[one.group.toLowerCase()];
          if (queue === 'single') expect((group?.pending.length ?? 0) <= 1).toBe(true);
        } else {
          const [group, key] = [...running][one.which % Math.max(1, running.size)] ?? [];
          if (group === undefined || key === undefined) continue;
          running.delete(group);
          apply(releaseGroup(state, key));
        }
        expect(
          Object.values(state)
            .flatMap(({ pending }) => pending.map(({ key }) => key))
            .toSorted(),
        ).toEqual([...waiting].toSorted());
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }
      for (let left = count; left > 0 && running.size > 0; left--) {
        const [[group, key]] = [...running] as [[string, string]];
        running.delete(group);
        apply(releaseGroup(state, key));
      }
      expect([state, waiting]).toEqual([{}, []]);
    }),
    { numRuns: 300 },
  );
});
