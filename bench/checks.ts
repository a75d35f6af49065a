// The checks of a repository of packages, beside the tools that people use for it: whole processes, the same tasks, one tool
// after the other in turn, each in a copy of its own. Nothing changed, one file changed, the outputs gone, and nothing known.
// `GLIDEPATH_BENCH_ROUNDS=5` for a quick look, `GLIDEPATH_BENCH_JSON=FILE` for the raw times.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBareGraph } from './support/bare-graph.ts';
import { linkGlidepath } from './support/link-glidepath.ts';
import {
  FLOOR,
  GLIDEPATH,
  installPeers,
  peerTools,
  runTool,
  TASKS_AT_ONCE,
  type CheckTool,
} from './support/check-tools.ts';
import { packageNames, writeMonorepo, type MonorepoShape } from './support/monorepo.ts';

interface Size {
  readonly shape: MonorepoShape;
  /** What nothing changed may cost, over the floor. */
  readonly goal: number;
  readonly coldRounds: number;
}

const SIZES: readonly Size[] = [
  { shape: { packages: 20, filesPerPackage: 25, workMs: 0 }, goal: 1.6, coldRounds: 5 },
  { shape: { packages: 200, filesPerPackage: 10, workMs: 0 }, goal: 3, coldRounds: 3 },
];
/** A quarter of a second for each package, as a small compiler takes. */
const WORK: MonorepoShape = { packages: 50, filesPerPackage: 10, workMs: 250 };
const WORK_ROUNDS = 3;
const BARE = 'bare shells';
const ROUNDS = Number(process.env['GLIDEPATH_BENCH_ROUNDS'] ?? '15');

/** What is done to a repository before the run that is timed. */
interface Scenario {
  readonly what: string;
  readonly rounds: (size: Size) => number;
  readonly before: (root: string, tool: CheckTool, round: number, shape: MonorepoShape) => void;
}

const SCENARIOS: readonly Scenario[] = [
  { what: 'cold', rounds: ({ coldRounds }) => Math.min(ROUNDS, coldRounds), before: forget },
  { what: 'nothing changed', rounds: () => ROUNDS, before: () => undefined },
  { what: 'one file changed', rounds: () => ROUNDS, before: changeOneFile },
  { what: 'outputs gone', rounds: () => ROUNDS, before: (root, _, __, shape) => removeOutputs(root, shape) },
];

/** Prints a table for each size. */
export async function run(): Promise<void> {
  const peers = installPeers();
  const raw: object[] = [];
  try {
    const tools = [FLOOR, GLIDEPATH, ...(peers === null ? [] : peerTools(peers))];
    for (const size of SIZES) raw.push(...measure(size, tools, peers));
    raw.push(...(await measureWork(tools, peers)));
  } finally {
    if (peers !== null) rmSync(peers, { recursive: true, force: true });
  }
  const file = process.env['GLIDEPATH_BENCH_JSON'];
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);
}

function measure(size: Size, tools: readonly CheckTool[], peers: string | null): object[] {
  const { shape } = size;
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-checks-'));
  const raw: object[] = [];
  try {
    const roots = new Map(tools.map((tool, index) => [tool, join(dir, String(index))]));
    for (const [tool, root] of roots) {
      mkdirSync(root);
      prepare(root, tool, shape, peers);
    }
    console.log(`  ${shape.packages} packages, ${shape.packages * shape.filesPerPackage} files`);
    for (const scenario of SCENARIOS) {
      const times = timesOf(scenario, size, roots);
      printTable(scenario.what, times, size);
      for (const [{ name }, ms] of times)
        raw.push({ packages: shape.packages, what: scenario.what, tool: name, ms });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return raw;
}

/** Tasks that compute, from nothing: what a runner adds to what the tasks and the cores take anyway. */
async function measureWork(tools: readonly CheckTool[], peers: string | null): Promise<object[]> {
  const runners = tools.filter((tool) => tool !== FLOOR);
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-checks-'));
  const times = new Map<string, number[]>();
  const add = (name: string, ms: number): void => void times.set(name, [...(times.get(name) ?? []), ms]);
  try {
    for (let round = 0; round < Math.min(ROUNDS, WORK_ROUNDS); round += 1) {
      const fresh = (name: string): string => {
        const root = join(dir, `${round}-${name}`);
        mkdirSync(root);
        return root;
      };
      const bare = fresh('bare');
      writeMonorepo(bare, WORK, null);
      add(BARE, await runBareGraph(bare, WORK, TASKS_AT_ONCE));
      for (const [index, tool] of runners.entries()) {
        const root = fresh(String(index));
        prepare(root, tool, WORK, peers);
        add(tool.name, runTool(tool, root));
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  const floor = median(times.get(BARE) ?? []);
  console.log(`  ${WORK.packages} packages, ${WORK.workMs} ms of a core each, cold`);
  for (const [name, all] of times) {
    const wanted = name === GLIDEPATH.name ? ' (goal ≤ 1.1)' : '';
    const ms = median(all);
    console.log(
      `      ${name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms  × ${(ms / floor).toFixed(2)}${wanted}`,
    );
  }
  return [...times].map(([tool, ms]) => ({ packages: WORK.packages, what: 'cold, with work', tool, ms }));
}

function prepare(root: string, tool: CheckTool, shape: MonorepoShape, peers: string | null): void {
  writeMonorepo(root, shape, tool === GLIDEPATH || peers === null ? null : join(peers, 'node_modules'));
  if (tool === GLIDEPATH) linkGlidepath(root);
}

function timesOf(
  { rounds, before }: Scenario,
  size: Size,
  roots: ReadonlyMap<CheckTool, string>,
): Map<CheckTool, number[]> {
  const times = new Map([...roots.keys()].map((tool) => [tool, [] as number[]]));
  // The first round is not counted: it fills the caches of the disk and of Node.
  for (let round = -1; round < rounds(size); round += 1) {
    for (const [tool, root] of roots) {
      before(root, tool, round, size.shape);
      const ms = runTool(tool, root);
      if (round >= 0) times.get(tool)?.push(ms);
    }
  }
  return times;
}

function printTable(what: string, times: ReadonlyMap<CheckTool, readonly number[]>, { goal }: Size): void {
  const floor = median(times.get(FLOOR) ?? []);
  console.log(`    ${what}`);
  for (const [tool, all] of times) {
    const ms = median(all);
    const wanted = tool === GLIDEPATH && what === 'nothing changed' ? ` (goal ≤ ${goal})` : '';
    const range = `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`;
    console.log(
      `      ${tool.name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms  ${range.padStart(12)}  × ${(ms / floor).toFixed(2)}${wanted}`,
    );
  }
}

function forget(root: string, { state }: CheckTool, _: number, shape: MonorepoShape): void {
  for (const path of state) rmSync(join(root, path), { recursive: true, force: true });
  for (const name of packageNames(shape))
    rmSync(join(root, 'packages', name, '.wireit'), { recursive: true, force: true });
  removeOutputs(root, shape);
}

/** In a package that no other needs, so that one task has to run. */
function changeOneFile(root: string, _: CheckTool, round: number, shape: MonorepoShape): void {
  const name = packageNames(shape).at(-1) ?? '';
  writeFileSync(join(root, 'packages', name, 'src', 'f0.js'), `export const changed = ${round};\n`);
}

function removeOutputs(root: string, shape: MonorepoShape): void {
  for (const name of packageNames(shape))
    rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
