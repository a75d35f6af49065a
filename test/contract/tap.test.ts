import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ToolError } from '../../src/diagnostics/tool-error.ts';
import { openProbePostgres, until, type ProbePostgres } from '../support/probe-postgres.ts';

let postgres: ProbePostgres;
let direct: Client;

beforeAll(async () => {
  postgres = await openProbePostgres();
});

afterEach(() => postgres.endTest());
afterAll(() => postgres.close());

describe('a tap', () => {
  test('passes statements on, and tells of each without the values', async () => {
    const { tap, seen } = await postgres.tap();
    const client = await postgres.connect(tap.url);
    await client.query('create table item (id int primary key, name text)');
    await client.query("insert into item values ($1, $2), (2, 'b')", [1, 'geheim']);
    await client.query('begin; select 1; select 2 as "zwei;";');
    await expect(client.query('select * from nowhere')).rejects.toThrow(/does not exist/);
    await client.query('rollback');
    expect(
      seen.map(({ sql, tag, rows, parameters, transaction, error }) => [
        sql.trim(),
        tag ?? error?.sqlState,
        rows,
        parameters,
        transaction,
      ]),
    ).toEqual([
      ['create table item (id int primary key, name text)', 'CREATE TABLE', null, 0, 'idle'],
      ["insert into item values ($1, $2), (2, 'b')", 'INSERT', 2, 2, 'idle'],
      ['begin', 'BEGIN', null, 0, 'open'],
      ['select 1', 'SELECT', 1, 0, 'open'],
      ['select 2 as "zwei;"', 'SELECT', 1, 0, 'open'],
      ['select * from nowhere', '42P01', null, 0, 'failed'],
      ['rollback', 'ROLLBACK', null, 0, 'idle'],
    ]);
    expect(seen[5]?.error).toEqual({
      sqlState: '42P01',
      message: 'relation "nowhere" does not exist',
      position: 15,
    });
    expect(JSON.stringify(seen)).not.toContain('geheim');
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    await until(() => seen.length === 8);
    expect(new Set(seen.map(({ backendPid }) => backendPid))).toEqual(new Set([rows[0]?.pid]));
    expect(seen.every(({ startedAt, endedAt }) => endedAt >= startedAt)).toBe(true);
    await client.query('drop table item');
  });

  test('tells where a statement is wrong from its own beginning, though it was sent behind others', async () => {
    const { tap, seen } = await postgres.tap();
    const client = await postgres.connect(tap.url);
    await expect(client.query("select 'ü😀'; select 2; select nothing")).rejects.toThrow(/does not exist/);
    // A client gives up at the error; it is told of when the server is ready again, for then the transaction is known.
    await until(() => seen.some(({ error }) => error !== null));
    const failed = seen.find(({ error }) => error !== null);
    expect(failed?.sql.slice((failed.error?.position ?? 0) - 1)).toBe('nothing');
  });

  test('gives sessions its settings, and lets nobody see or use the real password', async () => {
    const { tap } = await postgres.tap({
      settings: { lock_timeout: '1234ms', application_name: "it's a probe" },
    });
    const real = new URL(postgres.url);
    expect(tap.url).not.toContain(real.password);
    const client = await postgres.connect(tap.url);
    const { rows } = await client.query(
      `select current_setting('lock_timeout') as lock, current_setting('application_name') as name, current_user as who`,
    );
    expect(rows).toEqual([{ lock: '1234ms', name: "it's a probe", who: real.username }]);
    const guessed = new URL(tap.url);
    guessed.password = real.password;
    await expect(postgres.connect(guessed.href)).rejects.toMatchObject({ code: '28P01' });
  });

  test('serves several sessions at once, each with a statement of its own', async () => {
    const { tap, seen } = await postgres.tap();
    const clients = await Promise.all(Array.from({ length: 8 }, () => postgres.connect(tap.url)));
    expect(tap.sessions).toBe(8);
    const answers = await Promise.all(
      clients.map((client, n) => client.query('select $1::int as n, pg_sleep(0.05)', [n])),
    );
    expect(answers.map((answer) => answer.rows[0]?.['n'])).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(new Set(seen.map(({ session }) => session)).size).toBe(8);
  });

  test('lets a client into another database of the same server', async () => {
    await postgres.service.createDatabase('main', 'other');
    const { tap } = await postgres.tap();
    const url = new URL(tap.url);
    url.pathname = '/other';
    const client = await postgres.connect(url.href);
    const { rows } = await client.query('select current_database() as name');
    expect(rows).toEqual([{ name: 'other' }]);
  });

  test('carries a cancel request to the right session', async () => {
    const { tap, seen } = await postgres.tap();
    const [sleeper, bystander] = await Promise.all([postgres.connect(tap.url), postgres.connect(tap.url)]);
    const asleep = sleeper.query('select pg_sleep(60)');
    const beside = bystander.query('select pg_sleep(0.2)');
    asleep.catch(() => undefined);
    const inside = sleeper as unknown as { processID: number; secretKey: number };
    const Cancelling = (await import('pg')).Connection as unknown as new () => {
      connect(port: number, host: string): void;
      cancel(pid: number, key: number): void;
      on(event: string, heard: () => void): void;
    };
    const request = new Cancelling();
    request.on('error', () => undefined);
    request.on('connect', () => request.cancel(inside.processID, inside.secretKey));
    direct = await postgres.connect();
    await until(async () => (await running('pg_sleep(60)')) === 1);
    request.connect(Number(new URL(tap.url).port), '127.0.0.1');
    await expect(asleep).rejects.toMatchObject({ code: '57014' });
    await beside;
    await until(() => seen.some(({ error }) => error?.sqlState === '57014'));
  });

  test('leaves no session on the server when a client breaks off, though a statement runs', async () => {
    const { tap } = await postgres.tap();
    const client = await postgres.connect(tap.url);
    direct = await postgres.connect();
    client.query('select pg_sleep(60)').catch(() => undefined);
    await until(async () => (await running('pg_sleep(60)')) === 1);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    await until(async () => tap.sessions === 0 && (await running('pg_sleep(60)')) === 0);
  });

  test('lets a client know when its session on the server is ended', async () => {
    const { tap } = await postgres.tap();
    const client = await postgres.connect(tap.url);
    direct = await postgres.connect();
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise<void>((resolve) => void client.once('end', resolve));
    await direct.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await ended;
    await until(() => tap.sessions === 0);
  });

  test('ends what runs when it is closed, and its port', async () => {
    const { tap } = await postgres.tap();
    const client = await postgres.connect(tap.url);
    direct = await postgres.connect();
    const asleep = client.query('select pg_sleep(60)');
    asleep.catch(() => undefined);
    await until(async () => (await running('pg_sleep(60)')) === 1);
    await tap.close();
    await expect(asleep).rejects.toThrow(/cancel|terminated|ended/i);
    await until(async () => (await running('pg_sleep(60)')) === 0);
    await expect(postgres.connect(tap.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('says why a session cannot be opened, without a password, to the client and to its owner', async () => {
    const errors: ToolError[] = [];
    const wrong = new URL(postgres.url);
    wrong.password = 'geheim';
    const refused = await postgres.tap({ target: wrong.href, onError: (error) => errors.push(error) });
    await expect(postgres.connect(refused.tap.url)).rejects.toMatchObject({ code: '28000' });
    const silent = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    wrong.port = String((silent.address() as AddressInfo).port);
    const unreachable = await postgres.tap({ target: wrong.href, onError: (error) => errors.push(error) });
    await expect(postgres.connect(unreachable.tap.url)).rejects.toMatchObject({ code: '08001' });
    silent.close();
    expect(errors.map(({ code }) => code)).toEqual(['DATABASE_REFUSED', 'DATABASE_UNREACHABLE']);
    expect(errors.map(String).join()).not.toContain('geheim');
  });
});

async function running(part: string): Promise<number> {
  const { rows } = await direct.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and position($1 in query) > 0`,
    [part],
  );
  return rows[0]?.count ?? 0;
}
