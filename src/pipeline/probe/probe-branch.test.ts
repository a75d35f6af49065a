import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../../test/support/test-database.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { DatabaseBranch, DatabasePlatform } from '../../providers/database-platform.ts';
import { createHistory, type History } from '../history.ts';
import { withProbeBranch, type ProbeBranch } from './probe-branch.ts';

const NOW = Date.UTC(2026, 10, 21);
const MINUTE_MS = 60_000;

let branches: Map<string, DatabaseBranch>;
let history: History;
let now: number;
let lines: string[];
let refusal: ToolError | null;

beforeEach(() => {
  branches = new Map();
  history = createHistory(new DatabaseSync(':memory:'));
  now = NOW;
  lines = [];
  refusal = null;
});

/** A platform that remembers names. */
const platform = {
  branches: () => Promise.resolve([...branches.values()]),
  address: (_database: unknown, { branch }: { branch: string }) =>
    Promise.resolve({ url: `postgres://${branch}`, outsideUrl: null }),
  branch(_database: unknown, { name, expiresAt }: { name: string; expiresAt: number | null }) {
    const branch = { name, parent: null, createdAt: now, expiresAt };
    branches.set(name, branch);
    return Promise.resolve(branch);
  },
  deleteBranch(_database: unknown, name: string) {
    if (refusal !== null) return Promise.reject(refusal);
    branches.delete(name);
    return Promise.resolve();
  },
} as unknown as DatabasePlatform;

async function probe<T>(use: (branch: ProbeBranch) => Promise<T>, keep = false): Promise<T> {
  const clock = {
    now: () => now,
    // It only ever waits for the end.
    sleep: async (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        if (signal?.aborted === true) reject(new Error('over'));
        signal?.addEventListener('abort', () => reject(new Error('over')), { once: true });
      }),
  };
  return withProbeBranch(
    { databasePlatformOf: () => platform, history, clock, random: () => 0.5, hide: () => undefined },
    { environment: 'staging', database: testDatabase(), keep },
    {
      idempotencyKey: 'probe',
      signal: new AbortController().signal,
      once: async (_key, fn) => fn(),
      recorded: () => undefined,
      log: (line) => void lines.push(line),
    },
    use,
  );
}

const names = (): string[] => [...branches.keys()].toSorted();
const nothing = async (): Promise<void> => Promise.resolve();

test('a branch expires in an hour, and is removed when the work has ended', async () => {
  await probe(async (branch) => {
    expect(branch.name).toMatch(/^probe-[0-9a-z]{10,11}$/);
    expect(branch.address.url).toBe(`postgres://${branch.name}`);
    const twin = await branch.twin();
    expect(names()).toEqual([branch.name, `${branch.name}-twin`]);
    expect(await branch.twin()).toBe(twin);
    expect(branches.get(branch.name)?.expiresAt).toBe(NOW + 60 * MINUTE_MS);
  });
  expect(names()).toEqual([]);
  expect(history.probeBranchesLeft('staging', 'main', Number.MAX_SAFE_INTEGER)).toEqual([]);
});

test('it is removed when the work fails, and that failure is what is told', async () => {
  await expect(probe(async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(names()).toEqual([]);
});

test('one that is to be kept is no leftover, and its twin is not kept', async () => {
  const kept = await probe(async (branch) => {
    await branch.twin();
    return branch.name;
  }, true);
  expect(names()).toEqual([kept]);
  now += 2 * MINUTE_MS;
  await probe(nothing);
  expect(names()).toEqual([kept]);
});

test('one that cannot be removed does not hide how the work went, and the next probe removes it', async () => {
  refusal = new ToolError('PROVIDER_UNREACHABLE', 'Neon did not answer.');
  const name = await probe(async (branch) => Promise.resolve(branch.name));
  expect(lines.at(-1)).toBe(
    `! branch ${name} of main could not be removed; the next probe will: Neon did not answer.`,
  );
  expect(names()).toEqual([name]);
  refusal = null;
  now += MINUTE_MS;
  await probe(nothing);
  expect(names()).toEqual([]);
});

test('one of which nothing is recorded goes once it is older than it may become; what people made stays', async () => {
  const named = (ageMs: number): string => `probe-${(NOW - ageMs).toString(36)}zz`;
  const made = [
    named(61 * MINUTE_MS),
    `${named(90 * MINUTE_MS)}-twin`,
    named(5 * MINUTE_MS),
    'probe-of-ada',
    'probe-1',
  ];
  for (const name of made) branches.set(name, { name, parent: null, createdAt: 0, expiresAt: null });
  await probe(nothing);
  expect(names()).toEqual(made.slice(2).toSorted());
});
