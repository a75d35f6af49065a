import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { securityDockerfile } from '../../src/cli/commands/security-dockerfile.ts';
import { securitySecrets } from '../../src/cli/commands/security-secrets.ts';
import { securityWorkflows } from '../../src/cli/commands/security-workflows.ts';
import { securityRig, type SecurityRig } from '../support/security-rig.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TYPED = { sarif: null, isRequired: false, history: 0 };

const open: Disposable[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each[Symbol.dispose]();
});

function rigOf(...args: Parameters<typeof securityRig>): SecurityRig {
  const rig = securityRig(...args);
  open.push(rig);
  return rig;
}

/** Put together here, so that nothing in this repository looks like one. */
const letters = (count: number, seed = 7): string =>
  Array.from({ length: count }, (_, at) =>
    'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'.at((at * seed * (at + 3) + seed) % 62),
  ).join('');
const small = (count: number): string => letters(count).toLowerCase();
const SECRETS: Readonly<Record<string, readonly [id: string, value: string]>> = {
  'aws.env': ['secret-aws', `AWS_SECRET_ACCESS_KEY=${letters(40)}`],
  'github.yml': ['secret-github', `token: ${['ghp', letters(36)].join('_')}`],
  'slack.js': ['secret-slack', `post('${['xoxb', '123456789012', '1234567890123', letters(24)].join('-')}')`],
  'rsa.txt': [
    'secret-privatekey',
    generateKeyPairSync('rsa', { modulusLength: 1024 })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString(),
  ],
  'ed25519.txt': [
    'secret-privatekey',
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  ],
  '.npmrc': ['secret-npm', `//npm.acme.dev/:_authToken=${['npm', letters(36)].join('_')}`],
  'fly.sh': ['secret-fly', `fly auth ${['FlyV1 fm2', letters(80)].join('_')}`],
  'fly-old.sh': ['secret-fly', ['fo1', letters(43)].join('_')],
  'neon.ts': ['secret-neon', `const key = '${['napi', small(64)].join('_')}';`],
  'vercel.env': ['secret-vercel', `VERCEL_TOKEN=${letters(24)}`],
  'vercel-new.env': ['secret-vercel', ['vcp', letters(56)].join('_')],
  'db.env': [
    'secret-database-connection-string',
    `DATABASE_URL=postgres://shop:${letters(20)}@ep-cool.eu-central-1.aws.neon.tech/shop`,
  ],
  'cache.env': ['secret-address', `REDIS_URL=rediss://default:${letters(20)}@cache.acme.dev:6379`],
  'pg.sh': ['secret-postgres', `PGPASSWORD=${letters(20)} psql`],
};

describe('secrets', () => {
  test('of every platform are found with their place, and never printed', async () => {
    const rig = rigOf(
      Object.fromEntries(Object.entries(SECRETS).map(([path, [, text]]) => [path, `first line\n${text}\n`])),
    );
    const context = rig.context({ json: true });
    expect(await securitySecrets(context, { ...TYPED, sarif: 'secrets.sarif' })).toBe(1);
    const { refused } = JSON.parse(context.printed.out) as {
      refused: { id: string; place: { path: string; line: number } }[];
    };
    for (const [path, [id]] of Object.entries(SECRETS))
      expect(
        refused.filter(({ place }) => place.path === path).map((each) => [each.id, each.place.line]),
        path,
      ).toContainEqual([id, 2]);
    const printed =
      context.printed.out + context.printed.error + readFileSync(join(rig.root, 'secrets.sarif'), 'utf8');
    const values = Object.values(SECRETS).flatMap(([, text]) =>
      text.split(/[\s'=:@/(),]+/).filter((word) => word.length >= 20 && !word.includes('.')),
    );
    expect(values.length).toBeGreaterThan(10);
    expect(values.filter((value) => printed.includes(value))).toEqual([]);
  });

  test('that are examples, or have a directive with a reason, are left alone', async () => {
    const [, key] = SECRETS['neon.ts'] ?? [];
    const rig = rigOf({
      'docs.md': [
        'postgres://user:s3cr3t-value@localhost:5432/shop',
        'postgres://ada:horse-battery@db.example.com/shop',
        'postgres://app:longenough1@db/shop',
        'https://ada:correct-horse@git.example.com/x',
      ].join('\n'),
      'with.ts': `// glidepath-ignore secret-neon: a key that was taken back in 2025\n${key}\n`,
      'without.ts': `// glidepath-ignore secret-neon:\n${key}\n`,
    });
    const context = rig.context();
    await expect(securitySecrets(context, TYPED)).rejects.toMatchObject({ code: 'SECURITY_FOUND' });
    expect(context.printed.out).toContain('without.ts:2');
    expect(context.printed.out).toContain(
      'secret-neon in with.ts:2 is ignored: a key that was taken back in 2025',
    );
    expect(context.printed.out).toContain('1 finding (1 critical)');
  });

  test('that a later commit took away are found in the history', async () => {
    const rig = rigOf({ 'a.ts': 'const a = 1;\n' });
    const [, key = ''] = SECRETS['neon.ts'] ?? [];
    rig.write({ 'a.ts': key });
    rig.git('commit', '--quiet', '--all', '--message', 'Add a key');
    rig.write({ 'a.ts': 'const a = 2;\n' });
    rig.git('commit', '--quiet', '--all', '--message', 'Take it away');
    expect(await securitySecrets(rig.context(), TYPED)).toBe(0);
    expect(await securitySecrets(rig.context(), { ...TYPED, history: 1 })).toBe(0);
    const context = rig.context();
    await expect(securitySecrets(context, { ...TYPED, history: 10 })).rejects.toMatchObject({
      code: 'SECURITY_FOUND',
    });
    expect(context.printed.out.replaceAll(/\s+/g, ' ')).toContain(
      `added by commit ${rig.git('rev-parse', 'HEAD~1').slice(0, 10)}`,
    );
  });

  test('are looked for in 5,000 files within seconds, binary and large files by name left out', async () => {
    const text =
      'export const total = (cart) => cart.items.reduce((sum, item) => sum + item.price, 0);\n'.repeat(30);
    const files = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, at) => [`src/${at % 50}/file-${at}.ts`, text]),
    );
    const rig = rigOf({
      ...files,
      'logo.png': new Uint8Array([137, 80, 78, 71, 0, 1, 2]),
      'huge.json': ' '.repeat(1_100_000),
    });
    const context = rig.context();
    const from = process.cpuUsage();
    expect(await securitySecrets(context, TYPED)).toBe(0);
    // Some three seconds of work, which takes as long as it likes on a machine that has other work to do.
    const { user, system } = process.cpuUsage(from);
    expect((user + system) / 1_000_000).toBeLessThan(20);
    expect(context.printed.out).toContain('Nothing found in 5001 files');
    expect(context.printed.out).toContain('1 binary file passed over.');
    expect(context.printed.out).toContain('huge.json is larger than 1 MB and was skipped.');
  });
});

describe('Dockerfiles', () => {
  test('of the project are found by their names, with the .dockerignore that holds for each', async () => {
    const all = 'FROM node:24-bookworm-slim\nCOPY . .\nUSER node\n';
    const rig = rigOf({
      Dockerfile: all,
      'apps/api/api.Dockerfile': all,
      'apps/api/api.Dockerfile.dockerignore': '.git\n.env*\n',
      'Dockerfile.md': 'FROM nothing',
      'test/fixtures/Dockerfile': 'FROM nothing',
    });
    const context = rig.context({ json: true });
    expect(await securityDockerfile(context, [], TYPED)).toBe(1);
    const { refused, looked } = JSON.parse(context.printed.out) as {
      looked: string;
      refused: { id: string; place: object }[];
    };
    expect(looked).toBe('2 Dockerfiles');
    expect(refused.map(({ id, place }) => [id, place])).toEqual([
      ['docker-copy-all', { path: 'Dockerfile', line: 2 }],
    ]);
    await expect(securityDockerfile(context, ['nowhere'], TYPED)).rejects.toMatchObject({
      code: 'CLI_USAGE',
    });
  });

  test('that Glidepath writes are clean, in all examples', async () => {
    const listed = execFileSync('git', ['ls-files', 'examples'], { cwd: ROOT, encoding: 'utf8' }).split('\n');
    const files = listed.filter((path) => /(^|\/)Dockerfile$/.test(path));
    expect(files.length).toBeGreaterThan(3);
    const rig = rigOf(
      Object.fromEntries(files.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')])),
    );
    const ignores = files.map((path) => [`${path}.dockerignore`, '.git\n.env*\n']);
    rig.write(Object.fromEntries(ignores));
    const context = rig.context({ json: true });
    expect(await securityDockerfile(context, [], TYPED)).toBe(0);
    expect(JSON.parse(context.printed.out)).toMatchObject({ refused: [], tolerated: [] });
  });
});

test('GitHub workflows are judged by the policy: an error is high, and may be excepted', async () => {
  const workflow =
    'name: ci\non: pull_request_target\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          ref: ${{ github.head_ref }}\n      - run: echo ${{ github.event.pull_request.title }}\n';
  const files = { '.github/workflows/ci.yml': workflow };
  const context = rigOf(files).context({ json: true });
  expect(await securityWorkflows(context, TYPED)).toBe(1);
  const { refused } = JSON.parse(context.printed.out) as { refused: { id: string; severity: string }[] };
  const ids = [...new Set(refused.map(({ id }) => id))];
  expect(ids.length).toBeGreaterThan(0);
  const exceptions = ids.map((id) => ({
    id,
    in: '.github/workflows/ci.yml',
    reason: 'only an example',
    expires: '2999-12-31',
  }));
  const excepted = rigOf(files, { exceptions }).context({ json: true });
  expect(await securityWorkflows(excepted, TYPED)).toBe(0);
  expect(readdirSync(join(ROOT, 'docs/reference'))).toContain('workflow-rules.md');
});
