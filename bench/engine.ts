// What the engine costs: each step of a graph that does nothing over the floor (a plain durable insert on the same disk,
// in the same process), and how soon after the end of a dead worker's lease the next step begins.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStateDatabase } from '../src/engine/state-database.ts';
import { chain, eventually, openRig, stepNode, tempDir } from '../test/support/engine-rig.ts';
import type { WorkerTask } from '../test/support/engine-worker.ts';

const STEPS = 200;
const ROUNDS = 5;
const LEASE_MS = 1000;

/** One printed figure. */
export interface BenchRow {
  readonly what: string;
  readonly value: string;
  readonly goal: string;
}

/** Prints and returns the figures. */
export async function run(): Promise<{ name: string; rows: BenchRow[] }> {
  const floors: number[] = [];
  const steps: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(floorMs());
    steps.push(await stepMs());
  }
  const resumes: number[] = [];
  for (let round = 0; round < 3; round += 1) resumes.push(await resumeMs());
  const step = median(steps);
  const floor = median(floors);
  const rows = [
    { what: `a step of a ${STEPS}-step no-op graph`, value: `${step.toFixed(2)} ms`, goal: '≤ 0.6 ms' },
    {
      what: 'over a plain durable insert',
      value: `× ${(step / floor).toFixed(2)} of ${floor.toFixed(2)} ms`,
      goal: '',
    },
    {
      what: 'next step after the end of a dead lease',
      value: `${median(resumes).toFixed(0)} ms`,
      goal: '≤ 500 ms',
    },
  ];
  for (const row of rows)
    console.log(`  ${row.what}: ${row.value}${row.goal === '' ? '' : ` (goal ${row.goal})`}`);
  return { name: 'engine', rows };
}

/** Milliseconds of one durable insert of the size of a step's rows. */
function floorMs(): number {
  using dir = tempDir();
  const db = openStateDatabase(join(dir.path, 'state.db'));
  db.exec('create table floor (id integer primary key, body text)');
  const insert = db.prepare('insert into floor (body) values (?)');
  const began = performance.now();
  for (let index = 0; index < STEPS; index += 1) insert.run('x'.repeat(300));
  const ms = (performance.now() - began) / STEPS;
  db.close();
  return ms;
}

async function stepMs(): Promise<number> {
  using dir = tempDir();
  await using rig = openRig({ file: join(dir.path, 'state.db'), act: async () => null });
  await rig.submit('r', chain(...Array.from({ length: STEPS }, (_, index) => `s${index}`)));
  const began = performance.now();
  await rig.work('r');
  return (performance.now() - began) / STEPS;
}

/** A worker is killed in its first step; the heir already waits when the lease ends. */
async function resumeMs(): Promise<number> {
  using dir = tempDir();
  const file = join(dir.path, 'state.db');
  const log = join(dir.path, 'log');
  await using rig = openRig({ file, leaseMs: LEASE_MS, pollMs: 75 });
  const action = { kind: 'act', ms: 60_000 };
  await rig.submit('r', { nodes: [stepNode('a', [], { action })] });
  const task: WorkerTask = { file, log, leaseMs: LEASE_MS, keys: ['key'] };
  const script = fileURLToPath(new URL('../test/support/engine-worker.ts', import.meta.url));
  const worker = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: 'ignore' });
  await eventually('the step runs', () => existsSync(log) && readFileSync(log, 'utf8').startsWith('start'));
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  const leaseUntil = (await rig.engine.get('r'))?.leaseUntil ?? 0;
  await rig.work('r');
  const again = (await rig.engine.events('r')).find(
    (event) => event.type === 'step.started' && event.attempt === 2,
  );
  return (again?.at ?? Number.NaN) - leaseUntil;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
