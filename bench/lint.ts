// What linting migrations costs beside squawk, on the same 1,000 statements in 100 files: both as whole processes through
// the command that a project calls, and by the statement, with what a process costs in any case taken out. Squawk is a
// native program behind a small Node script, so its program alone is timed as well.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LintSettings } from '../src/migrations/lint/lint-input.ts';
import { lintSql } from '../src/migrations/lint/lint-sql.ts';

const ROOT = join(import.meta.dirname, '..');
const CLI = join(ROOT, 'bin', 'glidepath.js');

const STATEMENTS = 1_000;
const FILES = 100;
/** Enough that the median does not move by more than a few parts in a hundred. */
const ROUNDS = 11;
/** The first ones fill the disk cache, Node's compile cache and its optimized code. */
const WARM_UP = 3;

const KINDS: readonly ((n: number) => string)[] = [
  (n) =>
    `CREATE TABLE shop.things_${n} (id bigint PRIMARY KEY, name text NOT NULL, made timestamptz DEFAULT now());`,
  (n) => `CREATE INDEX CONCURRENTLY things_${n}_name_idx ON shop.things_${n} (name) WHERE name <> '';`,
  (n) => `ALTER TABLE shop.orders ADD COLUMN note_${n} text DEFAULT 'none' NOT NULL;`,
  (n) => `ALTER TABLE shop.orders ADD CONSTRAINT positive_${n} CHECK (total_${n} > 0) NOT VALID;`,
  (n) => `CREATE INDEX orders_${n}_idx ON shop.orders USING btree (a_${n}, b_${n} DESC);`,
  (n) => `-- No longer read.\nALTER TABLE shop.orders ALTER COLUMN a_${n} TYPE bigint USING a_${n}::bigint;`,
  (n) => `INSERT INTO shop.kinds (id, name) VALUES (${n}, 'kind ${n}') ON CONFLICT DO NOTHING;`,
  (n) => `ALTER TABLE shop.orders ADD FOREIGN KEY (kind_${n}) REFERENCES shop.kinds (id);`,
  (n) =>
    `CREATE VIEW shop.view_${n} AS SELECT o.id, k.name FROM shop.orders o JOIN shop.kinds k ON k.id = o.kind_${n};`,
  (n) => `COMMENT ON COLUMN shop.orders.note_${n} IS 'what was said';`,
];

const SETTINGS: LintSettings = {
  postgresVersion: 17,
  inTransaction: false,
  hasLockTimeout: false,
  tables: {},
};

interface Figures {
  readonly what: string;
  readonly allMs: number;
  readonly oneMs: number;
}

/** Prints the figures. */
export async function run(): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'glidepath-lint-'));
  try {
    const all = writeStatements(join(dir, 'all'), STATEMENTS, FILES);
    const one = writeStatements(join(dir, 'one'), 1, 1);
    const commands = [
      { what: 'squawk', command: [join(ROOT, 'node_modules', '.bin', 'squawk')] },
      { what: 'squawk, its native program alone', command: [nativeSquawk()] },
      {
        what: 'glidepath db lint',
        command: [process.execPath, CLI, 'db', 'lint', '--json', '--postgres', '17'],
      },
    ];
    const figures = measure(commands, { all, one, dir });
    const [squawk, native, glidepath] = figures;
    for (const { what, allMs, oneMs } of figures) {
      const statement = ((allMs - oneMs) * 1_000) / (STATEMENTS - 1);
      console.log(
        `  ${what}: ${STATEMENTS} statements ${allMs.toFixed(0)} ms, one ${oneMs.toFixed(0)} ms: ${statement.toFixed(0)} µs a statement`,
      );
    }
    if (squawk === undefined || native === undefined || glidepath === undefined) return;
    say('whole processes, glidepath over squawk', glidepath.allMs / squawk.allMs);
    say('whole processes, glidepath over the native program alone', glidepath.allMs / native.allMs);
    const warmMs = await inProcess(all);
    console.log(
      `  glidepath in a warm process: ${warmMs.toFixed(1)} ms for ${STATEMENTS} statements (goal < 100)`,
    );
    const nativeMs = native.allMs - native.oneMs;
    say('by the statement, glidepath warm over the native program', warmMs / nativeMs);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function say(what: string, ratio: number): void {
  console.log(`  ${what}: × ${ratio.toFixed(2)}`);
}

function writeStatements(dir: string, statements: number, files: number): readonly string[] {
  mkdirSync(dir);
  return Array.from({ length: files }, (_, file) => {
    const count = statements / files;
    const text = Array.from({ length: count }, (_, index) => {
      const n = file * count + index;
      return KINDS[n % KINDS.length]?.(n) ?? '';
    }).join('\n');
    const path = join(dir, `${String(file).padStart(4, '0')}.sql`);
    writeFileSync(path, `${text}\n`);
    return path;
  });
}

/** Where npm put the program for this machine. */
function nativeSquawk(): string {
  const require = createRequire(join(ROOT, 'node_modules', 'squawk-cli', 'package.json'));
  return require.resolve(`@squawk-cli/${platform()}-${arch()}/bin/squawk`);
}

interface Work {
  readonly all: readonly string[];
  readonly one: readonly string[];
  readonly dir: string;
}

/** In turn, so that a busy moment of the machine meets all of them. */
function measure(
  commands: readonly { readonly what: string; readonly command: readonly string[] }[],
  { all, one, dir }: Work,
): readonly Figures[] {
  const times = commands.map(() => ({ all: [] as number[], one: [] as number[] }));
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    for (const [index, { what, command }] of commands.entries()) {
      const [allMs, oneMs] = [
        processMs(what, [...command, ...all], dir),
        processMs(what, [...command, ...one], dir),
      ];
      if (round < 0) continue;
      times[index]?.all.push(allMs);
      times[index]?.one.push(oneMs);
    }
  }
  return commands.map(({ what }, index) => ({
    what,
    allMs: median(times[index]?.all ?? []),
    oneMs: median(times[index]?.one ?? []),
  }));
}

function processMs(what: string, [command = '', ...args]: readonly string[], cwd: string): number {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
  });
  const ms = performance.now() - began;
  // Both end with 1 where they find something.
  if ((status !== 0 && status !== 1) || stdout === '')
    throw new Error(`${what} ended with exit code ${status}\n${stderr}`);
  return ms;
}

async function inProcess(files: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const began = performance.now();
    const sources = files.map((file) => ({ file, text: readFileSync(file, 'utf8') }));
    await lintSql(sources, SETTINGS);
    if (round >= 0) times.push(performance.now() - began);
  }
  return median(times);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
