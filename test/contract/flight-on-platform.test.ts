import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runCommand } from '../../src/cli/run-command.ts';
import { ToolError } from '../../src/diagnostics/tool-error.ts';
import { craftOnPlatform } from '../../src/pipeline/flight/attempt-on-platform.ts';
import type { Craft } from '../../src/pipeline/flight/attempt.ts';
import type { AppDeployment, AppPlatform } from '../../src/providers/app-platform.ts';
import { systemClock } from '../../src/util/clock.ts';
import { FlightRig, type FlightRun, type FlightRunOptions } from '../support/flight-rig.ts';
import { TestWork } from '../support/fly-rig.ts';
import { openSession, postgresRig, type PostgresRig, type Session } from '../support/postgres-rig.ts';

let rig: PostgresRig;
let url: string;
let flights: FlightRig;
let admin: Session;
/** The keys under which commands ran, and the variables that they had. */
let ran: { key: string; env: Readonly<Record<string, string>> }[];

beforeAll(async () => {
  rig = await postgresRig();
});

afterAll(() => rig[Symbol.asyncDispose]());

beforeEach(async () => {
  url = await rig.database();
  flights = new FlightRig(url);
  ran = [];
  admin = await openSession(url, 'the test');
  await admin.query('create table member (id int primary key, name text)');
});

afterEach(async () => {
  flights[Symbol.dispose]();
  await admin[Symbol.asyncDispose]();
});

/** A platform whose machines are processes here; `program` makes the command of a script. */
function platformWith(program: (script: string) => string): AppPlatform {
  return {
    setSecrets: () => Promise.resolve(null),
    async runReleaseCommand({ env }: AppDeployment, script: string, timeoutMs: number, work: TestWork) {
      ran.push({ key: work.idempotencyKey, env });
      const output: string[] = [];
      const { exitCode, timedOut } = await runCommand({
        command: program(script),
        cwd: '/',
        env: { ...env, DATABASE_URL: url },
        timeoutMs,
        signal: work.signal,
        onLine: (line) => output.push(line),
      });
      if (exitCode === 0) return;
      const how = timedOut ? 'took longer than it may' : `failed with exit code ${exitCode}`;
      throw new ToolError('MIGRATION_FAILED', `The release command of web ${how}`, { output });
    },
  } as unknown as AppPlatform;
}

/** Clients that know nothing of PGOPTIONS and PGAPPNAME: Ecto, JDBC, postgres.js. */
const deaf = (script: string): string => `env -u PGOPTIONS -u PGAPPNAME node ${script}`;
const libpq = (script: string): string => `node ${script}`;

function fly(
  body: string,
  program: (script: string) => string,
  options: FlightRunOptions = {},
  work: TestWork = new TestWork(),
): FlightRun {
  const craft = (script: string): Craft =>
    craftOnPlatform({
      command: script,
      platform: platformWith(program),
      deployment: { platformName: 'web', env: { GLIDEPATH_RELEASE: 'r-1' } } as unknown as AppDeployment,
      secrets: {},
      applicationName: 'glidepath-migration test',
      takesOptions: true,
      clock: systemClock,
      work,
    });
  return flights.fly(body, { craft, ...options });
}

async function failure(flight: FlightRun): Promise<ToolError> {
  return flight.done.then(
    () => {
      throw new Error('it succeeded');
    },
    (error: unknown) => error as ToolError,
  );
}

const ADD_COLUMN = "await client.query('alter table member add column phone text');";
const HAS_PHONE =
  "select count(*)::int as found from information_schema.columns where table_name = 'member' and column_name = 'phone'";

async function blocked(): Promise<Session> {
  const blocker = await openSession(url, 'psql');
  await blocker.query('begin');
  await blocker.query('select from member');
  return blocker;
}

describe('a migration on a machine of the platform', () => {
  test.each([
    ['that takes its settings from PGOPTIONS', libpq],
    ['that takes no settings from anywhere', deaf],
  ])('with a client %s gives up its lock in time, and goes through when it is free', async (_, program) => {
    await using blocker = await blocked();
    const work = new TestWork();
    const flight = fly(ADD_COLUMN, program, { lockTimeoutMs: 300, timing: { blockerMs: 0 } }, work);
    await flight.logged(/^attempt 1 of 5 got no lock within 300 ms and was rolled back/);
    await blocker.query('commit');
    await flight.done;
    expect(await admin.query(HAS_PHONE)).toEqual([{ found: 1 }]);
    const keys = ran.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(1);
    expect(new Set(keys).size).toBe(keys.length);
    expect(ran[0]?.env).toMatchObject({
      GLIDEPATH_RELEASE: 'r-1',
      PGAPPNAME: 'glidepath-migration test',
      PGOPTIONS: expect.stringContaining('-c lock_timeout=300') as unknown,
    });
    expect(work.recorded('blocked-1')).toBe(true);
  });

  test('is MIGRATION_BLOCKED in the end, with who holds the lock', async () => {
    await using blocker = await blocked();
    const timing = { blockerMs: 0 };
    const error = await failure(fly(ADD_COLUMN, deaf, { lockTimeoutMs: 300, attempts: 1, timing }));
    expect(error).toMatchObject({
      code: 'MIGRATION_BLOCKED',
      message: expect.stringContaining(`held by pid ${blocker.pid} (keeper, psql)`) as unknown,
    });
    expect(await admin.query(HAS_PHONE)).toEqual([{ found: 0 }]);
  });

  test('that had changed something before is not made again: nobody saw what', async () => {
    await using _blocker = await blocked();
    const body = `await client.query('create table half ()'); ${ADD_COLUMN}`;
    const error = await failure(fly(body, libpq, { lockTimeoutMs: 300 }));
    expect(error.code).toBe('MIGRATION_FAILED');
    expect(error.hint).toMatch(/could not get a lock, and may have changed tables before/);
    expect(error.output).toContain('failed: canceling statement due to lock timeout');
    expect(ran).toHaveLength(1);
  });

  test('is known by its session also where that was opened before anybody looked', async () => {
    const craft = craftOnPlatform({
      command: 'true',
      platform: platformWith((script) => script),
      deployment: { platformName: 'web', env: {} } as unknown as AppDeployment,
      secrets: {},
      applicationName: 'glidepath-migration test',
      takesOptions: false,
      clock: systemClock,
      work: new TestWork(),
    });
    const request = { number: 1, lockTimeoutMs: 300, timeoutMs: 60_000, checksClients: false };
    const attempt = craft.begin(request);
    await using session = await openSession(url, 'a client that is deaf');
    await session.query('begin');
    await session.query('lock table member');
    expect(await attempt.pids(admin.client)).toEqual([session.pid]);
    await attempt.end;
  });

  test('leaves no session behind when its time is over', async () => {
    const error = await failure(
      fly(`await client.query('begin'); ${ADD_COLUMN} await client.query('select pg_sleep(600)');`, deaf, {
        timeoutMs: 1500,
      }),
    );
    expect(error.message).toMatch(/took longer than it may/);
    const left = await admin.query(
      "select query from pg_stat_activity where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()",
    );
    expect(left).toEqual([]);
    await admin.query("set lock_timeout = '1s'");
    await admin.query('alter table member add column mail text');
  });

  test('goes on with the attempt that was under way when its process died', async () => {
    const work = new TestWork();
    await work.once('blocked-1', () => Promise.resolve(true));
    await fly(ADD_COLUMN, libpq, {}, work).done;
    expect(ran.map(({ key }) => key)).toEqual([expect.stringMatching(/\/attempt-2$/)]);
  });
});
