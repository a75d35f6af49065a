// Two hundred machines over four regions, made and then given a new release: calls made over the fewest that would do.
// The time of making them is compared with what the platform's documented limits allow at best (one creation a second for
// an app, after a burst of three: fly.io/docs/machines/api/working-with-machines-api). Updates of different machines share
// no limit: the time of the release is compared with the start of as many bare processes as each wave has. Takes about four
// minutes.
import { setTimeout as delay } from 'node:timers/promises';
import { bareStartMs } from './support/bare-boot.ts';
import { Fleet } from './support/fleet.ts';

const REGIONS = ['iad', 'sjc', 'fra', 'syd'] as const;
const PER_REGION = 50;
const MACHINES = REGIONS.length * PER_REGION;
/** The limit of creations: so many at once, then so many a second. */
const CREATE_BURST = 3;
const CREATE_PER_SECOND = 1;
/** A machine without checks counts as started when it has run so long; the last of a wave ends it. */
const SETTLE_MS = 2_000;

/** Prints a line for the first release, and one for the second. */
export async function run(): Promise<void> {
  await using fleet = await Fleet.start();
  const regions = REGIONS.map((region) => ({ region, count: PER_REGION }));
  const settings = { port: null, health: null, regions, maxUnavailable: Math.ceil(MACHINES / 3) };
  const createdAt = performance.now();
  const app = await fleet.create('many', settings, { BOOT_MS: '3600000' });
  const createMs = performance.now() - createdAt;
  const createCalls = callsOf(fleet);
  const createFloorMs = ((MACHINES - CREATE_BURST) / CREATE_PER_SECOND) * 1_000 + SETTLE_MS;
  print('made', createMs, createFloorMs, createCalls, MACHINES + LISTS);
  // Buckets that making has emptied are full again.
  await delay(CREATE_BURST * 1_000);
  const { wallMs, failedAs } = await fleet.release(app, { BOOT_MS: '3600000', RELEASE: '2' });
  if (failedAs !== null) throw failedAs;
  print(
    'released',
    wallMs,
    await releaseFloorMs(settings.maxUnavailable),
    callsOf(fleet),
    CHANGE_CALLS * MACHINES + LISTS,
  );
}

/** One machine first, then waves of `width`. */
async function releaseFloorMs(width: number): Promise<number> {
  let sum = (await bareStartMs(1)) + SETTLE_MS;
  for (let left = MACHINES - 1; left > 0; left -= width)
    sum += (await bareStartMs(Math.min(left, width))) + SETTLE_MS;
  return sum;
}

/** Without these nobody knows what is there before, and whether it has converged after. */
const LISTS = 2;
/** Lease, update, give the lease back. */
const CHANGE_CALLS = 3;

/** Calls on machines since the last look. */
function callsOf(fleet: Fleet): number {
  const calls = fleet.calls.splice(0).filter((call) => call.includes('/machines'));
  return calls.length;
}

function print(what: string, tookMs: number, floorMs: number, calls: number, least: number): void {
  console.log(
    `  ${MACHINES} machines ${what}: ${(tookMs / 1_000).toFixed(1)} s, over the floor ${(tookMs / floorMs).toFixed(2)} (goal ≤ 1.1) · ${calls} calls, over the fewest ${(calls / least).toFixed(2)}`,
  );
}

if (import.meta.main) await run();
