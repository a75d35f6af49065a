// How much a deployment takes beyond what its steps must: the wall time of a run over its critical path, the longest
// chain of steps by their needs. Measured on runs of the tiny project on the local cloud.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GOOD_SERVER, tinyProject } from '../test/support/tiny-project.ts';

const CLI = fileURLToPath(new URL('../bin/glidepath.js', import.meta.url));
const RUNS = 5;

interface ShownRun {
  readonly run: {
    readonly startedAt: number;
    readonly finishedAt: number;
    readonly graph: { readonly nodes: readonly { readonly id: string; readonly needs: readonly string[] }[] };
  };
  readonly steps: readonly {
    readonly id: string;
    readonly startedAt: number | null;
    readonly finishedAt: number | null;
  }[];
}

/** Prints the ratio of each run and their median. */
export async function run(): Promise<void> {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'glidepath-bench-')));
  const exec = (command: string, ...args: string[]): string =>
    execFileSync(command, args, { cwd: dir, encoding: 'utf8' });
  const glidepath = (...args: string[]): string => exec(process.execPath, CLI, ...args);
  try {
    for (const [file, content] of Object.entries(tinyProject())) writeFileSync(join(dir, file), content);
    exec('git', 'init', '--quiet', '--initial-branch=main');
    glidepath('cloud', 'up', '--port', '0', '--edge-port', '0', '--machines', 'process');
    const ratios: number[] = [];
    for (let index = 0; index < RUNS; index++) {
      writeFileSync(join(dir, 'server.mjs'), `${GOOD_SERVER}\n// ${index}`);
      exec('git', 'add', '--all');
      exec(
        'git',
        '-c',
        'user.name=bench',
        '-c',
        'user.email=bench@localhost',
        'commit',
        '--quiet',
        '--message',
        `${index}`,
      );
      glidepath('deploy', 'staging', '--local');
      const [latest] = (JSON.parse(glidepath('runs', '--local', '--json')) as { runs: { id: string }[] })
        .runs;
      const shown = JSON.parse(glidepath('run', 'show', latest?.id ?? '', '--local', '--json')) as ShownRun;
      const wall = shown.run.finishedAt - shown.run.startedAt;
      const path = criticalPath(shown);
      ratios.push(wall / path);
      console.log(
        `  deployment ${index + 1}: wall ${wall} ms, critical path ${path} ms, ratio ${(wall / path).toFixed(3)}`,
      );
    }
    const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? 0;
    console.log(`  wall time over the critical path: ${median.toFixed(3)} (median; goal ≤ 1.05)`);
  } finally {
    glidepath('cloud', 'down');
    rmSync(dir, { recursive: true, force: true });
  }
}

function criticalPath(shown: ShownRun): number {
  const took = new Map(shown.steps.map((step) => [step.id, (step.finishedAt ?? 0) - (step.startedAt ?? 0)]));
  const ends = new Map<string, number>();
  for (const node of shown.run.graph.nodes) {
    const before = Math.max(0, ...node.needs.map((need) => ends.get(need) ?? 0));
    ends.set(node.id, before + (took.get(node.id) ?? 0));
  }
  return Math.max(...ends.values());
}
