import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EdgeFigures } from '../edge-metrics.ts';
import { judgeCanary, type CanaryEvidence } from './judge-canary.ts';

const SETTINGS = { bakeMs: 60_000, maxErrorRate: 0.01, maxLatencyRatio: 1.5, minRequests: 20 };
const OVER = SETTINGS.bakeMs;

describe('a canary whose bake time is over, which ends in DEPLOY_CANARY_FAILED or not', () => {
  test('goes on when it is as good as the others, with the figures of both', () => {
    expect(judge(figures(100, 0, 40), figures(300, 1, 38))).toEqual({
      decision: 'go',
      reason: '0 of 100 answers failed, mean 40 ms; others 1 of 300, 38 ms; p95 25–50 ms, others 25–50 ms',
    });
  });

  test('is stopped when more of its answers fail than may', () => {
    expect(judge(figures(100, 3, 40), figures(300, 0, 38))).toEqual({
      decision: 'stop',
      reason:
        '3 of 100 answers (3.0 %) failed, 0 of 300 answers (0.0 %) of the other machines; 1.0 % more is allowed',
    });
  });

  test('is not blamed for errors that the others make as well', () => {
    expect(judge(figures(100, 50, 40), figures(100, 50, 40)).decision).toBe('go');
  });

  test('is stopped when it is slower than it may be, and not for some milliseconds', () => {
    expect(judge(figures(100, 0, 400), figures(300, 0, 100))).toEqual({
      decision: 'stop',
      reason:
        'its answers took 400 ms in the mean (p95 250–500 ms), those of the other machines 100 ms (p95 50–100 ms); 1.5 times that is allowed',
    });
    expect(judge(figures(100, 0, 9), figures(300, 0, 3)).decision).toBe('go');
  });

  test('is not stopped for the other side of a bound of the histogram, and is within two of them', () => {
    // Their 95th percentiles as Prometheus estimates them: 243 and 98 ms.
    expect(judge(figures(100, 0, 103), figures(300, 0, 95)).decision).toBe('go');
    expect(judge(figures(100, 0, 240), figures(300, 0, 120)).decision).toBe('stop');
  });

  test('is stopped for its slow answers when they are more than one in twenty, and not for a few', () => {
    const few = { ...figures(100, 0, 20), meanMs: 520 };
    expect(judge(few, figures(300, 0, 20)).decision).toBe('go');
    const many = { ...figures(100, 0, 20), mostMs: null, p95: { fromMs: 500, toMs: 1_000 } };
    expect(judge(many, figures(300, 0, 20)).decision).toBe('stop');
  });

  test('whose times are not known is judged by its errors and health', () => {
    const untimed = { ...figures(100, 0, 40), meanMs: null, mostMs: null, p95: null };
    expect(judge(untimed, figures(300, 0, 40))).toEqual({
      decision: 'go',
      reason: '0 of 100 answers failed, mean unknown; others 0 of 300, 40 ms; p95 unknown, others 25–50 ms',
    });
  });

  test('is judged by its health alone with too few requests, without figures, and says so', () => {
    expect(judge(figures(19, 19, 900), figures(300, 0, 3)).decision).toBe('go');
    expect(judge(figures(19, 0, 3), figures(300, 0, 3)).reason).toMatch(
      /fewer than 20 requests, so that its health alone decided$/,
    );
    expect(judgeCanary(SETTINGS, { elapsedMs: OVER, ailment: null, traffic: null })).toEqual({
      decision: 'go',
      reason: 'the figures of the edge could not be read, so that its health alone decided',
    });
  });

  test('is not compared in speed with others that had nothing to do', () => {
    expect(judge(figures(100, 0, 400), figures(3, 0, 10)).decision).toBe('go');
    expect(judge(figures(100, 0, 400), figures(0, 0, null)).decision).toBe('go');
  });
});

describe('a canary in its bake time', () => {
  test('waits, but is stopped at once when it is ill or very many answers fail', () => {
    expect(judge(figures(100, 3, 40), figures(300, 0, 38), 1_000).decision).toBe('wait');
    expect(judge(figures(100, 40, 40), figures(300, 0, 38), 1_000).decision).toBe('stop');
    const ill = { elapsedMs: 1_000, ailment: 'its process exited with code 3', traffic: null };
    expect(judgeCanary(SETTINGS, ill)).toEqual({
      decision: 'stop',
      reason: 'its process exited with code 3',
    });
  });
});

describe('whatever the figures', () => {
  const side = fc
    .record({
      requests: fc.nat(10_000),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      tookMs: fc.option(fc.double({ min: 0.1, max: 60_000, noNaN: true })),
    })
    .map(({ requests, share, tookMs }) => figures(requests, Math.floor(requests * share), tookMs));
  const elapsed = fc.nat(2 * OVER);

  test('nothing goes on before the bake time is over, and everything is decided after it', () => {
    fc.assert(
      fc.property(side, side, elapsed, (machine, others, elapsedMs) => {
        const { decision } = judge(machine, others, elapsedMs);
        expect(decision === 'go' && elapsedMs < OVER).toBe(false);
        expect(decision === 'wait' && elapsedMs >= OVER).toBe(false);
      }),
    );
  });

  test('a canary that is no worse than the others is never stopped', () => {
    fc.assert(
      fc.property(side, elapsed, (figure, elapsedMs) => {
        expect(judge(figure, figure, elapsedMs).decision).not.toBe('stop');
      }),
    );
  });

  test('with fewer requests than asked for its answers never stop it', () => {
    fc.assert(
      fc.property(side, side, elapsed, (machine, others, elapsedMs) => {
        fc.pre(machine.requests < SETTINGS.minRequests);
        expect(judge(machine, others, elapsedMs).decision).not.toBe('stop');
      }),
    );
  });

  test('more errors never turn a stop into a go, nor does an illness', () => {
    fc.assert(
      fc.property(side, side, fc.nat(1_000), (machine, others, more) => {
        fc.pre(judge(machine, others).decision === 'stop');
        const errors = Math.min(machine.requests, machine.errors + more);
        expect(judge({ ...machine, errors }, others).decision).toBe('stop');
        const ill = { elapsedMs: OVER, ailment: 'it is stopped', traffic: { machine, others } };
        expect(judgeCanary(SETTINGS, ill).decision).toBe('stop');
      }),
    );
  });
});

const BOUNDS_MS = [0, 5, 10, 25, 50, 100, 250, 500, 1_000, Number.POSITIVE_INFINITY];

/** All answers took the same time; null where it is not known. */
function figures(requests: number, errors: number, tookMs: number | null): EdgeFigures {
  if (tookMs === null) return { requests, errors, meanMs: null, mostMs: null, p95: null };
  const above = BOUNDS_MS.findIndex((bound) => tookMs <= bound);
  const p95 = { fromMs: BOUNDS_MS[above - 1] ?? 0, toMs: BOUNDS_MS[above] ?? 0 };
  return { requests, errors, meanMs: tookMs, mostMs: tookMs, p95 };
}

function judge(machine: EdgeFigures, others: EdgeFigures, elapsedMs = OVER) {
  const evidence: CanaryEvidence = { elapsedMs, ailment: null, traffic: { machine, others } };
  return judgeCanary(SETTINGS, evidence);
}
