import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ToolError } from '../../src/diagnostics/tool-error.ts';
import { withPostgres } from '../../src/providers/postgres/connect-postgres.ts';
import { openSession, postgresRig, type PostgresRig } from '../support/postgres-rig.ts';

let rig: PostgresRig;
let url: string;

beforeAll(async () => {
  rig = await postgresRig();
  url = await rig.database();
});

afterAll(() => rig[Symbol.asyncDispose]());

function changed(change: (url: URL) => void): string {
  const other = new URL(url);
  change(other);
  return other.href;
}

async function failureOf(target: string, connectTimeoutMs = 5000): Promise<ToolError> {
  return withPostgres(target, { connectTimeoutMs }, () => Promise.resolve(null)).then(
    () => {
      throw new Error('it connected');
    },
    (error: unknown) => error as ToolError,
  );
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('a session with a database', () => {
  test('has the name and the settings that were asked for, and is closed after its work', async () => {
    await using watcher = await openSession(url);
    const pid = await withPostgres(
      url,
      { applicationName: 'glidepath test', settings: { lock_timeout: '1234ms' } },
      async (client) => {
        const { rows } = await client.query(
          "select current_setting('application_name') as name, current_setting('lock_timeout') as wait, pg_backend_pid() as pid",
        );
        expect(rows[0]).toMatchObject({ name: 'glidepath test', wait: '1234ms' });
        return Number(rows[0].pid);
      },
    );
    const left = 'select count(*)::int as left from pg_stat_activity where pid = $1';
    await expect.poll(() => watcher.query(left, [pid])).toEqual([{ left: 0 }]);
  });

  test('takes what Neon writes into its URLs, and plain connections where the server has no TLS', async () => {
    for (const mode of ['allow', 'prefer', 'disable']) {
      const target = changed((other) => other.searchParams.set('sslmode', mode));
      expect(await withPostgres(target, {}, () => Promise.resolve(mode))).toBe(mode);
    }
    const strict = changed((other) => {
      other.search = '?sslmode=require&channel_binding=require';
    });
    expect(await failureOf(strict)).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringMatching(/does not support SSL/) as unknown,
    });
  });

  test('ends at once when it is cut off', async () => {
    const controller = new AbortController();
    const work = withPostgres(url, { signal: controller.signal }, async (client) => {
      const sleeping = client.query('select pg_sleep(60)');
      controller.abort(new Error('enough'));
      await sleeping;
    });
    await expect(work).rejects.toThrow('enough');
  });

  test('passes on what the server says to a query, and says so when the connection breaks', async () => {
    await expect(withPostgres(url, {}, (client) => client.query('selec 1'))).rejects.toMatchObject({
      code: '42601',
    });
    const ended = withPostgres(url, {}, (client) =>
      client.query('select pg_terminate_backend(pg_backend_pid())'),
    );
    await expect(ended).rejects.toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  });
});

describe('a URL that does not work', () => {
  test('is DATABASE_REFUSED for a wrong password and for a database that is not there', async () => {
    const wrong = await failureOf(changed((other) => (other.password = 'geheimnis')));
    expect(wrong).toMatchObject({
      code: 'DATABASE_REFUSED',
      hint: expect.stringMatching(/keeper/) as unknown,
    });
    expect(`${wrong.message} ${wrong.hint}`).not.toContain('geheimnis');
    const nowhere = await failureOf(changed((other) => (other.pathname = '/nowhere')));
    expect(nowhere).toMatchObject({
      code: 'DATABASE_REFUSED',
      hint: expect.stringMatching(/no database nowhere/) as unknown,
    });
  });

  test('is DATABASE_UNREACHABLE where nothing listens, where nothing answers and where no host is', async () => {
    const silent = createServer((socket) => socket.resume());
    const port = await listening(silent);
    const mute = await failureOf(
      changed((other) => (other.port = String(port))),
      200,
    );
    expect(mute).toMatchObject({ code: 'DATABASE_UNREACHABLE', retry: 'safe' });
    silent.close();
    await once(silent, 'close');
    expect(await failureOf(changed((other) => (other.port = String(port))))).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringMatching(/ECONNREFUSED/) as unknown,
    });
    expect(await failureOf('postgres://a:b@glidepath.invalid/c')).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
    expect(await failureOf('postgres:///c?host=/nowhere&user=a')).toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });
  });

  test('is DATABASE_URL_INVALID where it is none', async () => {
    expect(await failureOf('shop')).toMatchObject({ code: 'DATABASE_URL_INVALID' });
    expect(
      await failureOf(changed((other) => (other.search = '?sslmode=require&sslrootcert=/nowhere.pem'))),
    ).toMatchObject({ code: 'DATABASE_URL_INVALID' });
  });
});
