import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../src/engine/graph.ts';
import { openSqliteStore } from '../../src/engine/sqlite-store.ts';
import { openStateDatabase } from '../../src/engine/state-database.ts';
import type { Rig } from '../support/engine-rig.ts';
import { eventually, openRig, stepNode, tempDir } from '../support/engine-rig.ts';
import type { WorkerTask } from '../support/engine-worker.ts';

// Real worker processes over one journal file, killed, frozen and cancelled while they work.

const WORKER = fileURLToPath(new URL('../support/engine-worker.ts', import.meta.url));

interface Arena extends AsyncDisposable {
  readonly file: string;
  readonly log: string;
  /** In this process; it only submits and looks. */
  readonly rig: Rig;
  start(keys: readonly string[]): ChildProcess;
  lines(): string[];
}

/** A journal, a log, and workers that are all gone at the end. */
function openArena(leaseMs: number): Arena {
  const dir = tempDir();
  const file = join(dir.path, 'state.db');
  const log = join(dir.path, 'log');
  const rig = openRig({ file, leaseMs });
  const children = new Set<ChildProcess>();
  return {
    file,
    log,
    rig,
    start(keys) {
      const task: WorkerTask = { file, log, leaseMs, keys };
      const child = spawn(process.execPath, [WORKER, JSON.stringify(task)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.add(child);
      child.once('exit', () => children.delete(child));
      return child;
    },
    lines: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : []),
    async [Symbol.asyncDispose]() {
      const ended = [...children].map((child) => once(child, 'exit'));
      for (const child of children) child.kill('SIGKILL');
      await Promise.all(ended);
      await rig.engine.close();
      dir[Symbol.dispose]();
    },
  };
}

const steps = (names: readonly string[], ms: number, more = {}): Graph => ({
  nodes: names.map((name, index) =>
    stepNode(name, index === 0 ? [] : [names[index - 1] ?? ''], { action: { kind: 'act', ms, ...more } }),
  ),
});

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Runs of a key that were at work at the same time by the log, where a killed process works on nothing. */
function overlaps(lines: readonly string[]): string[] {
  const working = new Map<string, Map<string, string>>();
  const found: string[] = [];
  for (const line of lines) {
    const [what, key = '', run = '', step = '', pid = ''] = line.split(' ');
    if (what === 'killed')
      for (const steps of working.values())
        for (const id of steps.keys()) if (id.endsWith(` ${key}`)) steps.delete(id);
    const now = working.get(key) ?? new Map<string, string>();
    if (what === 'start') {
      for (const other of now.values())
        if (other !== run) found.push(`${run} began on ${key} while ${other} worked`);
      working.set(key, now.set(`${run} ${step} ${pid}`, run));
    }
    if (what === 'end') now.delete(`${run} ${step} ${pid}`);
  }
  return found;
}

/** The order in which runs first began, by key. */
function firstStarts(lines: readonly string[]): Map<string, string[]> {
  const starts = new Map<string, string[]>();
  for (const line of lines) {
    const [what, key = '', run = ''] = line.split(' ');
    const order = starts.get(key) ?? [];
    if (what === 'start' && !order.includes(run)) starts.set(key, [...order, run]);
  }
  return starts;
}

/** Events that a run tells twice; only starts of a new attempt and take-overs may come again. */
async function doubled(rig: Rig, id: string): Promise<string[]> {
  const keys = (await rig.engine.events(id)).map((event) => {
    const detail =
      event.type === 'step.started' ? event.attempt : event.type === 'run.started' ? event.fence : '';
    return `${id} ${event.type} ${'step' in event ? event.step : ''} ${detail}`;
  });
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

/** Numbers in [0, 1) that a seed gives again. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Beginnings and ends of steps that are logged from one kill to the next, at least. */
const LINES_BETWEEN_KILLS = 10;

describe('torture', () => {
  test('workers killed at random: every run ends, one at a time and in order, and nothing done is done again', async () => {
    const seed = Date.now() % 1_000_000;
    console.log(`seed ${seed}`);
    const random = randomOf(seed);
    await using arena = openArena(2_000);
    const { rig } = arena;
    const keys = Array.from({ length: 8 }, (_, index) => `k${index}`);
    const ids: string[] = [];
    for (let index = 0; index < 60; index += 1) {
      const key = keys[index % keys.length] ?? '';
      const id = `r${String(index).padStart(2, '0')}`;
      ids.push(id);
      await rig.submit(id, steps(['a', 'b', 'c', 'd', 'e'], 70), { lockKey: key, input: key });
    }
    const workers = [0, 1, 2].map(() => arena.start(keys));
    const isOver = async () =>
      (await rig.store.runs({ lockKey: null, statuses: ['queued', 'running'], limit: 1 })).length === 0;
    let kills = 0;
    let done = 0;
    while (!(await isOver())) {
      await new Promise((resolve) => setTimeout(resolve, 250 + random() * 350));
      // However slow the machine is, the work gets on from one to the next.
      if (arena.lines().length < done + LINES_BETWEEN_KILLS) continue;
      done = arena.lines().length;
      const at = Math.floor(random() * workers.length);
      const victim = workers[at];
      if (victim?.pid === undefined || victim.exitCode !== null) continue;
      victim.kill('SIGKILL');
      await ended(victim);
      appendFileSync(arena.log, `killed ${victim.pid}\n`);
      workers[at] = arena.start(keys);
      kills += 1;
    }
    const lines = arena.lines();
    const label = `seed ${seed}, ${kills} kills`;
    expect(kills, label).toBeGreaterThan(2);
    expect(overlaps(lines), label).toEqual([]);
    for (const [key, order] of firstStarts(lines))
      expect(order, `${label}, ${key}`).toEqual([...order].sort());
    for (const id of ids) {
      let repeated = 0;
      expect((await rig.engine.get(id))?.status, label).toBe('succeeded');
      expect(await doubled(rig, id), label).toEqual([]);
      for (const step of await rig.engine.steps(id)) {
        const begun = lines.filter(
          (line) => line.startsWith('start ') && line.includes(` ${id} ${step.id} `),
        );
        // Each beginning was journaled before it, and the last one is the one that succeeded.
        expect(begun.length, `${label} ${id} ${step.id}`).toBeLessThanOrEqual(step.attempt);
        expect(Number(begun.at(-1)?.split(' ')[5]), `${label} ${id} ${step.id}`).toBe(step.attempt);
        repeated += step.attempt - 1;
      }
      // Whoever takes it over finds one step in flight at most; a worker that got no turn for long is taken for dead, too.
      const starts = (await rig.engine.events(id)).filter(({ type }) => type === 'run.started').length;
      expect(repeated, `${label} ${id}`).toBeLessThanOrEqual(starts - 1);
    }
  });

  test('fifty runs on one key, fought over by three processes, run one at a time in their order', async () => {
    await using arena = openArena(20_000);
    const ids = Array.from({ length: 50 }, (_, index) => `r${String(index).padStart(2, '0')}`);
    for (const id of ids) await arena.rig.submit(id, steps(['a'], 20), { input: 'key' });
    const workers = [0, 1, 2].map(() => arena.start(['key']));
    expect(await Promise.all(workers.map(ended))).toEqual([0, 0, 0]);
    const lines = arena.lines();
    expect(overlaps(lines)).toEqual([]);
    expect(lines).toHaveLength(100);
    expect(firstStarts(lines).get('key')).toEqual(ids);
  });

  test('a cancelled run whose step does not listen keeps the lock until that step has ended and is undone', async () => {
    await using arena = openArena(10_000);
    const { rig } = arena;
    await rig.submit('deaf', steps(['a', 'b'], 2_500, { deaf: true }), { input: 'key' });
    await rig.submit('next', steps(['z'], 1), { input: 'key' });
    const workers = [arena.start(['key']), arena.start(['key'])];
    await eventually('the step runs', () =>
      arena.lines().some((line) => line.startsWith('start key deaf a')),
    );
    await rig.engine.cancel('deaf', 'bob');
    await Promise.all(workers.map(ended));
    expect(arena.lines().map((line) => line.split(' ').slice(0, 4).join(' '))).toEqual([
      'start key deaf a',
      'end key deaf a',
      'undo key deaf a',
      'start key next z',
      'end key next z',
    ]);
    expect((await rig.engine.get('deaf'))?.status).toBe('cancelled');
    expect((await rig.engine.get('next'))?.status).toBe('succeeded');
  });

  /** It is all work, of which other tests take their share of the machine: more than the usual minute. */
  const DRAIN_MS = 180_000;

  test(
    'two thousand queued runs are drained, and asking an empty queue stays cheap',
    async () => {
      await using arena = openArena(5_000);
      const { rig } = arena;
      const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
      const graph = steps(['a'], 0);
      for (let index = 0; index < 2_000; index += 1) {
        const key = keys[index % keys.length] ?? '';
        await rig.submit(`r${index}`, graph, { lockKey: key, input: key });
      }
      const workers = [0, 1].map((half) => arena.start(keys.filter((_, index) => index % 2 === half)));
      expect(await Promise.all(workers.map(ended))).toEqual([0, 0]);
      const left = await rig.engine.list({
        statuses: ['queued', 'running', 'waiting', 'interrupted', 'failed'],
      });
      expect(left).toEqual([]);
      const lines = arena.lines();
      expect(lines).toHaveLength(4_000);
      expect(overlaps(lines)).toEqual([]);
      const asks = 1000;
      const began = process.cpuUsage();
      for (let ask = 0; ask < asks; ask += 1) await rig.store.peek({ headOf: 'k7' });
      // Its own work, whatever else the machine does.
      const { user, system } = process.cpuUsage(began);
      expect((user + system) / 1000 / asks).toBeLessThan(1);
    },
    DRAIN_MS,
  );

  test('a worker frozen past its lease and thawed after the take-over begins nothing more and stores nothing', async () => {
    await using arena = openArena(600);
    const { rig } = arena;
    // Nothing after the first step ends before the worker is frozen.
    const goOn = join(dirname(arena.file), 'go-on');
    const [first, ...others] = steps(['a', 'b', 'c', 'd'], 10).nodes;
    const held = others.map((node) => ({ ...node, action: { ...node.action, until: goOn } }));
    await rig.submit('r', { nodes: first === undefined ? [] : [first, ...held] }, { input: 'key' });
    const frozen = arena.start(['key']);
    await eventually('b runs', () => arena.lines().some((line) => line.startsWith('start key r b')));
    await freeze(frozen, arena.file);
    writeFileSync(goOn, '');
    const heir = arena.start(['key']);
    expect(await ended(heir)).toBe(0);
    expect((await rig.engine.get('r'))?.status).toBe('succeeded');
    const eventsBefore = await rig.engine.events('r');
    const linesBefore = arena.lines().length;
    frozen.kill('SIGCONT');
    expect(await ended(frozen)).toBe(0);
    expect(await rig.engine.events('r')).toEqual(eventsBefore);
    expect(
      arena
        .lines()
        .slice(linesBefore)
        .filter((line) => line.startsWith('start')),
    ).toEqual([]);
    const results = (await rig.engine.steps('r')).map((step) => step.result);
    expect(results).toEqual([frozen.pid, heir.pid, heir.pid, heir.pid]);
  });
});

/** Stops the process at a moment when it does not hold the file's lock, which nobody could take from it. */
async function freeze(child: ChildProcess, file: string): Promise<void> {
  const db = openStateDatabase(file);
  db.exec('pragma busy_timeout = 50');
  const store = openSqliteStore(db);
  await eventually('it is frozen without the lock', async () => {
    child.kill('SIGSTOP');
    const isFree = await store
      .transact({ id: 'r' }, () => [])
      .then(
        () => true,
        () => false,
      );
    if (!isFree) child.kill('SIGCONT');
    return isFree;
  });
  db.close();
}
