import { describe, expect, test } from 'vitest';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Clock } from '../util/clock.ts';
import { checkGraph } from './check-graph.ts';
import { canonicalJson, graphHash } from './graph-hash.ts';
import { Hints } from './hints.ts';
import { Latch } from './latch.ts';
import { retryDelayMs } from './retry-delay.ts';
import { haltReason, runHalt } from './run-halt.ts';
import { toStoredError, withUndoFailures } from './stored-error.ts';
import { pendingStep } from './step-transition.ts';

const same = (line: string): string => line;

/** Never wakes by itself. */
const frozenClock: Clock = {
  now: () => 0,
  sleep: (_ms, signal) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    }),
};

describe('the hash of a graph', () => {
  test('does not depend on the order of keys, but on everything else', () => {
    const hash = (value: Parameters<typeof canonicalJson>[0]) => graphHash(canonicalJson(value));
    expect(hash({ a: 1, b: { c: [1, { e: 1, d: 2 }] } })).toBe(hash({ b: { c: [1, { d: 2, e: 1 }] }, a: 1 }));
    expect(hash({ a: [1, 2] })).not.toBe(hash({ a: [2, 1] }));
    expect(hash({ a: null })).not.toBe(hash({}));
  });

  test('stays what earlier versions stored', () => {
    expect(graphHash(canonicalJson({ nodes: [] }))).toBe(
      'acf2fa576acb702442f9d0101673354c398db67315c066ca48be8db8e0d2c75b',
    );
  });
});

describe('the pause before another try', () => {
  const policy = { attempts: 9, baseDelayMs: 100, maxDelayMs: 1000 };
  test.each([
    [1, 0.999, 99],
    [2, 0.999, 199],
    [3, 0.5, 200],
    [5, 0.999, 999],
    [50, 0.999, 999],
    [1, 0, 0],
  ])('after %i failures with %f is %i ms', (failures, random, ms) => {
    expect(retryDelayMs(policy, failures, () => random)).toBe(ms);
  });
});

describe('an error as stored', () => {
  test('a ToolError keeps its code, hint, output and the mistakes that it carries', () => {
    const diagnostics = [{ severity: 'error', code: 'CONFIG_INVALID', message: 'bad key' }] as const;
    const error = new ToolError('BUILD_FAILED', 'no', { hint: 'do', output: ['line'], diagnostics });
    expect(toStoredError(error, same)).toEqual({
      code: 'BUILD_FAILED',
      message: 'no',
      hint: 'do',
      output: ['bad key', 'line'],
    });
  });

  test('anything else is one that nobody expected, with its place', () => {
    const stored = toStoredError(new TypeError('x is undefined'), same);
    expect(stored).toMatchObject({ code: 'RUN_STEP_CRASHED', message: 'x is undefined', hint: null });
    expect(stored.output[0]).toContain('engine-parts.test.ts');
    expect(toStoredError('text', same)).toMatchObject({ message: 'text', output: [] });
    expect(toStoredError(new Error(''), same).message).not.toBe('');
  });

  test('long output is cut to its end', () => {
    const output = Array.from({ length: 1000 }, (_, index) => `line ${index}`);
    const stored = toStoredError(new ToolError('BUILD_FAILED', 'no', { output }), same);
    expect(stored.output).toHaveLength(200);
    expect(stored.output.at(-1)).toBe('line 999');
  });

  test('what could not be put back is added to the first cause, or is the error', () => {
    const cause = { code: 'HEALTH_FAILED', message: 'm', hint: null, output: ['o'] };
    const failures = [{ step: 'web', error: { code: 'X', message: 'gone', hint: 'look', output: [] } }];
    expect(withUndoFailures(cause, [])).toBe(cause);
    expect(withUndoFailures(null, [])).toBeNull();
    expect(withUndoFailures(cause, failures)).toEqual({
      code: 'HEALTH_FAILED',
      message: 'm',
      hint: 'Could not be undone and needs manual attention: web.',
      output: ['o', 'RUN_UNDO_FAILED web: gone look'],
    });
    expect(withUndoFailures({ ...cause, hint: 'glidepath cloud status' }, failures)?.hint).toBe(
      'glidepath cloud status\nCould not be undone and needs manual attention: web.',
    );
    expect(withUndoFailures(null, failures)).toMatchObject({ code: 'RUN_UNDO_FAILED' });
  });
});

describe('why a run halts', () => {
  const failed = (stepId: string, settledOrder: number) => ({
    ...pendingStep(stepId),
    status: 'failed' as const,
    settledOrder,
    error: { code: stepId, message: '', hint: null, output: [] },
  });

  test('the first failure comes before later ones and before a cancel', () => {
    const steps = new Map([failed('late', 5), failed('early', 3)].map((row) => [row.stepId, row]));
    expect(runHalt(steps, true)).toMatchObject({ kind: 'failed', step: 'early' });
    expect(haltReason({ kind: 'failed', step: 'early', error: failed('early', 1).error })).toBe(
      'step "early" failed',
    );
  });

  test('a cancel halts, a stopped step does not', () => {
    const stopped = { ...failed('s', 1), status: 'cancelled' as const };
    expect(runHalt(new Map([['s', stopped]]), false)).toBeNull();
    expect(runHalt(new Map(), true)).toEqual({ kind: 'cancelled' });
    expect(haltReason({ kind: 'cancelled' })).toBe('the run was cancelled');
  });
});

describe('waking', () => {
  test('a latch set before its wait ends it, once', async () => {
    const latch = new Latch(frozenClock);
    latch.set();
    await latch.wait(null);
    let woken = false;
    const wait = latch.wait(1000).then(() => (woken = true));
    await Promise.resolve();
    expect(woken).toBe(false);
    latch.set();
    expect(await wait).toBe(true);
  });

  test('a hint wakes those who wait for its topic and nobody else, and an abort ends a wait quietly', async () => {
    const hints = new Hints(frozenClock);
    const woken: string[] = [];
    const stop = new AbortController();
    const waits = [
      hints.wait(['a', 'b'], 1).then(() => woken.push('ab')),
      hints.wait(['c'], 1, stop.signal).then(() => woken.push('c')),
    ];
    hints.notify('b', 'nobody');
    await waits[0];
    expect(woken).toEqual(['ab']);
    stop.abort();
    await waits[1];
    await hints.wait(['a'], 1, stop.signal);
    expect(woken).toEqual(['ab', 'c']);
  });
});

test('a graph whose nodes stand in any order is accepted', () => {
  const node = (id: string, needs: readonly string[]) => ({
    id,
    title: id,
    needs,
    kind: 'step' as const,
    action: { kind: 'act' },
    timeoutMs: 0,
    retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 },
    undoable: false,
  });
  expect(() => checkGraph({ nodes: [node('b', ['a']), node('c', ['b', 'a']), node('a', [])] })).not.toThrow();
  expect(() => checkGraph({ nodes: [node('b', ['c']), node('c', ['b']), node('a', [])] })).toThrow(
    'cycle through "b"',
  );
});
