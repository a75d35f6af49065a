// Twenty releases in a row with each strategy, on four machines that take 200 requests a second all the while: requests
// that failed, wall time over the floor, and how long it takes to come back from a release whose first machine never
// becomes healthy, over one boot + health. The floor is the boot + health of as many bare processes as each wave starts at
// once; where a wave makes more machines than the platform lets be made at once, also the second that it documents for
// each further one. A canary's bake time is no part of either.
import { setTimeout as delay } from 'node:timers/promises';
import type { ResolvedFlyApp } from '../src/config/resolved.ts';
import { bareBootMs } from './support/bare-boot.ts';
import { Fleet } from './support/fleet.ts';
import { startLoad } from './support/load-generator.ts';

const MACHINES = 4;
const RELEASES = 20;
const REQUESTS_PER_SECOND = 200;
/** What a small service needs before it listens. */
const BOOT_MS = '1000';
const BAKE_MS = 2_000;
/** An app that answers what it has before it ends; so does every real one. */
const LINGER_MS = '50';
/** So many machines of an app may be made at once, then one a second (fly.io/docs/machines/api). */
const CREATE_BURST = 3;
const CREATE_EVERY_MS = 1_000;

/** How many machines each wave of a strategy starts at once, for four of which a third may be out at a time. */
const WAVES = {
  rolling: [1, 2, 1],
  bluegreen: [4],
  canary: [1, 2, 1],
} as const;

type Strategy = keyof typeof WAVES;

/** Prints a line for each strategy. */
export async function run(): Promise<void> {
  for (const strategy of ['rolling', 'bluegreen', 'canary'] as const) await benchStrategy(strategy);
}

async function benchStrategy(strategy: Strategy): Promise<void> {
  await using fleet = await Fleet.start();
  const settings: Partial<ResolvedFlyApp> = {
    strategy,
    regions: [{ region: 'iad', count: MACHINES }],
    maxUnavailable: 2,
    canary: { bakeMs: BAKE_MS, maxErrorRate: 0.01, maxLatencyRatio: 5, minRequests: 20 },
  };
  const env = { BOOT_MS, LINGER_MS };
  const app = await fleet.create(strategy, settings, env);
  const floorMs = await floorOf(strategy);
  const load = await startLoad(await fleet.urlOf(app.platformName), REQUESTS_PER_SECOND);
  const ratios: number[] = [];
  for (let release = 1; release <= RELEASES; release++) {
    // What the release before has used up of the platform's limits is there again.
    await delay(CREATE_BURST * CREATE_EVERY_MS);
    const { wallMs, failedAs } = await fleet.release(app, env);
    if (failedAs !== null) throw failedAs;
    ratios.push((wallMs - (strategy === 'canary' ? BAKE_MS : 0)) / floorMs);
  }
  const back = await rollback(fleet, { ...app, health: app.health && { ...app.health, withinMs: 3_000 } });
  const report = await load.end();
  console.log(
    `  ${strategy.padEnd(9)}  ${report.sent} requests, failed: ${report.failed} (goal 0) · wall over the floor ${median(ratios).toFixed(2)} (goal ≤ 1.2), worst ${Math.max(...ratios).toFixed(2)} · rollback over boot + health ${back.toFixed(2)} (goal ≤ 1.1) · p99 ${report.p99Ms} ms`,
  );
  if (report.failed > 0) console.log(`             ${JSON.stringify(report.failures)}`);
}

async function floorOf(strategy: Strategy): Promise<number> {
  let sum = 0;
  for (const machines of WAVES[strategy]) sum += await bareBootMs(machines, BOOT_MS);
  const beyondBurst = strategy === 'bluegreen' ? MACHINES - CREATE_BURST : 0;
  return sum + beyondBurst * CREATE_EVERY_MS;
}

/** A release that never becomes healthy; how long putting back took, over the time in which one process boots. */
async function rollback(fleet: Fleet, app: ResolvedFlyApp): Promise<number> {
  const { failedAs, undo } = await fleet.release(app, { BOOT_MS, SICK: '1' });
  if (failedAs === null) throw new Error('the release that is never healthy was deployed');
  const tookMs = await undo();
  return tookMs / (await bareBootMs(1, BOOT_MS));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) await run();
