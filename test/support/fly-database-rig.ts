import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { organizationToken } from '../../src/cloud/control/client.ts';
import { startCloud } from '../../src/cloud/server/start-cloud.ts';
import type { Cloud } from '../../src/cloud/server/start-cloud.ts';
import type { ResolvedDatabase } from '../../src/config/resolved.ts';
import { Secret } from '../../src/diagnostics/secret.ts';
import type { DatabasePlatform } from '../../src/providers/database-platform.ts';
import {
  createFlyPostgresPlatform,
  type FlyPostgresOptions,
} from '../../src/providers/fly-postgres/fly-postgres-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { isAlive, until } from './cloud-fly-rig.ts';
import { FreezableProcess } from './fly-rig.ts';
import { testDatabase } from './test-database.ts';
import { UNPACED } from './unpaced.ts';

const ORG = 'acme';
/** Requests of the longest procedure, with room: a loop of kills ends after as many. */
const KILLS_MAX = 60;

/** What migrations come by. */
export const DIRECT = { use: 'direct' } as const;

/** A local cloud in this process, and the provider of databases on Fly on top of it. */
export class FlyDatabaseRig implements AsyncDisposable {
  readonly cloud: Cloud;
  readonly #dir: string;
  readonly #token: string;

  private constructor(dir: string, cloud: Cloud, token: string) {
    this.#dir = dir;
    this.cloud = cloud;
    this.#token = token;
  }

  /**
   * Machines that sleep do so after a few seconds without connections: what is run in them is none, and has to come to
   * its end before, also on a busy machine.
   */
  static async start(): Promise<FlyDatabaseRig> {
    const dir = mkdtempSync(join(tmpdir(), 'glidepath-fly-db-'));
    const cloud = await startCloud({
      stateDir: dir,
      apiPort: 0,
      edgePort: 0,
      clock: systemClock,
      rateLimits: false,
      idle: { checkMs: 100, idleMs: 5_000 },
    });
    return new FlyDatabaseRig(dir, cloud, await organizationToken(cloud.info, ORG));
  }

  /** What the provider is made with; `token` is of another organization's, where one is named. */
  options(
    process: FreezableProcess = new FreezableProcess(),
    token: string = this.#token,
  ): FlyPostgresOptions {
    return {
      apiBaseUrl: `http://127.0.0.1:${this.cloud.info.apiPort}`,
      token: new Secret(token),
      fetch: process.fetch((url, init) => fetch(url, init)),
      clock: process.clock,
      random: () => 0.5,
      reach: (host) => {
        const address = this.cloud.services.edge.addressOf(host.replace(/\.[a-z]+$/, ''));
        return Promise.resolve(address === null ? null : new URL(address).host);
      },
      timing: { lostAnswerMs: 50, pollMs: 20 },
      pacer: UNPACED,
    };
  }

  /** A provider as a process of its own would have it, over another transport where one is given. */
  platform(transport?: FlyPostgresOptions['fetch']): DatabasePlatform {
    const options = this.options();
    return createFlyPostgresPlatform({ ...options, fetch: transport ?? options.fetch });
  }

  /** The same whose clock stands at a moment, milliseconds since the Unix epoch, and goes on from there. */
  platformAt(moment: number): DatabasePlatform {
    const ahead = moment - systemClock.now();
    const options = this.options();
    return createFlyPostgresPlatform({
      ...options,
      clock: { ...systemClock, now: () => systemClock.now() + ahead },
    });
  }

  /**
   * Does the work over and over, and ends the process at its first request, then at its second, and so on, as kill -9
   * would while the request is on its way, until it comes to its end. Returns how often it was killed.
   */
  async killedAnywhere(work: (platform: DatabasePlatform) => Promise<unknown>): Promise<number> {
    for (let kill = 1; kill <= KILLS_MAX; kill++) {
      const process = new FreezableProcess();
      let left = kill;
      const send: FlyPostgresOptions['fetch'] = (url, init) => {
        if (--left === 0) process.freeze();
        return fetch(url, init);
      };
      const platform = createFlyPostgresPlatform({ ...this.options(process), fetch: process.fetch(send) });
      const outcome = await Promise.race([
        work(platform).then(() => 'done'),
        process.frozen.then(() => 'killed'),
      ]);
      if (outcome === 'done') return kill - 1;
    }
    throw new Error(`it has not come to its end after ${KILLS_MAX} kills`);
  }

  /** Calls the API as somebody else would. */
  async call(method: string, path: string): Promise<unknown> {
    const response = await fetch(`http://127.0.0.1:${this.cloud.info.apiPort}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.#token}` },
    });
    return response.json();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pids = this.cloud.services.fly.processes().flatMap((info) => info.pids);
    await this.cloud.close();
    rmSync(this.#dir, { recursive: true, force: true });
    await until(() => pids.every((pid) => !isAlive(pid)), 'every server to end');
  }
}

/** An unmanaged cluster of Postgres 17 with 1 GB in iad, or whatever is said besides. */
export function flyDatabase(platformName: string, more: Partial<ResolvedDatabase> = {}): ResolvedDatabase {
  return testDatabase({
    provider: 'fly-postgres',
    platformName,
    org: ORG,
    region: 'iad',
    memoryMb: 256,
    restorePoints: { keep: 3, forMs: 7 * 86_400_000 },
    fly: { managed: false, plan: 'basic', volumeGb: 1, version: 17 },
    ...more,
  });
}

/** Runs statements and returns the rows of the last one. */
export async function queryAt(url: string | null, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url ?? '' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const results = [await client.query(sql)].flat();
    return results.at(-1)?.rows ?? [];
  } finally {
    await client.end();
  }
}
