import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService, PostgresServiceOptions } from '../../src/cloud/postgres/postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';
import { postmastersIn } from './postmasters-in.ts';

const WAIT_MS = 60_000;

/** Local Postgres in a directory of its own, gone with all servers at the end of a test. */
export class LocalPostgresRig {
  readonly dir: string;
  readonly #opened: PostgresService[] = [];
  readonly #children: ChildProcess[] = [];

  private constructor(dir: string) {
    this.dir = dir;
  }

  /** `template`: the directory of another service whose template is used, which saves an initdb. */
  static async in(template: string | null, parent: string = tmpdir()): Promise<LocalPostgresRig> {
    const dir = await mkdtemp(join(parent, 'glidepath-postgres-'));
    await chmod(dir, 0o755);
    if (template !== null) {
      const name = (await readdir(template)).find((entry) => entry.startsWith('template-')) ?? '';
      await symlink(join(template, name), join(dir, name));
    }
    return new LocalPostgresRig(dir);
  }

  async open(options: Partial<PostgresServiceOptions> = {}): Promise<PostgresService> {
    const service = await createPostgresService({
      stateDir: this.dir,
      clock: systemClock,
      idleMs: null,
      ...options,
    });
    this.#opened.push(service);
    return service;
  }

  /** Runs a program as a process that a test may kill; what it prints is read from its `stdout`. */
  spawn(program: string, args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    return child;
  }

  /** Names of what is in the directory of clusters. */
  clusters(): Promise<string[]> {
    return readdir(join(this.dir, 'clusters'));
  }

  /** Process ids of all postmasters whose data directory is in this directory. */
  postmasters(): Promise<number[]> {
    return postmastersIn(this.dir);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) await kill(child);
    await Promise.all(this.#opened.map((service) => service.close({ stop: true })));
    // A child that a failed test left has servers that nobody adopted.
    const last = await createPostgresService({ stateDir: this.dir, clock: systemClock });
    await last.close({ stop: true });
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** A directory with a template in it, for all rigs of a test file: one initdb instead of many. The caller removes it. */
export async function makeTemplate(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'glidepath-template-'));
  await chmod(dir, 0o755);
  const service = await createPostgresService({ stateDir: dir, clock: systemClock });
  await service.create({ id: 'any', database: 'any' });
  await service.close({ stop: true });
  return dir;
}

/** Rows of one statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Ends a process with SIGKILL and waits until it is gone. */
export async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/** Resolves as soon as it is so. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so after ${WAIT_MS} ms: ${condition.toString()}`);
    await systemClock.sleep(2);
  }
}
