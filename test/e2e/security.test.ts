import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { projectRig, type CliResult, type ProjectRig } from '../support/project-rig.ts';

const CONFIG = `
import { audit, defineProject, dockerfileScan, licences, sbom, secretScan } from 'glidepath';
export default defineProject({
  name: 'shop', apps: {}, environments: {},
  ci: {
    checks: { audit: audit(), secrets: secretScan(), dockerfiles: dockerfileScan(), licences: licences(), sbom: sbom() },
    security: {
      failOn: 'high',
      advisories: 'advisories',
      licences: ['MIT', 'BSD-3-Clause'],
      exceptions: [{ id: 'docker-npm-install', in: 'Dockerfile', reason: 'the lock file comes next week', expires: '2999-12-31' }],
    },
  },
});
`;
const LOCK = {
  name: 'shop',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'shop', version: '1.0.0', dependencies: { express: '4.18.0' } },
    'node_modules/express': { version: '4.18.0', license: 'MIT', dependencies: { qs: '6.9.0' } },
    'node_modules/qs': { version: '6.9.0', license: 'BSD-3-Clause' },
  },
};
const ADVISORY = {
  id: 'GHSA-hrpp-h998-j3pp',
  aliases: ['CVE-2022-24999'],
  summary: 'qs vulnerable to Prototype Pollution',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'qs' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '6.9.0' }, { fixed: '6.9.7' }] }],
    },
  ],
};
const DOCKERFILE = `FROM node:24.4.1-bookworm-slim
WORKDIR /app
COPY package.json ./
RUN npm install
USER 1000
CMD ["node", "server.js"]
`;
/** Put together here, so that nothing in this repository looks like one. */
const TOKEN = ['gh', `p_${'a1B2'.repeat(9)}`].join('');

const FILES = {
  'glidepath.config.ts': CONFIG,
  'package.json': JSON.stringify({ name: 'shop', version: '1.0.0', dependencies: { express: '4.18.0' } }),
  'package-lock.json': JSON.stringify(LOCK),
  'advisories/qs.json': JSON.stringify(ADVISORY),
  Dockerfile: DOCKERFILE,
  '.gitignore': '.glidepath\n',
};

let rig: ProjectRig;
beforeAll(async () => {
  rig = await projectRig(FILES);
});
beforeEach(() => {
  for (const [file, content] of Object.entries(FILES)) rig.write(file, content);
});
afterAll(async () => rig[Symbol.asyncDispose]());

const security = async (...args: string[]): Promise<CliResult> => rig.run('security', ...args);

interface Judged {
  readonly refused: readonly { readonly id: string; readonly severity: string; readonly package: string }[];
  readonly excepted: readonly unknown[];
}

test('audit names a weak package, how it comes in and what mends it; mended, it is passed', async () => {
  const weak = await security('audit', '--offline', '--sarif', 'out/audit.sarif');
  expect([weak.code, weak.stderr]).toEqual([1, expect.stringContaining('SECURITY_FOUND')]);
  expect(weak.stdout).toContain(
    '✗ qs@6.9.0: qs vulnerable to Prototype Pollution; it comes in by shop > express@4.18.0 > qs@6.9.0.',
  );
  expect(weak.stdout).toContain('Fixed in 6.9.7: npm update qs');
  expect(readFileSync(join(rig.dir, 'out/audit.sarif'), 'utf8')).toContain('GHSA-hrpp-h998-j3pp');
  const { code, stdout } = await security('audit', '--offline', '--json');
  const { refused } = JSON.parse(stdout) as Judged;
  expect([code, refused]).toMatchObject([
    1,
    [{ id: 'GHSA-hrpp-h998-j3pp', severity: 'high', package: 'qs@6.9.0' }],
  ]);
  rig.write('package-lock.json', JSON.stringify(LOCK).replace('"version":"6.9.0"', '"version":"6.9.7"'));
  const mended = await security('audit', '--offline', '--require');
  expect([mended.code, mended.stdout, mended.stderr]).toEqual([
    0,
    '✓ Nothing found in 2 packages of 1 lock file\n',
    '',
  ]);
});

test('secrets are found by their place and printed nowhere, and not twice in a job that runs them as a check', async () => {
  rig.write('src/keys.js', `export const key = '${TOKEN}';\n`);
  const found = await security('secrets', '--sarif', 'out/secrets.sarif');
  expect([found.code, found.stdout]).toEqual([
    1,
    expect.stringContaining('src/keys.js:1  critical  secret-github'),
  ]);
  const log = readFileSync(join(rig.dir, 'out/secrets.sarif'), 'utf8');
  expect([found.stdout, found.stderr, log].join('\n')).not.toContain(TOKEN.slice(4));
  const job = await rig.runWith({ GITHUB_ACTIONS: 'true' }, 'ci', '--only', 'secrets');
  expect(job.code).toBe(1);
  const titles = [...(job.stdout + job.stderr).matchAll(/^::error .*?title=([^:,]+)/gm)].map(
    ([, title]) => title,
  );
  expect(titles).toHaveLength(2);
  expect(new Set(titles)).toEqual(new Set(['CHECK_FAILED', 'secret-github']));
  rig.write('src/keys.js', '');
  expect((await security('secrets')).code).toBe(0);
});

test('a Dockerfile is judged by the policy, with its exceptions', async () => {
  const excepted = await security('dockerfile');
  expect([excepted.code, excepted.stdout]).toEqual([
    0,
    expect.stringContaining(
      'docker-npm-install in Dockerfile:4 is accepted until 2999-12-31: the lock file comes next week',
    ),
  ]);
  rig.write('Dockerfile', DOCKERFILE.replace('node:24.4.1-bookworm-slim', 'node:latest'));
  const refused = await security('dockerfile', '--json');
  const judged = JSON.parse(refused.stdout) as Judged;
  expect([refused.code, judged.refused.map(({ id }) => id), judged.excepted.length]).toEqual([
    1,
    ['docker-base-latest'],
    1,
  ]);
  const nothing = await security('dockerfile', 'nowhere/Dockerfile');
  expect([nothing.code, nothing.stderr]).toEqual([2, expect.stringContaining('CLI_USAGE')]);
});

test('the bill of materials has every package with its licence, twice the same', async () => {
  const { code, stdout } = await security('sbom');
  expect(code).toBe(0);
  const bill = JSON.parse(stdout) as { readonly components: readonly { readonly purl?: string }[] };
  expect(bill.components.map(({ purl }) => purl)).toEqual(
    expect.arrayContaining(['pkg:npm/express@4.18.0', 'pkg:npm/qs@6.9.0']),
  );
  expect((await security('sbom', '--output', 'out/bill.json')).code).toBe(0);
  expect(readFileSync(join(rig.dir, 'out/bill.json'), 'utf8')).toBe(stdout);
  // A directory is no place for a file: said as the mistake that it is.
  const onto = await security('sbom', '--output', 'out');
  expect([onto.code, onto.stderr]).toEqual([2, expect.stringContaining('Cannot write')]);
  // The old word is taken, too.
  for (const word of ['licenses', 'licences']) {
    const { code: ended, stdout: table } = await security(word);
    expect([ended, table]).toEqual([0, expect.stringMatching(/LICENSE[^]*BSD-3-Clause/)]);
  }
});

test('an image is looked into without a container engine, and what is no image is told so', async () => {
  rig.write('image.tar', 'no tar at all');
  const spoilt = await security('image', 'image.tar');
  expect([spoilt.code, spoilt.stderr]).toEqual([1, expect.stringContaining('IMAGE_UNREADABLE')]);
  const none = await security('image');
  expect([none.code, none.stdout]).toEqual([0, expect.stringContaining('NOT CHECKED')]);
  const required = await security('image', '--require');
  expect([required.code, required.stderr]).toEqual([1, expect.stringContaining('SECURITY_INCOMPLETE')]);
  expect(existsSync(join(rig.dir, 'image'))).toBe(false);
});
