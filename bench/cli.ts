// What the command costs before it does anything: whole processes, from start to exit, over the smallest thing that Node
// itself can do. One after the other in turn, so that a busy moment of the machine meets all of them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const CLI = join(ROOT, 'bin', 'glidepath.js');
const MICROBIMA = join(ROOT, 'examples', 'microbima');

/** Enough that the median does not move by more than a few parts in a hundred. */
const ROUNDS = 25;
/** The first ones fill the disk cache and Node's compile cache. */
const WARM_UP = 3;

const FLOOR = { what: 'node -e 0', args: ['-e', '0'], goal: '' };
const COMMANDS = [
  { what: 'glidepath --version', args: [CLI, '--version'], goal: '≤ 1.3' },
  { what: 'glidepath --help', args: [CLI, '--help'], goal: '' },
  { what: 'glidepath plan push staging', args: [CLI, 'plan', 'push', 'staging'], goal: '≤ 3.5' },
  { what: 'glidepath validate', args: [CLI, 'validate'], goal: '' },
];

/** Prints the median of each and its ratio to the floor. */
export async function run(): Promise<void> {
  const all = [FLOOR, ...COMMANDS];
  const times = new Map(all.map(({ what }) => [what, [] as number[]]));
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const { what, args } of all) {
      const ms = processMs(what, args);
      if (round >= 0) times.get(what)?.push(ms);
    }
  }
  const floor = median(times.get(FLOOR.what) ?? []);
  console.log(`  ${FLOOR.what}: ${floor.toFixed(1)} ms`);
  for (const { what, goal } of COMMANDS) {
    const ms = median(times.get(what) ?? []);
    const wanted = goal === '' ? '' : ` (goal ${goal})`;
    console.log(`  ${what}: ${ms.toFixed(1)} ms, × ${(ms / floor).toFixed(2)}${wanted}`);
  }
}

function processMs(what: string, args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: MICROBIMA, encoding: 'utf8' });
  const ms = performance.now() - began;
  if (status !== 0) throw new Error(`${what} ended with exit code ${status}\n${stderr}`);
  return ms;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
