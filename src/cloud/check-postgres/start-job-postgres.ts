import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import type { JobPostgres, JobPostgresOrder } from '../github/actions/runner/job-postgres.ts';
import { locatePostgresBinaries } from '../postgres/server/postgres-binaries.ts';
import { choosePostgresLauncher } from '../postgres/server/postgres-launcher.ts';
import { CHECK_DATABASE, CHECK_USER, openCheckTemplate } from './check-template.ts';
import { startCheckPostgres } from './start-check-postgres.ts';

/** What a superuser is made of for a while. */
const HELPER = 'glidepath_start';
/** A reload is done within milliseconds; ten seconds are for a machine whose cores are all busy. */
const RELOAD_POLL_MS = 20;
const RELOAD_POLLS = 500;

/**
 * Servers for jobs that have a service of Postgres: each gets one of its own, with the login and the database that the
 * image would make, and nothing else. It ends with the process that started it. `dir` keeps the template.
 */
export function jobPostgres({ dir, clock }: { readonly dir: string; readonly clock: Clock }): JobPostgres {
  return async (order, signal) => {
    const binaries = await locatePostgresBinaries();
    const launcher = choosePostgresLauncher(binaries);
    const template = await openCheckTemplate(dir, binaries, launcher);
    const prefix = join(tmpdir(), 'glidepath-service-');
    const server = await startCheckPostgres({ binaries, launcher, template, prefix, clock, signal });
    try {
      const { port } = server;
      await furnish(port, template.password, order);
      const password = order.password === '' ? template.password : order.password;
      if (order.trust) await trustAll({ port, user: order.user, password, database: 'postgres' }, clock);
      return { ...server, version: binaries.version.split('.').slice(0, 2).join('.') };
    } catch (error) {
      await server.close();
      throw error;
    }
  };
}

/** The first login of a cluster cannot be removed, so it gets the name that was asked for. */
async function furnish(port: number, made: string, order: JobPostgresOrder): Promise<void> {
  const { escapeIdentifier, escapeLiteral } = await import('pg');
  const [user, helper] = [escapeIdentifier(order.user), escapeIdentifier(HELPER)];
  const password = order.password === '' ? made : order.password;
  await run({ port, user: CHECK_USER, password: made, database: CHECK_DATABASE }, [
    `create role ${helper} superuser login password ${escapeLiteral(made)}`,
  ]);
  await run({ port, user: HELPER, password: made, database: 'postgres' }, [
    `drop database ${escapeIdentifier(CHECK_DATABASE)}`,
    `drop role ${escapeIdentifier(CHECK_USER)}`,
    ...(order.user === 'postgres' ? [] : [`alter role postgres rename to ${user}`]),
    `alter role ${user} password ${escapeLiteral(password)}`,
  ]);
  await run({ port, user: order.user, password, database: 'postgres' }, [
    `drop role ${helper}`,
    ...(order.database === 'postgres' ? [] : [`create database ${escapeIdentifier(order.database)}`]),
  ]);
}

/** The server itself writes the file that says who is asked for a password, as it may run as another user. */
async function trustAll(login: Login, clock: Clock): Promise<void> {
  const { escapeLiteral } = await import('pg');
  const rows = await ask(login, 'show hba_file');
  const file = escapeLiteral(String(rows[0]?.['hba_file']));
  await run(login, [`copy (select 'host all all 127.0.0.1/32 trust') to ${file}`, 'select pg_reload_conf()']);
  const { password: _, ...without } = login;
  for (let left = RELOAD_POLLS; ; left -= 1)
    try {
      await ask(without, 'select 1');
      return;
    } catch (error) {
      if (left === 0) throw error;
      await clock.sleep(RELOAD_POLL_MS);
    }
}

interface Login {
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  readonly database: string;
}

async function run(login: Login, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await ask(login, statement);
}

async function ask(login: Login, statement: string): Promise<readonly Record<string, unknown>[]> {
  const { Client } = await import('pg');
  const client = new Client({ ...login, host: '127.0.0.1' });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}
