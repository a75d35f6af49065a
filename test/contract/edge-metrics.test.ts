import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResponseCounts } from '../../src/cloud/edge/response-counts.ts';
import { metricsRoutes } from '../../src/cloud/metrics/metrics-routes.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import { createEdgeMetrics } from '../../src/providers/fly/edge-metrics.ts';
import type { EdgeComparison } from '../../src/providers/fly/edge-metrics.ts';
import { createFlyClient } from '../../src/providers/fly/client/fly-client.ts';
import { FLY_TIMING } from '../../src/providers/fly/client/fly-timing.ts';
import { judgeCanary } from '../../src/providers/fly/strategies/judge-canary.ts';
import { systemClock } from '../../src/util/clock.ts';

const SETTINGS = { bakeMs: 60_000, maxErrorRate: 0.01, maxLatencyRatio: 1.5, minRequests: 20 };

/** What a deployment reads of machines whose answers took so long, in milliseconds. */
async function compared(machine: readonly number[], others: readonly number[]): Promise<EdgeComparison> {
  const counts = new ResponseCounts();
  const at = systemClock.now();
  for (const ms of machine) counts.add({ instance: 'new', region: 'iad', status: 200, ms }, at);
  for (const [index, ms] of others.entries())
    counts.add({ instance: `old-${index % 3}`, region: 'iad', status: 200, ms }, at);
  const routes = metricsRoutes({
    clock: systemClock,
    appsOf: () => [{ app: 'shop', series: counts.series(at) }],
  });
  const client = createFlyClient({
    baseUrl: 'http://metrics.test',
    token: new Secret('token'),
    fetch: async (address, init) => routes.fetch(new Request(address, init)),
    clock: systemClock,
    random: () => 0,
    timing: FLY_TIMING,
    pacer: { take: () => Promise.resolve() },
  });
  const question = { org: 'personal', app: 'shop', machine: 'new', windowMs: 60_000 };
  return createEdgeMetrics(client).compare(question);
}

const times = fc.array(fc.double({ min: 0.1, max: 20_000, noNaN: true }), { minLength: 1, maxLength: 60 });

test('the figures of a canary hold whatever its answers took', async () => {
  await fc.assert(
    fc.asyncProperty(times, times, async (own, theirs) => {
      const { machine, others } = await compared(own, theirs);
      for (const [figures, took] of [
        [machine, own],
        [others, theirs],
      ] as const) {
        const sorted = took.toSorted((a, b) => a - b);
        const p95 = sorted[Math.ceil(0.95 * took.length - 1e-9) - 1] ?? 0;
        expect(figures.requests).toBe(took.length);
        expect(figures.meanMs).toBeCloseTo(took.reduce((sum, ms) => sum + ms, 0) / took.length, 6);
        expect(figures.p95?.fromMs).toBeLessThanOrEqual(p95);
        expect(figures.p95?.toMs).toBeGreaterThanOrEqual(p95);
        const most = sorted.filter((ms) => ms <= (figures.p95?.toMs ?? 0));
        const mean = most.reduce((sum, ms) => sum + ms, 0) / most.length;
        expect(figures.mostMs).toBeLessThanOrEqual(mean + 1e-6);
      }
    }),
    { numRuns: 50 },
  );
});

test('a canary that is a few milliseconds slower is not stopped for the bounds of a histogram', async () => {
  const of = (ms: number): number[] => Array.from({ length: 100 }, (_, index) => ms + (index % 5));
  const judged = async (machine: number, others: number) =>
    judgeCanary(SETTINGS, {
      elapsedMs: SETTINGS.bakeMs,
      ailment: null,
      traffic: await compared(of(machine), of(others)),
    });
  expect(await judged(103, 90)).toMatchObject({ decision: 'go' });
  expect(await judged(200, 105)).toMatchObject({ decision: 'stop' });
});
