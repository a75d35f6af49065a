import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServicePorts } from '../../src/cloud/github/actions/runner/service-ports.ts';
import { JobRig } from '../support/actions-job-rig.ts';

let rig: JobRig;
let ask: string;

beforeAll(() => {
  rig = new JobRig();
  ask = `node ${join(rig.dir, 'ask.mjs')}`;
  const pg = fileURLToPath(new URL('../../node_modules/pg/esm/index.mjs', import.meta.url));
  // What psql would do: it is not on every machine.
  writeFileSync(
    join(rig.dir, 'ask.mjs'),
    `import pg from '${pg}';
const client = new pg.Client({ connectionString: process.argv[2], connectionTimeoutMillis: 20_000 });
try {
  await client.connect();
  const { rows } = await client.query({ text: process.argv[3], rowMode: 'array' });
  console.log('answer', JSON.stringify(rows));
  await client.end();
} catch (error) { console.log('refused', error.code ?? error.message); process.exit(1); }
`,
  );
});
afterAll(() => {
  rig[Symbol.dispose]();
});

const PORT = '${{ job.services.db.ports[5432] }}';

/** A port that nobody has now, and that the kernel gives nobody for a while. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

describe('a service of Postgres', () => {
  test('has the login and the database that were asked for, at the port of job.services, and is gone with its job', async () => {
    const { log, steps, report } = await rig.run(
      `
- run: ${ask} "postgresql://ada:s3cret@localhost:${PORT}/shop" "select current_user, current_database(), usesuper from pg_user"
- run: ${ask} "postgresql://ada:s3cret@localhost:${PORT}/postgres" "select array_agg(datname::text order by datname) from pg_database"
- run: ${ask} "postgresql://ada:wrong@127.0.0.1:${PORT}/shop" "select 1"
  continue-on-error: true
- run: echo "port=${PORT} id=\${{ job.services.db.id }}"
`,
      `services:
  db:
    image: postgres:17-alpine
    env: { POSTGRES_USER: ada, POSTGRES_PASSWORD: "\${{ secrets.PW }}", POSTGRES_DB: shop }
    ports: ["5432"]
    options: >-
      --health-cmd "pg_isready -U ada" --health-interval 10s
      --health-timeout=5s --health-retries 5`,
      { secrets: { PW: 's3cret' } },
    );
    expect(report.result).toBe('success');
    expect(log).toContain('answer [["ada","shop",true]]');
    expect(log).toContain('answer [[["postgres","shop","template0","template1"]]]');
    expect(log).toContain('refused 28P01');
    expect(log).toMatch(/db: postgres:17-alpine is Postgres 18\.\d+ of the local cloud/u);
    expect(steps.map(({ name }) => name)).toEqual([
      'Set up job',
      'Initialize containers',
      ...steps.slice(2, 6).map(({ name }) => name),
      'Stop containers',
      'Complete job',
    ]);
    const port = Number(/port=(\d+) id=db/u.exec(log)?.[1]);
    const server = createServer();
    // Nobody has it any more.
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => void server.close(resolve));
  });

  test('takes the defaults of the image, and nobody is asked for a password where all are trusted', async () => {
    const { log, report } = await rig.run(
      `- run: ${ask} "postgresql://postgres@localhost:${PORT}/postgres" "select usename from pg_user"`,
      `services: { db: { image: "postgres:\${{ matrix.pg || 18 }}", env: { POSTGRES_HOST_AUTH_METHOD: trust }, ports: ["5432/tcp"] } }`,
    );
    expect(log).toContain('answer [["postgres"]]');
    expect(report.result).toBe('success');
  });

  test('is not reached without ports, as on GitHub, nor started where its image is empty', async () => {
    const { log, report } = await rig.run(
      `- run: echo "ports=\${{ toJSON(job.services.db.ports) }} none=\${{ toJSON(job.services.none) }}"`,
      `services: { db: { image: postgres, env: { POSTGRES_PASSWORD: x } }, none: { image: "\${{ matrix.none }}" } }`,
    );
    expect(log).toContain('ports={} none=null');
    expect(report.result).toBe('success');
  });

  test.each([
    ['{ image: "${{ vars.IMAGE }}" }', 'the service db of the image pgvector/pgvector:pg17'],
    ['{ image: postgres }', 'You must specify POSTGRES_PASSWORD'],
    ['{ image: postgres, env: { POSTGRES_PASSWORD: x, PGDATA: /x } }', 'PGDATA of the service db'],
    [
      '{ image: postgres, env: { POSTGRES_PASSWORD: x }, ports: ["80:80"] }',
      'the port 80:80 of the service db',
    ],
    ['{ image: postgres, env: { POSTGRES_PASSWORD: x }, options: --network host }', 'the option --network'],
    ['{ image: postgres, env: { POSTGRES_PASSWORD: x }, ports: ["7001:5432", "7001:5432"] }', 'port 7001'],
  ])('%s is refused', async (service, told) => {
    const { log, report } = await rig.run('- run: echo never', `services: { db: ${service} }`, {
      vars: { IMAGE: 'pgvector/pgvector:pg17' },
    });
    expect(log).toContain(told);
    expect([log.includes('never'), report.result]).toEqual([false, 'failure']);
  });
});

describe('a port of this machine', () => {
  const service = (port: number): string =>
    `services: { db: { image: postgres, env: { POSTGRES_PASSWORD: x }, ports: ["${port}:5432"] } }`;

  test('is had by one job after the other, and both get their own server', async () => {
    const port = await freePort();
    const url = `postgresql://postgres:x@127.0.0.1:${port}/postgres`;
    const steps = `
- run: ${ask} "${url}" "create table once ()"
- run: ${ask} "${url}" "select count(*)::int from pg_tables where tablename = 'once'"
- run: echo "port=${PORT}"`;
    const jobs = await Promise.all([1, 2].map(() => rig.run(steps, service(port))));
    for (const { log, report } of jobs) {
      expect(report.result).toBe('success');
      expect(log).toContain('answer [[1]]');
      expect(log).toContain(`port=${port}`);
    }
  });

  test('that something else has is said, with what to write instead', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => void other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { log, report } = await rig.run('- run: echo never', service(port));
    await new Promise((resolve) => void other.close(resolve));
    expect(log).toContain(`port ${port} of this machine is not free for the service db (EADDRINUSE)`);
    expect(log).toContain("→ Write ports: ['5432'] and read job.services.db.ports['5432']");
    expect([log.includes('never'), report.result]).toEqual([false, 'failure']);
  });

  test('is given in turn, and who gives up is passed over', async () => {
    const ports = new ServicePorts();
    const order: string[] = [];
    const never = new AbortController();
    const first = await ports.take(1, never.signal, () => order.push('no'));
    const stop = new AbortController();
    const second = ports.take(1, stop.signal, () => order.push('second waits'));
    const third = ports.take(1, never.signal, () => order.push('third waits'));
    stop.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    await ports.take(2, never.signal, () => order.push('no'));
    first();
    (await third)();
    await ports.take(1, never.signal, () => order.push('no'));
    expect(order).toEqual(['second waits', 'third waits']);
  });
});
