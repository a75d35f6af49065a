// What it costs to look at the inputs of checks, by the file: the first time, when every file is read, and a second time, when
// nothing has changed. From 1,000 to 100,000 files, each size beside the smallest in turn; what grows with the square of the
// project would show. Beside it: reading and hashing the same files with nothing else, and what git needs for `git status`.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createInputReader, type CheckoutReader } from '../src/checks/inputs/input-reader.ts';
import { ownFiles } from '../src/checks/own-files/own-files.ts';

const SIZES = [1_000, 10_000, 100_000];
const ROUNDS = 3;
/** As sources usually are. */
const FILE_BYTES = 1_200;
const GOAL = 1.5;
/** Longer than a step of the clock of the disk, behind which a file is trusted. */
const SETTLE_MS = 150;

/** Prints the figures. */
export async function run(): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'glidepath-inputs-'));
  const figures = new Map<number, Record<string, number>>();
  try {
    const roots = SIZES.map((files) => [files, makeCheckout(join(base, `${files}`), files)] as const);
    for (const [files, root] of roots) figures.set(files, await measure(root, files));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
  const smallest = figures.get(SIZES[0] ?? 0) ?? {};
  for (const [files, of] of figures) {
    console.log(`  ${files.toLocaleString('en')} files, µs a file (over ${SIZES[0]} files):`);
    for (const [what, micros] of Object.entries(of))
      console.log(
        `    ${what.padEnd(34)} ${micros.toFixed(1).padStart(6)}   × ${(micros / (smallest[what] ?? micros)).toFixed(2)}`,
      );
  }
  console.log(`  goal: by the file, the largest at most × ${GOAL} of the smallest`);
}

/** Medians, in microseconds by the file. */
async function measure(root: string, files: number): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {};
  const take = async (what: string, work: () => unknown): Promise<void> => {
    const began = performance.now();
    await work();
    (times[what] ??= []).push(((performance.now() - began) * 1_000) / files);
  };
  const index = join(root, '.glidepath');
  for (let round = 0; round < ROUNDS; round += 1) {
    rmSync(index, { recursive: true, force: true });
    await take('first look, all is read', () => look(readerOf(root)));
    await take('read and hashed, nothing else', () => hashAll(root, files));
    await delay(SETTLE_MS);
    // What was changed too shortly before is read again once.
    await look(readerOf(root));
    await take('second look, another process', () => look(readerOf(root)));
    const reader = readerOf(root);
    await look(reader);
    await take('look again, same process', () => look(reader));
    writeFileSync(pathOf(root, 1), `changed ${round}`.padEnd(FILE_BYTES));
    await take('look after one file changed', () => look(reader));
    await take('git status', () => spawnSync('git', ['status', '--porcelain'], { cwd: root }));
  }
  return Object.fromEntries(Object.entries(times).map(([what, all]) => [what, median(all)]));
}

function readerOf(root: string): CheckoutReader {
  const directory = join(root, '.glidepath', 'cache');
  const own = ownFiles(join(root, '..', 'own-files'));
  return createInputReader({ root, directory, own, spawn, env: process.env, now: () => performance.now() });
}

async function look(reader: CheckoutReader): Promise<void> {
  await reader.read(new AbortController().signal);
  reader.save();
}

function hashAll(root: string, files: number): void {
  for (let index = 0; index < files; index += 1)
    createHash('sha256')
      .update(readFileSync(pathOf(root, index)))
      .digest('hex');
}

function makeCheckout(root: string, files: number): string {
  for (let index = 0; index < files; index += 1) {
    const path = pathOf(root, index);
    if (index % 10 === 0) mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, `export const value = ${index};\n`.repeat(40).slice(0, FILE_BYTES));
  }
  writeFileSync(join(root, '.gitignore'), '.glidepath\n');
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', 'commit', '-qm', 'all'],
  ])
    spawnSync('git', args, { cwd: root });
  return root;
}

function pathOf(root: string, index: number): string {
  return join(root, `packages/p${Math.floor(index / 100)}/src/s${Math.floor(index / 10)}/f${index}.ts`);
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
