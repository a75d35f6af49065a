import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { applyDemoChange, demoChanges } from '../../scripts/demo-changes.ts';
import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import type { PostgresService } from '../../src/cloud/postgres/postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let home: string;
let postgres: PostgresService;
/** A test that is tried again has a copy of its own, too. */
let copies = 0;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-microbima-'));
  await chmod(home, 0o755);
  postgres = await createPostgresService({ stateDir: join(home, 'postgres'), clock: systemClock });
});

afterAll(async () => {
  await postgres.close({ stop: true });
  rmSync(home, { recursive: true, force: true });
});

describe('the migrations of microbima', () => {
  test('are applied once, also when two start at the same time', async () => {
    const { dir, url } = await checkout('twice');
    const both = await Promise.all([migrate(dir, url), migrate(dir, url)]);
    expect(both.map((run) => run.code)).toEqual([0, 0]);
    const said = both.map((run) => run.output).join('');
    expect(said.match(/applied 0001_members_and_policies\.sql/g)).toHaveLength(1);
    expect(said).toMatch(/nothing to do: 2 migrations are applied/);
  });

  test('refuse a file that was edited after it was applied', async () => {
    const { dir, url } = await checkout('edited');
    await migrate(dir, url);
    writeFileSync(join(dir, 'migrations/0001_members_and_policies.sql'), 'select 1;');
    const { code, output } = await migrate(dir, url);
    expect(code).toBe(1);
    expect(output).toMatch(/0001_members_and_policies\.sql was edited after it was applied/);
  });

  test('that fail say which statement, and leave nothing of their file', async () => {
    const { dir, url } = await checkout('failing');
    writeFileSync(
      join(dir, 'migrations/0003_bad.sql'),
      'create table t (id int);\nalter table nowhere add x int;',
    );
    const { code, output } = await migrate(dir, url);
    expect(code).toBe(1);
    expect(output).toMatch(
      /0003_bad\.sql failed: relation "nowhere" does not exist\s+in: alter table nowhere/,
    );
    expect(await query(url, "select to_regclass('t') as t, to_regclass('products')::text as p")).toEqual([
      { t: null, p: 'products' },
    ]);
  });
});

describe('the services of microbima', () => {
  test('pass their smoke test, which leaves no policy and no member behind', async () => {
    const { dir, url } = await checkout('smoke');
    await migrate(dir, url);
    const urls = await startAll(dir, url);
    const smoke = await run(dir, ['scripts/smoke.ts'], {
      PUBLIC_API_URL: urls.publicApi,
      WEB_ADMIN_URL: urls.webAdmin,
    });
    expect(smoke).toMatchObject({ code: 0 });
    expect(
      await query(url, 'select (select count(*) from policies) + (select count(*) from members) as n'),
    ).toEqual([{ n: '0' }]);
  });

  test('refuse what is out of bounds in a sentence, and keep what is private', async () => {
    const { dir, url } = await checkout('refuse');
    await migrate(dir, url);
    const { publicApi } = await startAll(dir, url);
    const member = { name: 'Wanjiku Mwangi', phone: '+254711000111' };
    const created = await post(`${publicApi}/policies`, {
      product: 'crop-rain',
      lives: 2,
      months: 3,
      member,
    });
    expect(created.status).toBe(201);
    expect(JSON.stringify(created.body)).not.toMatch(/Wanjiku|254711/);
    const { number } = created.body as { number: string };
    const stranger = await fetch(`${publicApi}/policies/${number}?phone=%2B254700000000`, {
      method: 'DELETE',
    });
    expect(stranger.status).toBe(403);
    const tooMany = await post(`${publicApi}/policies`, { product: 'crop-rain', lives: 99, member });
    expect(tooMany).toEqual({ status: 400, body: { error: 'lives must be a whole number from 1 to 12.' } });
  });

  test('end with 0 on SIGTERM while requests come in, and fail none of them', async () => {
    const { dir, url } = await checkout('stop');
    await migrate(dir, url);
    const internal = await start(dir, 'internal-api', { DATABASE_URL: url });
    const answers: number[] = [];
    // Each answer is waited for, so that the next request comes on the same connection while it may.
    const load = (async () => {
      for (;;) {
        const response = await fetch(`${internal.url}/members`).catch(() => null);
        if (response === null) return;
        await response.arrayBuffer();
        answers.push(response.status);
        if (answers.length === 20) internal.child.kill('SIGTERM');
      }
    })();
    const [code] = (await once(internal.child, 'exit')) as [number | null];
    await load;
    expect(code).toBe(0);
    expect(answers.length).toBeGreaterThanOrEqual(20);
    expect(new Set(answers)).toEqual(new Set([200]));
  });
});

test('the changes of the demo: the good one serves, the bad one is up and unhealthy, the fix is healthy', async () => {
  const { dir, url } = await checkout('changes');
  const seen: Record<string, { health: number; waitingDays: unknown }> = {};
  for (const change of demoChanges) {
    applyDemoChange(dir, change);
    expect((await migrate(dir, url)).code).toBe(0);
    const service = await start(dir, 'public-api', {
      DATABASE_URL: url,
      INTERNAL_API_URL: 'http://127.0.0.1:1',
    });
    const quote = await fetch(`${service.url}/quotes?product=hospital-cash`);
    const { waitingDays } = (await quote.json()) as { waitingDays?: number };
    seen[change.name] = { health: (await fetch(`${service.url}/health`)).status, waitingDays };
    service.child.kill('SIGTERM');
    await once(service.child, 'exit');
  }
  expect(seen).toEqual({
    good: { health: 200, waitingDays: 7 },
    bad: { health: 503, waitingDays: 7 },
    fix: { health: 200, waitingDays: 7 },
  });
});

/** A copy of the example with a database of its own. */
async function checkout(name: string): Promise<{ dir: string; url: string }> {
  copies += 1;
  const id = `${name}-${copies}`;
  const dir = join(home, id);
  cpSync(join(ROOT, 'examples/microbima'), dir, {
    recursive: true,
    filter: (source) => !/\/(node_modules|dist|\.glidepath)$/.test(source),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  await postgres.create({ id, database: 'microbima' });
  return { dir, url: postgres.connectionUrl(id) };
}

function migrate(dir: string, url: string): Promise<{ code: number | null; output: string }> {
  return run(dir, ['src/migrate.ts'], { DATABASE_URL: url });
}

async function run(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

/** Starts a service on a free port; ended with the test. */
async function start(
  dir: string,
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [`src/${name}.ts`], {
    cwd: dir,
    env: { ...env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${name} ended:\n${output}`)));
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      const [, listening] = /"message":"listening","port":(\d+)/.exec(output) ?? [];
      if (listening !== undefined) resolve(listening);
    });
  });
  return { url: `http://127.0.0.1:${port}`, child };
}

async function startAll(dir: string, database: string): Promise<{ publicApi: string; webAdmin: string }> {
  const internal = await start(dir, 'internal-api', { DATABASE_URL: database });
  const env = { INTERNAL_API_URL: internal.url };
  const publicApi = await start(dir, 'public-api', { ...env, DATABASE_URL: database });
  const webAdmin = await start(dir, 'web-admin', env);
  return { publicApi: publicApi.url, webAdmin: webAdmin.url };
}

async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
