// How much a rolling deployment takes beyond what its machines must: its wall time over the physical floor, the time in
// which the bare processes boot and answer their health check, one after the other.
import { deploymentOf, ProviderRig, testApp, TestWork } from '../test/support/fly-rig.ts';
import { bareBootMs } from './support/bare-boot.ts';

const MACHINES = 3;
const ROUNDS = 3;
/** What a small service needs before it listens. */
const BOOT_MS = '1000';

/** Prints the ratio of each round and their median. */
export async function run(): Promise<void> {
  await using rig = await ProviderRig.start();
  const app = testApp('rolling', { regions: [{ region: 'iad', count: MACHINES }] });
  const platform = rig.platform();
  await platform.ensureApp(app, app.platformName, new TestWork());
  await platform.deploy(
    deploymentOf(app, await rig.image(app.name, 'first', { BOOT_MS }), 'r-0'),
    new TestWork(),
  );
  const ratios: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    let floorMs = 0;
    for (let machine = 0; machine < MACHINES; machine++) floorMs += await bareBootMs(1, BOOT_MS);
    const image = await rig.image(app.name, `round ${round}`, { BOOT_MS });
    const startedAt = performance.now();
    await platform.deploy(
      deploymentOf(app, image, `r-${round}`),
      new TestWork({ key: `run-${round}/deploy` }),
    );
    const wallMs = performance.now() - startedAt;
    ratios.push(wallMs / floorMs);
    console.log(
      `  ${MACHINES} machines: ${wallMs.toFixed(0)} ms, floor ${floorMs.toFixed(0)} ms, ratio ${(wallMs / floorMs).toFixed(2)}`,
    );
  }
  const median = ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
  console.log(`rolling deployment over boot + health: ${median.toFixed(2)} (goal ≤ 1.2)`);
}

if (import.meta.main) await run();
