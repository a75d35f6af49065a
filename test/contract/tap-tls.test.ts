import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pickLoopbackPort } from '../../src/cloud/machines/loopback-port.ts';
import { locatePostgresBinaries } from '../../src/cloud/postgres/server/postgres-binaries.ts';
import { choosePostgresLauncher } from '../../src/cloud/postgres/server/postgres-launcher.ts';
import { openTap } from '../../src/providers/postgres/tap/open-tap.ts';
import { systemClock } from '../../src/util/clock.ts';
import { HAS_OPENSSL } from '../support/recording-proxy.ts';
import { until } from '../support/probe-postgres.ts';

/*
 * A server that speaks TLS, with logins of every kind. Certificates are signed with SHA-256 and SHA-384, for a login is
 * bound to them by the hash that they are signed with.
 */

const PASSWORD = 'pass word/ü:@';

let dir: string;
let port: number;
let server: ChildProcess;

const HBA = `
hostnossl all plain all md5
hostssl all clear all password
hostssl all all all scram-sha-256
local all all trust
`;

function certificate(name: string, digest: string): void {
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp384r1', '-nodes', '-days', '2'];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      `-${digest}`,
      ...kind,
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost,IP:127.0.0.1',
      '-keyout',
      join(dir, `${name}.key`),
      '-out',
      join(dir, `${name}.pem`),
    ],
    { stdio: 'ignore' },
  );
}

const admin = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
  const client = new Client({ host: join(dir, 'socket'), port, user: 'postgres', database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

beforeAll(async () => {
  if (!HAS_OPENSSL) return;
  dir = mkdtempSync(join(tmpdir(), 'glidepath-tls-'));
  chmodSync(dir, 0o755);
  certificate('sha256', 'sha256');
  certificate('sha384', 'sha384');
  const binaries = await locatePostgresBinaries();
  const launcher = choosePostgresLauncher(binaries);
  mkdirSync(join(dir, 'socket'));
  mkdirSync(join(dir, 'data'), { mode: 0o700 });
  writeFileSync(join(dir, 'hba.conf'), HBA);
  ownCertificate('sha256');
  for (const file of ['socket', 'data', 'hba.conf', 'server.key'])
    if (launcher.owner !== null) chownSync(join(dir, file), launcher.owner.uid, launcher.owner.gid);
  const init = launcher.command(binaries.initdb, [
    '-D',
    join(dir, 'data'),
    '-U',
    'postgres',
    '--auth=trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C',
  ]);
  execFileSync(init.file, [...init.args], { ...init.user, stdio: 'ignore', cwd: dir });
  port = await pickLoopbackPort(new Set(), null);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: join(dir, 'socket'),
    hba_file: join(dir, 'hba.conf'),
    fsync: 'off',
    ssl: 'on',
    ssl_cert_file: join(dir, 'server.pem'),
    ssl_key_file: join(dir, 'server.key'),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const run = launcher.command(binaries.postgres, ['-D', join(dir, 'data'), ...flags]);
  server = spawn(run.file, [...run.args], { ...run.user, stdio: 'ignore', cwd: dir });
  await until(async () => admin(async () => true).catch(() => false));
  await admin(async (client) => {
    const quoted = client.escapeLiteral(PASSWORD);
    await client.query(
      `create role scram login password ${quoted}; create role clear login password ${quoted}`,
    );
    await client.query(`set password_encryption = 'md5'; create role plain login password ${quoted}`);
  });
});

afterAll(async () => {
  if (!HAS_OPENSSL) return;
  server.kill('SIGINT');
  await once(server, 'close');
  rmSync(dir, { recursive: true, force: true });
});

/** Gives the server the certificate of this name, which it presents from its next start or reload on. */
function ownCertificate(name: string): void {
  for (const end of ['pem', 'key']) copyFileSync(join(dir, `${name}.${end}`), join(dir, `server.${end}`));
}

/** The same for a server that runs; resolves when it presents it. */
async function presents(name: string): Promise<void> {
  ownCertificate(name);
  await admin(async (client) => client.query('select pg_reload_conf()'));
  const trusted = { sslmode: 'verify-full', sslrootcert: join(dir, `${name}.pem`) };
  await until(async () =>
    session('scram', trusted).then(
      () => true,
      () => false,
    ),
  );
}

/** What a session through a tap says of itself. */
async function session(
  user: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  const target = new URL(`postgres://127.0.0.1:${port}/postgres`);
  target.username = user;
  target.password = PASSWORD;
  target.search = new URLSearchParams(parameters).toString();
  const tap = await openTap({ target: target.href, clock: systemClock });
  const client = new Client(tap.url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(
      'select current_user as user, ssl from pg_stat_ssl where pid = pg_backend_pid()',
    );
    return rows[0] ?? {};
  } finally {
    await client.end().catch(() => undefined);
    await tap.close();
  }
}

describe.skipIf(!HAS_OPENSSL)('a tap to a server that speaks TLS', () => {
  test.each<[string, Record<string, string>, boolean]>([
    ['scram', { sslmode: 'require' }, true],
    ['scram', { sslmode: 'require', channel_binding: 'require' }, true],
    ['scram', { sslmode: 'prefer' }, true],
    ['clear', { sslmode: 'require' }, true],
    ['plain', { sslmode: 'disable' }, false],
  ])('logs in as %s with %o', async (user, parameters, ssl) => {
    expect(await session(user, parameters)).toEqual({ user, ssl });
  });

  test('believes only who the certificates vouch for, where it is told to look', async () => {
    await presents('sha256');
    const trusted = { sslmode: 'verify-full', sslrootcert: join(dir, 'sha256.pem') };
    expect(await session('scram', trusted)).toMatchObject({ ssl: true });
    await expect(
      session('scram', { ...trusted, sslrootcert: join(dir, 'sha384.pem') }),
    ).rejects.toMatchObject({ code: '08001' });
    await expect(session('scram', { sslmode: 'verify-full' })).rejects.toMatchObject({ code: '08001' });
  });

  test.each<[string, Record<string, string>]>([
    ['clear', { sslmode: 'require', channel_binding: 'require' }],
    ['plain', { sslmode: 'disable', channel_binding: 'require' }],
  ])('refuses as %s with %o a login that is not bound to the channel', async (user, parameters) => {
    await expect(session(user, parameters)).rejects.toMatchObject({
      code: '28000',
      message: expect.stringContaining('channel_binding=require') as unknown,
    });
  });

  test('binds a login to a certificate that is signed with SHA-384, too', async () => {
    await presents('sha384');
    const trusted = { sslmode: 'verify-full', sslrootcert: join(dir, 'sha384.pem') };
    expect(await session('scram', { ...trusted, channel_binding: 'require' })).toEqual({
      user: 'scram',
      ssl: true,
    });
  });
});
