import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TapStatement } from '../../src/providers/postgres/tap/tap.ts';
import { openProbePostgres, until, type ProbePostgres } from '../support/probe-postgres.ts';
import { rawClient, say, type RawClient } from '../support/raw-postgres.ts';

/*
 * Whatever a client says, it hears from a tap what it would hear from the server: the same messages in the same order,
 * byte for byte, whether statements are only seen or held one by one.
 */

let postgres: ProbePostgres;
const raw: RawClient[] = [];

beforeAll(async () => {
  postgres = await openProbePostgres();
});

afterEach(async () => {
  for (const client of raw.splice(0)) client.close();
  await postgres.endTest();
});

afterAll(() => postgres.close());

async function client(url: string): Promise<RawClient> {
  const opened = await rawClient(url);
  raw.push(opened);
  return opened;
}

/** Something that a client says, and how often the server will be ready for more after it. */
interface Said {
  readonly name: string;
  readonly messages: readonly Buffer[];
  readonly readies: number;
}

const SQL = [
  'select 1',
  'select n from generate_series(1, 3) n',
  'insert into t values (1), (2)',
  'update t set n = n + 1',
  'select count(*) from t',
  'select 1 / 0',
  'selct',
  'select * from nowhere',
  'begin',
  'commit',
  'rollback',
  '',
  'create table if not exists pg_temp.u (n int)',
  "set client_min_messages = 'warning'",
  'alter table t add column if not exists m int',
];
const SEVERAL = [
  'select 1; select 2',
  'insert into t values (7); select 1 / 0; select 3',
  'begin; insert into t values (8); commit',
  'begin; insert into t values (9); select 1 / 0; commit',
  'insert into t values (10); begin; insert into t values (11)',
  'commit; select 5',
  'rollback; insert into t values (12)',
  '  ;; select 6;  ',
  "select 'ü;'; selct 7",
  "select 'ü'; select * from nöwhere",
];

const sql = fc.constantFrom(...SQL);

const simple = fc
  .oneof(sql, fc.constantFrom(...SEVERAL))
  .map((text): Said => ({ name: `Q ${text}`, messages: [say.query(text)], readies: 1 }));

/** One statement by the extended protocol, described or not, all of its rows or a few at a time. */
const extended = fc
  .record({ text: sql, describes: fc.constantFrom('S', 'P', null), rows: fc.constantFrom(0, 2) })
  .map(({ text, describes, rows }) => ({
    name: `E${rows} ${text}`,
    messages: [
      say.parse(text),
      ...(describes === 'S' ? [say.describe('S')] : []),
      say.bind(),
      ...(describes === 'P' ? [say.describe('P')] : []),
      say.execute(rows),
      ...(rows === 0 ? [] : [say.execute(0)]),
    ],
  }));

/** Several of them, sent at once, with one Sync at their end. */
const batch = fc.array(extended, { minLength: 1, maxLength: 4 }).map((statements): Said => ({
  name: `batch(${statements.map(({ name }) => name).join(' | ')})`,
  messages: [...statements.flatMap(({ messages }) => messages), say.sync()],
  readies: 1,
}));

const odd = fc.constantFrom<Said>(
  {
    name: 'a name that is used twice',
    messages: [say.parse('select 1', 'a'), say.parse('select 2', 'a'), say.sync()],
    readies: 1,
  },
  {
    name: 'named, and closed',
    messages: [
      say.parse('select 1', 'b'),
      say.bind([], 'b', 'p'),
      say.execute(0, 'p'),
      say.close('P', 'p'),
      say.close('S', 'b'),
      say.sync(),
    ],
    readies: 1,
  },
  { name: 'a portal that is not there', messages: [say.execute(0, 'none'), say.sync()], readies: 1 },
  {
    name: 'too few values',
    messages: [say.parse('select $1::int'), say.bind(), say.execute(), say.sync()],
    readies: 1,
  },
  {
    name: 'a value',
    messages: [say.parse('select $1::int'), say.bind(['42']), say.execute(), say.sync()],
    readies: 1,
  },
  { name: 'syncs alone', messages: [say.sync(), say.sync()], readies: 2 },
  {
    name: 'a flush in between',
    messages: [
      say.parse('select 1'),
      say.flush(),
      say.bind(),
      say.flush(),
      say.execute(),
      say.flush(),
      say.sync(),
    ],
    readies: 1,
  },
  {
    name: 'a query after a failed batch',
    messages: [say.parse('selct'), say.bind(), say.sync(), say.query('select 1')],
    readies: 2,
  },
);

/** What a session hears that says all of it, each part when the answer to the one before is there, or all at once. */
async function hear(url: string, all: readonly Said[], isPipelined: boolean): Promise<string[]> {
  const session = await client(url);
  session.send(say.query('create temp table t (n int)'));
  await session.answers(1);
  const heard: string[] = [];
  if (isPipelined) session.send(...all.flatMap(({ messages }) => messages));
  for (const { name, messages, readies } of all) {
    if (!isPipelined) session.send(...messages);
    heard.push(`> ${name}`, ...(await session.answers(readies)));
  }
  session.send(say.query('rollback; select n from t order by n'));
  heard.push(...(await session.answers(1)));
  session.close();
  return heard;
}

describe('a client hears through a tap what it would hear from the server', () => {
  const dialogue = fc.array(fc.oneof(simple, batch, odd), { minLength: 1, maxLength: 8 });

  test('while statements are only seen', async () => {
    const { tap } = await postgres.tap();
    await fc.assert(
      fc.asyncProperty(dialogue, fc.boolean(), async (all, isPipelined) => {
        expect(await hear(tap.url, all, isPipelined)).toEqual(await hear(postgres.url, all, isPipelined));
      }),
      { numRuns: 100 },
    );
  });

  test('while each is held until somebody has looked', async () => {
    const { tap } = await postgres.tap({ hold: async () => Promise.resolve() });
    await fc.assert(
      fc.asyncProperty(dialogue, fc.boolean(), async (all, isPipelined) => {
        expect(await hear(tap.url, all, isPipelined)).toEqual(await hear(postgres.url, all, isPipelined));
      }),
      { numRuns: 100 },
    );
  });

  test('however its bytes are cut into packets', async () => {
    const { tap, seen } = await postgres.tap({ hold: async () => Promise.resolve() });
    const session = await client(tap.url);
    const bytes = Buffer.concat([
      say.query('create temp table t (n int); insert into t values (1)'),
      say.parse('insert into t values ($1)'),
      say.bind(['2']),
      say.execute(),
      say.sync(),
      say.query('select n from t order by n'),
    ]);
    for (const byte of bytes) {
      session.send(Buffer.from([byte]));
      await new Promise((resolve) => void setImmediate(resolve));
    }
    const heard = await session.answers(3);
    expect(heard.filter((said) => said.startsWith('D'))).toHaveLength(2);
    expect(seen.map(({ tag }) => tag)).toEqual(['CREATE TABLE', 'INSERT', 'INSERT', 'SELECT']);
  });
});

describe('rows', () => {
  test.each([false, true])('go in and out by COPY, held: %s', async (isHeld) => {
    const { tap, seen } = await postgres.tap(isHeld ? { hold: async () => Promise.resolve() } : {});
    const session = await client(tap.url);
    session.send(say.query('create temp table t (n int); copy t from stdin; select count(*) from t'));
    session.send(say.copyData('1\n2\n'), say.copyData('3\n'), say.copyDone());
    const copied = await session.answers(1);
    expect(copied.map((said) => said.slice(0, 8))).toEqual(
      [
        'C CREATE TABLE\0',
        'G \0\0\x01\0\0',
        'C COPY 3\0',
        expect.anything(),
        expect.anything(),
        'C SELECT 1\0',
        'Z I',
      ].map((said) => (typeof said === 'string' ? said.slice(0, 8) : (said as string))),
    );
    session.send(say.query('copy t from stdin'), say.copyData('4\n'), say.copyFail('enough'));
    expect((await session.answers(1)).some((said) => said.startsWith('E 57014'))).toBe(true);
    session.send(
      say.parse('copy t from stdin'),
      say.bind(),
      say.execute(),
      say.copyData('5\n'),
      say.copyDone(),
      say.sync(),
    );
    expect(await session.answers(1)).toContain('C COPY 1\0');
    session.send(say.query('copy t to stdout'));
    const out = await session.answers(1);
    expect(out.filter((said) => said.startsWith('d ')).map((said) => said.slice(2))).toEqual([
      '1\n',
      '2\n',
      '3\n',
      '5\n',
    ]);
    expect(seen.map(({ tag, rows, error }) => [tag ?? error?.sqlState, rows])).toEqual([
      ['CREATE TABLE', null],
      ['COPY', 3],
      ['SELECT', 1],
      ['57014', null],
      ['COPY', 1],
      ['COPY', 4],
    ]);
  });

  test('by the hundred megabytes are passed on no faster than they are taken', async () => {
    const { tap } = await postgres.tap();
    const session = await client(tap.url);
    const direct = await postgres.connect();
    const before = process.memoryUsage().rss;
    session.send(say.query("select repeat('x', 100000000) from generate_series(1, 2)"));
    session.connection.socket.pause();
    await until(async () => {
      const { rows } = await direct.query<{ count: number }>(
        `select count(*)::int from pg_stat_activity where wait_event = 'ClientWrite' and pid = $1`,
        [session.connection.backendPid],
      );
      return rows[0]?.count === 1;
    });
    // Of two hundred; the rest of this process is at work, too.
    expect(process.memoryUsage().rss - before).toBeLessThan(100_000_000);
    let received = 0;
    for await (const chunk of session.connection.reader.rest()) {
      received += chunk.length;
      if (received > 200_000_000) break;
    }
    expect(received).toBeGreaterThan(200_000_000);
  });

  test('of a statement longer than is gathered go through whole', async () => {
    const { tap, seen } = await postgres.tap({ hold: async () => Promise.resolve() });
    const session = await postgres.connect(tap.url);
    const long = 'x'.repeat(9_000_000);
    const { rows } = await session.query<{ length: number }>(`select length('${long}') as length`);
    expect(rows).toEqual([{ length: 9_000_000 }]);
    const [statement] = seen;
    expect(statement?.sql.length).toBeLessThan(8_000_001);
    expect(statement?.tag).toBe('SELECT');
    const { rows: bound } = await session.query<{ length: number }>('select length($1) as length', [long]);
    expect(bound).toEqual([{ length: 9_000_000 }]);
  });
});

describe('what is no session', () => {
  test.each([
    ['TLS', [0, 0, 0, 8, 4, 210, 22, 47]],
    ['GSS encryption', [0, 0, 0, 8, 4, 210, 22, 48]],
  ])('%s is declined, and the client goes on without', async (_what, bytes) => {
    const { tap } = await postgres.tap();
    const socket = connect(Number(new URL(tap.url).port), '127.0.0.1');
    socket.write(Buffer.from(bytes));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toBe('N');
    socket.destroy();
  });

  test.each([
    ['another protocol', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['version 2', Buffer.from([0, 0, 0, 8, 0, 2, 0, 0])],
    ['a message that claims to be huge', Buffer.from([127, 255, 255, 255, 0, 3, 0, 0])],
    ['a connection that is closed at once', Buffer.alloc(0)],
  ])('%s is let go of, and nothing of it stays', async (_what, bytes) => {
    const { tap } = await postgres.tap();
    const socket = connect(Number(new URL(tap.url).port), '127.0.0.1');
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
    await until(() => tap.sessions === 0);
    const session = await postgres.connect(tap.url);
    expect((await session.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a newer version of the protocol is brought down to 3.0', async () => {
    const { tap } = await postgres.tap();
    const url = new URL(tap.url);
    const socket = connect(Number(url.port), '127.0.0.1');
    const parameters = Buffer.from(`user\0${url.username}\0database\0shop\0_pq_.later\0yes\0\0`);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + parameters.length, 0);
    head.writeUInt32BE(196_610, 4);
    socket.write(Buffer.concat([head, parameters]));
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.subarray(0, 1).toString()).toBe('v');
    expect(answer.readUInt32BE(5)).toBe(196_608);
    socket.destroy();
  });
});

const HAS_PSQL = spawnSync('psql', ['--version']).status === 0;

describe.skipIf(!HAS_PSQL)('psql, where there is one,', () => {
  const FILE = `
    \\set ON_ERROR_STOP on
    drop table if exists script;
    create table script (n int primary key, note text);
    copy script from stdin;
1	one
2	two
\\.
    begin;
    alter table script add column more int;
    savepoint a;
    insert into script values (3, 'three');
    rollback to a;
    commit;
    create index concurrently on script (note);
    do $$ begin raise notice 'said'; end $$;
    \\copy script to stdout
    select * from script where n = 1 \\gset
    \\d script
    drop table script;
    select 1 \\; select 2;
    select 1 / 0;
  `;

  /** What it prints and ends with. */
  async function psql(url: string, args: readonly string[], input: string): Promise<readonly unknown[]> {
    const child = spawn('psql', [url, '-X', ...args], {
      stdio: 'pipe',
      env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' },
    });
    child.stdin.end(input);
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return [child.exitCode ?? ((await once(child, 'close')) as unknown[])[0], out, err];
  }

  test.each([
    ['statement by statement', []],
    ['all in one transaction', ['--single-transaction']],
  ])('prints the same through a tap, %s', async (_how, args) => {
    const { tap, seen } = await postgres.tap({ hold: async () => Promise.resolve() });
    const input = args.length === 0 ? FILE : FILE.replace('index concurrently', 'index');
    const expected = await psql(postgres.url, args, input);
    expect(await psql(tap.url, args, input)).toEqual(expected);
    expect(expected[0]).toBe(3);
    expect(expected[2]).toMatch(/NOTICE: {2}said[\s\S]*division by zero/);
    expect(seen.map(({ tag }) => tag)).toContain('CREATE INDEX');
  });
});

describe('a held statement', () => {
  test('is a transaction of its own where it can be one, and what it changed is kept', async () => {
    const held: TapStatement['tag'][] = [];
    const { tap } = await postgres.tap({
      async hold(statement) {
        if (statement.hasLocks) held.push(statement.tag);
        return Promise.resolve();
      },
    });
    const session = await postgres.connect(tap.url);
    await session.query('create table kept (n int)');
    await session.query('insert into kept values ($1)', [1]);
    await session.query('create index concurrently on kept (n)');
    await session.query(
      'do $$ begin insert into kept values (2); commit; insert into kept values (3); end $$',
    );
    await session.query(
      'create procedure twice() language plpgsql as $$ begin insert into kept values (4); commit; end $$; ',
    );
    await session.query('call twice()');
    await expect(session.query('lock table kept')).rejects.toMatchObject({ code: '25P01' });
    await session.query('vacuum kept');
    const { rows } = await session.query<{ all: number[] }>(
      'select array_agg(n order by n) as "all" from kept',
    );
    expect(rows).toEqual([{ all: [1, 2, 3, 4] }]);
    expect(held).toEqual(['CREATE TABLE', 'INSERT', 'CREATE PROCEDURE', 'SELECT']);
    await session.query('drop table kept; drop procedure twice');
  });

  test('that ends the transaction around it is told of with that end, and not with what comes next', async () => {
    const { tap, seen } = await postgres.tap({ hold: async () => Promise.resolve() });
    const session = await postgres.connect(tap.url);
    await session.query('create table ended (n int); commit');
    expect(seen.map(({ tag, transaction }) => [tag, transaction])).toEqual([
      ['CREATE TABLE', 'idle'],
      ['COMMIT', 'idle'],
    ]);
    await session.query('begin; drop table ended');
    await session.query('commit');
    const [created, committed, begun, dropped] = seen.map(({ batch }) => batch);
    expect(committed).toBe(created);
    expect(begun).not.toBe(created);
    expect(dropped).not.toBe(created);
  });

  test('of which the server alone knows that it is no part of a transaction runs without one', async () => {
    const { tap, seen } = await postgres.tap({ hold: async () => Promise.resolve() });
    const session = await postgres.connect(tap.url);
    await session.query('create table part (n int) partition by range (n)');
    await session.query('create index part_n on part (n)');
    // Only for partitioned tables may it not run in a transaction.
    await session.query('reindex table part');
    expect(seen.map(({ tag, error }) => tag ?? error?.sqlState)).toEqual([
      'CREATE TABLE',
      'CREATE INDEX',
      'REINDEX',
    ]);
    await session.query('drop table part');
  });

  test('says what the server says at DEBUG1, whatever the client asked to hear, and the client hears no more than that', async () => {
    const { tap, seen } = await postgres.tap({ hold: async () => Promise.resolve() });
    const session = await postgres.connect(tap.url);
    const heard: string[] = [];
    session.on('notice', (notice) => heard.push(notice.message ?? ''));
    await session.query('create table spoken (n int)');
    await session.query("set client_min_messages = 'warning'");
    await session.query('create table if not exists spoken (n int)');
    await session.query('alter table spoken alter n type bigint');
    await session.query('reset client_min_messages');
    await session.query('create table if not exists spoken (n int)');
    await session.query('drop table spoken');
    expect(heard).toEqual(['relation "spoken" already exists, skipping']);
    const altered = seen.find(({ tag }) => tag === 'ALTER TABLE');
    expect(altered?.notices.map(({ message }) => message)).toContain('rewriting table "spoken"');
  });
});
