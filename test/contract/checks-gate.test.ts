import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ResolvedCheck } from '../../src/config/resolved.ts';
import type { PipelineDeps } from '../../src/pipeline/pipeline-deps.ts';
import { runChecks } from '../../src/pipeline/run-checks.ts';
import { scopeOf } from '../../src/pipeline/step-scope.ts';
import { checkDeps } from '../support/check-rig.ts';
import { environment, resolvedCheck } from '../support/projects.ts';
import { stepRig } from '../support/step-rig.ts';

/** The Postgres client of this checkout, as a check's own script would have one. */
const PG = JSON.stringify(createRequire(import.meta.url).resolve('pg'));

/** Makes a database and an extension, which takes a login that may do everything. */
const MAKES_DATABASES = `node -e '
const { Client } = require(${PG});
(async () => {
  const client = new Client(process.env.DATABASE_URL);
  await client.connect();
  await client.query("create database another");
  const { rows } = await client.query("select count(*)::int as n from pg_tables where schemaname = current_schema()");
  console.log("tables " + rows[0].n);
  await client.query("create table of_this_check (n int)");
  await client.end();
})();
'`;

let directory = '';
beforeAll(() => void (directory = mkdtempSync(join(tmpdir(), 'glidepath-gate-'))));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs the gate's checks in a checkout, with what the environment of this process would hold. */
function gate(checks: readonly ResolvedCheck[], secrets: Readonly<Record<string, string>> = {}) {
  const action = { kind: 'gate', gate: { kind: 'checks' } } as const;
  const rig = stepRig({
    environment: environment('production', { apps: [] }),
    action,
    checks,
    deps: {
      builder: { checkout: () => Promise.resolve(directory) } as unknown as PipelineDeps['builder'],
      openChecks: () => Promise.resolve(checkDeps({ env: secrets })),
    },
  });
  return { lines: rig.lines, done: runChecks(scopeOf<'gate'>(rig.deps, rig.context)) };
}

function leftServers(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith(`glidepath-check-${process.pid}-`));
}

test('checks of the gate run after their needs, each with an empty Postgres of its own that is gone afterwards', async () => {
  const services = ['postgres'];
  const { lines, done } = gate([
    resolvedCheck('second', { command: MAKES_DATABASES, services, needs: ['first'] }),
    resolvedCheck('first', { command: MAKES_DATABASES, services }),
  ]);
  const ran = { key: null, at: expect.any(Number) as number };
  expect(await done).toEqual({
    passed: ['first', 'second'],
    checks: [
      { name: 'first', ...ran },
      { name: 'second', ...ran },
    ],
  });
  expect(lines.filter((line) => line.includes('│ tables'))).toEqual([
    'first │ tables 0',
    'second │ tables 0',
  ]);
  expect(leftServers()).toEqual([]);
});

test('one that fails refuses, with its last lines and the command that runs it, and none after it is run', async () => {
  const { done } = gate([
    resolvedCheck('failing', { command: 'echo out of order; exit 3', services: ['postgres'] }),
    resolvedCheck('later', { command: 'touch later', needs: ['failing'] }),
  ]);
  await expect(done).rejects.toMatchObject({
    code: 'GATE_REFUSED',
    message: 'The check failing failed with exit code 3.',
    hint: 'Run it yourself: glidepath ci --only failing',
    output: ['out of order'],
  });
  expect(readdirSync(directory)).not.toContain('later');
  expect(leftServers()).toEqual([]);
});

test('a check sees the variables that it names, and never a database of somebody else', async () => {
  const secrets = { DATABASE_URL: 'postgres://production', NAMED: 'named', OTHER: 'other' };
  const command = 'echo "$NAMED/$OTHER/$CI" > seen; echo "$DATABASE_URL" >> seen';
  const { done } = gate(
    [resolvedCheck('seeing', { command, services: ['postgres'], env: ['NAMED', 'DATABASE_URL'] })],
    secrets,
  );
  await done;
  const [variables, url] = readFileSync(join(directory, 'seen'), 'utf8').split('\n');
  expect(variables).toBe('named//true');
  expect(url).toMatch(/^postgresql:\/\/app:.*@127\.0\.0\.1:\d+\/app_test$/);
});

test('a Postgres that is not there is refused with the one that is', async () => {
  const { done } = gate([resolvedCheck('old', { services: ['postgres:9'] })]);
  await expect(done).rejects.toMatchObject({
    code: 'PROVIDER_NOT_SUPPORTED',
    hint: expect.stringContaining('postgres()') as unknown,
  });
  expect(leftServers()).toEqual([]);
});
