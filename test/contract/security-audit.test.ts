import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { chmodSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { securityAudit } from '../../src/cli/commands/security-audit.ts';
import { securityRig, type SecurityRig } from '../support/security-rig.ts';

const LOCK = JSON.stringify({
  name: 'shop',
  lockfileVersion: 3,
  packages: {
    '': {
      name: 'shop',
      version: '1.0.0',
      dependencies: { express: '^4.0.0' },
      devDependencies: { tool: '1.0.0' },
    },
    'node_modules/express': { version: '4.18.0', dependencies: { qs: '6.9.0' } },
    'node_modules/qs': { version: '6.9.0' },
    'node_modules/tool': { version: '1.0.0', dev: true },
  },
});

const FILES = { 'package.json': '{"name":"shop"}', 'package-lock.json': LOCK };
const TYPED = { sarif: null, isRequired: false, isOffline: false };

const open: Disposable[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
});

function rigOf(...args: Parameters<typeof securityRig>): SecurityRig {
  const rig = securityRig(...args);
  open.push(rig);
  return rig;
}

/** A registry that answers what it is told, in order, and the last for ever. */
async function registry(...answers: readonly { readonly status: number; readonly body: unknown }[]): Promise<{
  readonly url: string;
  readonly questions: {
    readonly path: string;
    readonly body: unknown;
    readonly authorization: string | undefined;
  }[];
}> {
  const questions: { path: string; body: unknown; authorization: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body: unknown = JSON.parse(gunzipSync(Buffer.concat(chunks)).toString());
      questions.push({ path: request.url ?? '', body, authorization: request.headers.authorization });
      const answer = answers[Math.min(questions.length, answers.length) - 1];
      response.writeHead(answer?.status ?? 500, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer?.body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push({ [Symbol.dispose]: () => void server.close() });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, questions };
}

const BAD_QS = {
  qs: [
    {
      id: 1,
      url: 'https://github.com/advisories/GHSA-hrpp-h998-j3pp',
      title: 'qs vulnerable to Prototype Pollution',
      severity: 'high',
      vulnerable_versions: '>=6.9.0 <6.9.7',
    },
  ],
};

describe('the registry of npm', () => {
  test('is asked as npm asks it, and what it says is found with the way in and what to do', async () => {
    const npm = await registry({ status: 200, body: BAD_QS });
    const rig = rigOf({
      ...FILES,
      '.npmrc': `registry=${npm.url}/\n//${npm.url.slice(7)}/:_authToken=\${TOKEN}\n`,
    });
    const context = rig.context({ env: { TOKEN: 'opens-it', HOME: rig.root } });
    await expect(securityAudit(context, { ...TYPED, sarif: 'reports/audit.sarif' })).rejects.toMatchObject({
      code: 'SECURITY_FOUND',
    });
    expect(npm.questions).toEqual([
      {
        path: '/-/npm/v1/security/advisories/bulk',
        body: { express: ['4.18.0'], qs: ['6.9.0'], tool: ['1.0.0'] },
        authorization: 'Bearer opens-it',
      },
    ]);
    expect(context.printed.out).toContain('it comes in by shop > express@4.18.0 > qs@6.9.0');
    expect(context.printed.out).toContain('Fixed in 6.9.7: npm update qs');
    const sarif = JSON.parse(readFileSync(join(rig.root, 'reports/audit.sarif'), 'utf8')) as {
      runs: { results: { ruleId: string }[] }[];
    };
    expect(sarif.runs.flatMap(({ results }) => results.map(({ ruleId }) => ruleId))).toEqual([
      'GHSA-hrpp-h998-j3pp',
    ]);
  });

  test('that fails once is asked again; one that has no advisories is named, and fails only where it is required', async () => {
    const late = await registry({ status: 503, body: {} }, { status: 200, body: {} });
    const rig = rigOf(FILES);
    expect(
      await securityAudit(rig.context({ env: { npm_config_registry: late.url, HOME: rig.root } }), TYPED),
    ).toBe(0);
    expect(late.questions.length).toBe(2);

    const without = await registry({ status: 405, body: {} });
    const context = rig.context({ env: { npm_config_registry: without.url, HOME: rig.root } });
    expect(await securityAudit(context, TYPED)).toBe(0);
    expect(without.questions.length).toBe(1);
    expect(context.printed.out).toMatch(/NOT CHECKED: 127\.0\.0\.1:\d+ answered 405/);
    await expect(securityAudit(context, { ...TYPED, isRequired: true })).rejects.toMatchObject({
      code: 'SECURITY_INCOMPLETE',
    });
  });

  test('that answers with something else is not believed', async () => {
    const strange = await registry({ status: 200, body: { message: 'hello' } });
    const rig = rigOf(FILES);
    const context = rig.context({ json: true, env: { npm_config_registry: strange.url, HOME: rig.root } });
    expect(await securityAudit(context, TYPED)).toBe(0);
    expect(JSON.parse(context.printed.out)).toMatchObject({
      refused: [],
      skipped: [expect.stringContaining('something else than advisories')],
    });
  });
});

const OSV = {
  id: 'GHSA-aaaa-bbbb-cccc',
  aliases: ['CVE-2026-1'],
  summary: 'qs reads too much',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'qs' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '6.9.7' }] }],
    },
  ],
};

describe('a file of advisories', () => {
  const offline = { ...TYPED, isOffline: true };

  test('is enough without a network, also as a directory of files and as lines', async () => {
    for (const files of [
      { 'osv.json': JSON.stringify([OSV]) },
      { 'osv.json/one.json': JSON.stringify(OSV) },
      {
        'osv.json': `${JSON.stringify(OSV)}\n${JSON.stringify({ ...OSV, id: 'X-2', withdrawn: '2026-01-01T00:00:00Z' })}\n`,
      },
    ]) {
      const rig = rigOf({ ...FILES, ...files }, { advisories: 'osv.json' });
      const context = rig.context({ json: true });
      expect(await securityAudit(context, offline)).toBe(1);
      expect(JSON.parse(context.printed.out)).toMatchObject({
        refused: [{ id: 'GHSA-aaaa-bbbb-cccc', severity: 'high' }],
        skipped: [],
      });
    }
  });

  test('that is not there, or holds something else, is named', async () => {
    const rig = rigOf({ ...FILES, 'osv.json': '{"hello": 1}' }, { advisories: 'osv.json' });
    await expect(securityAudit(rig.context(), { ...offline, isRequired: true })).rejects.toMatchObject({
      code: 'SECURITY_INCOMPLETE',
    });
    const none = rigOf(FILES, { advisories: 'nowhere' });
    const context = none.context();
    expect(await securityAudit(context, offline)).toBe(0);
    expect(context.printed.out).toMatch(/There is no .*nowhere, which/);
  });

  test('an exception by its alias holds until its day, and then no more', async () => {
    const exception = { id: 'cve-2026-1', in: 'qs', reason: 'only our own queries reach it' };
    const files = { ...FILES, 'osv.json': JSON.stringify(OSV) };
    const held = rigOf(files, {
      advisories: 'osv.json',
      exceptions: [{ ...exception, expires: '2999-12-31' }],
    }).context();
    expect(await securityAudit(held, offline)).toBe(0);
    expect(held.printed.out).toContain('is accepted until 2999-12-31: only our own queries reach it');

    const over = rigOf(files, {
      advisories: 'osv.json',
      exceptions: [{ ...exception, expires: '2026-01-31' }],
    }).context();
    await expect(securityAudit(over, offline)).rejects.toMatchObject({ code: 'SECURITY_FOUND' });
    expect(over.printed.out).toContain('ended on 2026-01-31: it counts again');

    const unused = rigOf(FILES, { exceptions: [{ ...exception, expires: '2999-12-31' }] }).context();
    expect(await securityAudit(unused, offline)).toBe(0);
    expect(unused.printed.out).toContain('matches nothing any more');
  });
});

describe('mix', () => {
  const files = {
    'mix.exs':
      'defmodule Shop.MixProject do\n def project, do: [app: :shop, deps: deps()]\n defp deps, do: [{:plug, "~> 1.0"}]\nend',
    'mix.lock': '%{\n  "plug": {:hex, :plug, "1.3.0", "aa", [:mix], [], "hexpm", "bb"},\n}\n',
  };

  test('is named where it is not there', async () => {
    const rig = rigOf(files);
    const context = rig.context({ env: { PATH: '/nowhere' } });
    expect(await securityAudit(context, TYPED)).toBe(0);
    expect(context.printed.out).toContain('mix is not installed: hex.audit and deps.audit did not check');
  });

  test('is asked where it is, and what its two tasks print is found', async () => {
    const audit = JSON.stringify({
      pass: false,
      vulnerabilities: [
        {
          advisory: {
            id: 'GHSA-5v4m-c73v-c7gq',
            package: 'plug',
            title: 'Null bytes in names',
            severity: 'high',
            first_patched_versions: ['1.3.5'],
          },
          dependency: { package: 'plug', version: '1.3.0' },
        },
      ],
    });
    const mix = `#!/bin/sh\nif [ "$1" = hex.audit ]; then printf 'Dependency  Version  Retirement reason\\nplug        1.3.0    (security) read the changelog\\nFound retired packages\\n'; exit 1; fi\necho '${audit}'\nexit 1\n`;
    const rig = rigOf({ ...files, 'bin/mix': mix });
    chmodSync(join(rig.root, 'bin/mix'), 0o755);
    const context = rig.context({ json: true, env: { PATH: `${rig.root}/bin:${process.env['PATH']}` } });
    expect(await securityAudit(context, TYPED)).toBe(1);
    const { refused } = JSON.parse(context.printed.out) as { refused: { id: string; hint: string }[] };
    expect(refused.map(({ id }) => id).toSorted()).toEqual(['GHSA-5v4m-c73v-c7gq', 'hex-retired-plug']);
    expect(refused.find(({ id }) => id.startsWith('GHSA'))?.hint).toBe(
      'Fixed in 1.3.5: mix deps.update plug',
    );
  });

  test('whose tasks are not there says nothing that is known, and that is named', async () => {
    const rig = rigOf({
      ...files,
      'bin/mix': '#!/bin/sh\necho "** (Mix) The task could not be found"\nexit 1\n',
    });
    chmodSync(join(rig.root, 'bin/mix'), 0o755);
    const context = rig.context({ env: { PATH: `${rig.root}/bin:${process.env['PATH']}` } });
    expect(await securityAudit(context, TYPED)).toBe(0);
    expect(context.printed.out).toContain('mix deps.audit did not check mix.lock: it ended with 1');
  });
});

test('a lock file that cannot be read is named, and stops nothing', async () => {
  const rig = rigOf({ 'package-lock.json': '{', 'b/yarn.lock': 'x y z\n' });
  const context = rig.context();
  expect(await securityAudit(context, { ...TYPED, isOffline: true })).toBe(0);
  expect(context.printed.out).toContain('package-lock.json is no JSON');
  expect(context.printed.out).toContain('b/yarn.lock:1 is nothing that Yarn 1 writes');
  expect(context.printed.out).not.toContain('There is no lock file');
});
