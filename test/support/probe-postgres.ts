import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { openTap } from '../../src/providers/postgres/tap/open-tap.ts';
import type { Tap, TapOptions, TapStatement } from '../../src/providers/postgres/tap/tap.ts';
import { systemClock } from '../../src/util/clock.ts';

/** A real server, and what a test opens on it; everything is closed with it. */
export interface ProbePostgres {
  readonly service: PostgresService;
  /** Of the login that owns the database `shop`. */
  readonly url: string;
  /** A session, straight to the server if no other URL is given. */
  connect(url?: string): Promise<Client>;
  tap(options?: Partial<TapOptions>): Promise<{ tap: Tap; seen: TapStatement[] }>;
  /** Closes sessions and taps. */
  endTest(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a server of its own. */
export async function openProbePostgres(): Promise<ProbePostgres> {
  const dir = await mkdtemp(join(tmpdir(), 'glidepath-probe-'));
  await chmod(dir, 0o755);
  const service = await createPostgresService({
    stateDir: dir,
    clock: systemClock,
    idleMs: null,
    // Nobody cuts its power.
    settings: { fsync: false },
  });
  await service.create({ id: 'main', database: 'shop', user: 'keeper' });
  const taps: Tap[] = [];
  const clients: Client[] = [];
  const url = service.connectionUrl('main');
  const endTest = async (): Promise<void> => {
    await Promise.allSettled(clients.splice(0).map((client) => client.end()));
    await Promise.all(taps.splice(0).map((tap) => tap.close()));
  };
  return {
    service,
    url,
    async connect(to = url) {
      const client = new Client(to);
      client.on('error', () => undefined);
      clients.push(client);
      await client.connect();
      return client;
    },
    async tap(options = {}) {
      const seen: TapStatement[] = [];
      const onStatement = (statement: TapStatement): void => void seen.push(statement);
      const tap = await openTap({ target: url, clock: systemClock, onStatement, ...options });
      taps.push(tap);
      return { tap, seen };
    },
    endTest,
    async close() {
      await endTest();
      await service.close({ stop: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** For what never comes: a busy machine takes its time. */
const UNTIL_MS = 60_000;

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + UNTIL_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${UNTIL_MS} ms: ${holds.toString()}`);
    await delay(5);
  }
}
