// `npm run demo`: the whole of Glidepath in one minute, on this machine alone. A project in a temporary folder goes
// through staging and production on the local cloud, under load, with a bad release that is undone by itself.
import { paint } from '../src/cli/views/text/paint.ts';
import { startLoad, type LoadReport } from './demo/load.ts';
import { CLI, createShop, type Shop } from './demo/project.ts';
import { renderSummary, type DemoStep } from './demo/summary.ts';
import { demoChange } from './demo-changes.ts';

const KEEP = process.argv.includes('--keep');
const steps: DemoStep[] = [];
/** Environment → release, as the last step left it. */
const live = new Map<string, string | null>();
const startedAt = performance.now();

async function main(): Promise<number> {
  // Ctrl-C reaches the command that runs too: it ends, the story with it, and what was started is ended below.
  process.on('SIGINT', () => undefined);
  say('Glidepath demo', 'three services on one Postgres, staging and production, on this machine alone');
  await using shop = await createShop({ keep: KEEP });
  await shop.glidepath('cloud', 'up', '--port', '0', '--edge-port', '0', '--machines', 'process');
  try {
    const report = await story(shop);
    const addresses = KEEP ? await shop.routes() : [];
    process.stdout.write(renderSummary(steps, report, addresses, performance.now() - startedAt));
    return report.failed === 0 ? 0 : 1;
  } catch (error) {
    process.stderr.write(`\n✗ ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    if (KEEP) process.stdout.write(`  It goes on. End it: (cd ${shop.dir} && node ${CLI} cloud down)\n`);
    else await shop.glidepath('cloud', 'down');
  }
}

/** What happens, in order; production is under load from its first release on. */
async function story(shop: Shop): Promise<LoadReport> {
  await shop.branch('staging');
  await step(shop, 'first release to staging', 'succeeds', 'deploy', 'staging');
  await step(shop, 'the same release to production', 'succeeds', 'promote', 'staging', 'production');
  const load = await startLoad(await shop.routes('production'));
  try {
    await shop.commit(demoChange('good'));
    await step(shop, 'a good change to staging', 'succeeds', 'deploy', 'staging');
    await step(shop, 'the good change to production', 'succeeds', 'promote', 'staging', 'production');
    await shop.commit(demoChange('bad'));
    await step(shop, 'a bad change passes staging', 'succeeds', 'deploy', 'staging');
    await step(
      shop,
      'the bad change fails in production, rolled back',
      'fails',
      'promote',
      'staging',
      'production',
    );
    await shop.commit(demoChange('fix'));
    await step(shop, 'the fix to staging', 'succeeds', 'deploy', 'staging');
    await step(shop, 'the fix is promoted to production', 'succeeds', 'promote', 'staging', 'production');
    await step(shop, 'production is rolled back by hand', 'succeeds', 'rollback', 'production');
  } finally {
    await load.stop();
  }
  await shop.glidepath('status', '--local');
  return load.report();
}

/** One command of the story: shown as typed, timed, and held against what it should come to. */
async function step(
  shop: Shop,
  title: string,
  expected: 'succeeds' | 'fails',
  ...command: string[]
): Promise<void> {
  say(`glidepath ${command.join(' ')} --local`, title);
  const environment = command.at(-1) ?? '';
  const before = live.get(environment) ?? null;
  const start = performance.now();
  const exitCode = await shop.glidepath(...command, '--local');
  const seconds = (performance.now() - start) / 1000;
  const after = await shop.liveRelease(environment);
  live.set(environment, after);
  const outcome = exitCode === 0 ? 'succeeded' : 'failed, undone';
  const asExpected = expected === 'succeeds' ? exitCode === 0 : exitCode !== 0 && before === after;
  steps.push({ title, command: command.join(' '), environment, seconds, outcome, before, after, asExpected });
  if (!asExpected)
    throw new Error(`glidepath ${command.join(' ')} ended with ${exitCode}, which the demo did not expect`);
}

function say(command: string, comment: string): void {
  const { bold, dim } = paint(process.stdout.isTTY);
  process.stdout.write(`\n${bold(`$ ${command}`)}  ${dim(`# ${comment}`)}\n`);
}

process.exitCode = await main();
