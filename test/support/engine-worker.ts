// A worker process of the torture tests: works on runs of a journal until none is left, and writes down what it does.
// Usage: node engine-worker.ts '<WorkerTask as JSON>'
import { appendFileSync, existsSync } from 'node:fs';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine } from '../../src/engine/engine.ts';
import type { StepContext } from '../../src/engine/graph.ts';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import { systemClock } from '../../src/util/clock.ts';

/** What a worker process is told to do. */
export interface WorkerTask {
  readonly file: string;
  /** Appended to: `start key run step pid attempt`, `end key run step pid attempt`. */
  readonly log: string;
  readonly leaseMs: number;
  /** Keys to drain, each in its order, all of them at once. */
  readonly keys: readonly string[];
}

const POLL_MS = 20;

const { file, log, leaseMs, keys } = JSON.parse(process.argv[2] ?? '') as WorkerTask;

function note(what: string, { runId, stepId, attempt, input }: StepContext): void {
  appendFileSync(
    log,
    `${what} ${typeof input === 'string' ? input : '-'} ${runId} ${stepId} ${process.pid} ${attempt}\n`,
  );
}

/** `ms`: how long; `deaf`: sleeps on when told to stop; `until`: a file, which it waits for first. */
async function act(context: StepContext): Promise<number> {
  const { ms, deaf, until } = context.action;
  const signal = deaf === true ? undefined : context.signal;
  note('start', context);
  if (typeof until === 'string') await fileIsThere(until, signal);
  await systemClock.sleep(Number(ms), signal);
  note('end', context);
  return process.pid;
}

async function fileIsThere(file: string, signal: AbortSignal | undefined): Promise<void> {
  while (!existsSync(file)) await systemClock.sleep(POLL_MS, signal);
}

async function drain(engine: Engine, key: string): Promise<void> {
  for (;;) {
    const open = await engine.list({
      lockKey: key,
      statuses: ['queued', 'running', 'waiting'],
      limit: 10_000,
    });
    const first = open.at(-1);
    if (first === undefined) return;
    await engine.work(first.id, { signal: new AbortController().signal });
  }
}

async function main(): Promise<void> {
  const engine = createEngine({
    store: openSqliteStore(file),
    executors: { act: { execute: act, undo: async (context) => note('undo', context) } },
    clock: systemClock,
    random: Math.random,
    workerId: `worker:${process.pid}`,
    leaseMs,
    pollMs: POLL_MS,
  });
  await Promise.all(keys.map((key) => drain(engine, key)));
  await engine.close();
}

await main();
