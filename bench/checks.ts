// The checks of a repository of packages, beside the tools that people use for it: whole processes, the same tasks, one tool
// after the other in turn, each in a copy of its own. Nothing changed, one file changed, the outputs gone, and nothing known.
// On a machine that does nothing else it takes some five minutes: a slow tool has fewer rounds, and the table says how many.
// `GLIDEPATH_BENCH_ROUNDS=5` for a quick look, `GLIDEPATH_BENCH_JSON=FILE` for the raw times.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  RUN_MS_MAX,
  TASKS_AT_ONCE,
  type CheckTool,
} from './support/check-tools.ts';
import { MICROBIMA_TASKS, writeMicrobima } from './support/microbima-copy.ts';
import { packageNames, writeMonorepo, type MonorepoShape } from './support/monorepo.ts';

/** A repository with tasks. */
interface Subject {
  readonly title: string;
  /** What nothing changed may cost, over the floor; null: no figure is set. */
  readonly goal: number | null;
  readonly coldRounds: number;
  /** Tasks by name; none: all. */
  readonly tasks: readonly string[];
  readonly prepare: (root: string, tool: CheckTool, peers: string | null) => Promise<void>;
  /** In a place that no other task needs, so that as few as possible have to run. */
  readonly changeOneFile: (root: string, round: number) => void;
  readonly outputs: readonly string[];
  /** What tools keep beside what they keep at the root. */
  readonly kept: readonly string[];
}

const SUBJECTS: readonly Subject[] = [
  packages({ packages: 20, filesPerPackage: 25, workMs: 0 }, { goal: 1.6, coldRounds: 5 }),
  packages({ packages: 200, filesPerPackage: 10, workMs: 0 }, { goal: 3, coldRounds: 5 }),
  {
    title: 'examples/microbima, its tests and its build',
    goal: null,
    coldRounds: 5,
    tasks: MICROBIMA_TASKS,
    prepare: async (root, _, peers) => writeMicrobima(root, peers),
    changeOneFile: (root, round) =>
      appendFileSync(join(root, 'scripts', 'build.ts'), `// Changed for the ${round}. time.\n`),
    outputs: ['dist'],
    kept: [],
  },
];
/** A quarter of a second for each package, as a small compiler takes. */
const WORK: MonorepoShape = { packages: 50, filesPerPackage: 10, workMs: 250 };
const WORK_ROUNDS = 3;
const BARE = 'bare shells';
const ROUNDS = Number(process.env['GLIDEPATH_BENCH_ROUNDS'] ?? '15');
/** What one tool may take for the rounds of one table; a round that has begun is counted. */
const TOOL_MS_MAX = 3_000;

/** What is done to a repository before the run that is timed. */
interface Scenario {
  readonly what: string;
  readonly rounds: (subject: Subject) => number;
  readonly before: (root: string, tool: CheckTool, round: number, subject: Subject) => void;
}

const SCENARIOS: readonly Scenario[] = [
  { what: 'cold', rounds: ({ coldRounds }) => Math.min(ROUNDS, coldRounds), before: forget },
  { what: 'nothing changed', rounds: () => ROUNDS, before: () => undefined },
  {
    what: 'one file changed',
    rounds: () => ROUNDS,
    before: (root, _, round, { changeOneFile }) => changeOneFile(root, round),
  },
  {
    what: 'outputs gone',
    rounds: () => ROUNDS,
    before: (root, _, __, { outputs }) => remove(root, outputs),
  },
];

/** Prints a table for each repository. */
export async function run(): Promise<void> {
  const peers = installPeers();
  const raw: object[] = [];
  try {
    const tools = [FLOOR, GLIDEPATH, ...(peers === null ? [] : peerTools(peers))];
    for (const subject of SUBJECTS) raw.push(...(await measure(subject, tools, peers)));
    raw.push(...(await measureWork(tools, peers)));
  } finally {
    if (peers !== null) rmSync(peers, { recursive: true, force: true });
  }
  const file = process.env['GLIDEPATH_BENCH_JSON'];
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(raw, null, 2)}\n`);
}

async function measure(
  subject: Subject,
  tools: readonly CheckTool[],
  peers: string | null,
): Promise<object[]> {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-checks-'));
  const raw: object[] = [];
  try {
    const roots = new Map(tools.map((tool, index) => [tool, join(dir, String(index))]));
    for (const [tool, root] of roots) {
      mkdirSync(root);
      await subject.prepare(root, tool, peers);
    }
    console.log(`  ${subject.title}`);
    for (const scenario of SCENARIOS) {
      progress(`${subject.title}: ${scenario.what}`);
      const times = timesOf(scenario, subject, roots);
      printTable(scenario, times, subject);
      for (const [{ name }, ms] of times)
        raw.push({ subject: subject.title, what: scenario.what, tool: name, ms });
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return raw;
}

function packages(shape: MonorepoShape, { goal, coldRounds }: Pick<Subject, 'goal' | 'coldRounds'>): Subject {
  const names = packageNames(shape);
  return {
    title: `${shape.packages} packages, ${shape.packages * shape.filesPerPackage} files`,
    goal,
    coldRounds,
    tasks: [],
    prepare: async (root, tool, peers) => prepare(root, tool, shape, peers),
    changeOneFile: (root, round) =>
      writeFileSync(
        join(root, 'packages', names.at(-1) ?? '', 'src', 'f0.js'),
        `export const changed = ${round};\n`,
      ),
    outputs: names.map((name) => `packages/${name}/dist`),
    kept: names.map((name) => `packages/${name}/.wireit`),
  };
}

/** Tasks that compute, from nothing: what a runner adds to what the tasks and the cores take anyway. */
async function measureWork(tools: readonly CheckTool[], peers: string | null): Promise<object[]> {
  const runners = tools.filter((tool) => tool !== FLOOR);
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-checks-'));
  const times = new Map<string, number[]>();
  const add = (name: string, ms: number): void => void times.set(name, [...(times.get(name) ?? []), ms]);
  try {
    for (let round = 0; round < Math.min(ROUNDS, WORK_ROUNDS); round += 1) {
      progress(`${WORK.packages} packages with work: round ${round + 1}`);
      const fresh = (name: string): string => {
        const root = join(dir, `${round}-${name}`);
        mkdirSync(root);
        return root;
      };
      const bare = fresh('bare');
      writeMonorepo(bare, WORK, null);
      add(BARE, await runBareGraph(bare, WORK, TASKS_AT_ONCE));
      for (const [index, tool] of runners.entries()) {
        if (isSlow(times.get(tool.name) ?? [])) continue;
        const root = fresh(String(index));
        prepare(root, tool, WORK, peers);
        add(tool.name, runTool(tool, root) ?? RUN_MS_MAX);
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
      `      ${name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms  × ${(ms / floor).toFixed(2)}${wanted}${roundsWords(all, Math.min(ROUNDS, WORK_ROUNDS))}`,
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
  subject: Subject,
  roots: Map<CheckTool, string>,
): Map<CheckTool, number[]> {
  const times = new Map([...roots.keys()].map((tool) => [tool, [] as number[]]));
  // The first round is not counted, unless it takes all the time there is: it fills the caches of the disk and of Node.
  for (let round = -1; round < rounds(subject); round += 1) {
    for (const [tool, root] of roots) {
      const own = times.get(tool) ?? [];
      if (isSlow(own)) continue;
      before(root, tool, round, subject);
      const ms = runTool(tool, root, subject.tasks);
      if (ms === null) leaveOut(tool, roots, times);
      else if (round >= 0 || isSlow([ms])) own.push(ms);
    }
  }
  return times;
}

/** Whether a tool has had its time. */
function isSlow(times: readonly number[]): boolean {
  return times.reduce((sum, ms) => sum + ms, 0) > TOOL_MS_MAX;
}

/** For the rest of the tables of a repository: what it has not done once it cannot find done. */
function leaveOut(
  tool: CheckTool,
  roots: Map<CheckTool, string>,
  times: Map<CheckTool, readonly number[]>,
): void {
  roots.delete(tool);
  times.delete(tool);
  console.log(`    left out: ${tool.name}, which did not end within ${RUN_MS_MAX / 1000} s`);
}

/** To stderr, so that it is not among the figures: somebody who waits sees that it goes on. */
function progress(what: string): void {
  process.stderr.write(`  … ${what} (${(performance.now() / 1000).toFixed(0)} s so far)\n`);
}

function roundsWords(times: readonly number[], rounds: number): string {
  if (times.length >= rounds) return '';
  return times.length === 1 ? '  (1 round)' : `  (${times.length} rounds)`;
}

function printTable(
  { what, rounds }: Scenario,
  times: ReadonlyMap<CheckTool, readonly number[]>,
  subject: Subject,
): void {
  const { goal } = subject;
  const floor = median(times.get(FLOOR) ?? []);
  console.log(`    ${what}`);
  for (const [tool, all] of times) {
    const ms = median(all);
    const hasGoal = tool === GLIDEPATH && what === 'nothing changed' && goal !== null;
    const range = `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`;
    console.log(
      `      ${tool.name.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms  ${range.padStart(12)}  × ${(ms / floor).toFixed(2)}${hasGoal ? ` (goal ≤ ${goal})` : ''}${roundsWords(all, rounds(subject))}`,
    );
  }
}

function forget(root: string, { state }: CheckTool, _: number, { outputs, kept }: Subject): void {
  remove(root, [...state, ...kept, ...outputs]);
}

function remove(root: string, paths: readonly string[]): void {
  for (const path of paths) rmSync(join(root, path), { recursive: true, force: true });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
