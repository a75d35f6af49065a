import { createHash } from 'node:crypto';
import { cpSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { BASE_IMAGE, findDocker } from '../support/docker.ts';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';

const docker = await findDocker();

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the checks of microbima load; a link to it would lead out of the checkout. */
const PACKAGES =
  /^(pg|pg-.*|pgpass|postgres-.*|split2|xtend|rolldown|@rolldown|@oxc-project|@emnapi|@napi-rs|@tybys|tslib)$/;
const ENV = { DOCKER_HOST: process.env['DOCKER_HOST'] ?? '' };

interface CiDocument {
  readonly passed: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly exitCode: number | null;
  }[];
  readonly error?: { readonly code: string };
}

describe.skipIf(docker === null)('glidepath ci --container (needs a Docker engine)', () => {
  let rig: ProjectRig;
  afterEach(async () => {
    await rig[Symbol.asyncDispose]();
  });

  const ci = async (...args: string[]): Promise<CiDocument> => {
    const { stdout, stderr } = await rig.runWith(ENV, 'ci', '--json', ...args);
    expect(stdout, stderr).toMatch(/^\{/);
    return JSON.parse(stdout) as CiDocument;
  };

  test('microbima gives the same in both: verdicts, outputs and reports', async () => {
    rig = await projectRig({});
    cpSync(join(ROOT, 'examples', 'microbima'), rig.dir, {
      recursive: true,
      filter: (path) => !/node_modules|\/dist$|\/\.glidepath/.test(path.slice(ROOT.length)),
    });
    const config = readFileSync(join(rig.dir, 'glidepath.config.ts'), 'utf8');
    rig.write(
      'glidepath.config.ts',
      config.replace(/\n {2}ci: \{\n/, `\n  ci: {\n    container: { image: '${BASE_IMAGE}' },\n`),
    );
    for (const name of readdirSync(join(ROOT, 'node_modules')).filter((entry) => PACKAGES.test(entry)))
      cpSync(join(ROOT, 'node_modules', name), join(rig.dir, 'node_modules', name), {
        recursive: true,
        dereference: true,
      });
    rig.write('.gitignore', 'node_modules\ndist\n');
    await rig.commit('Microbima in containers');
    const only = ['--force', '--keep-going', '--only', 'test', 'build', 'secrets', 'dockerfiles'];
    const results = [];
    for (const where of [[], ['--container']]) {
      rmSync(join(rig.dir, 'dist'), { recursive: true, force: true });
      rmSync(join(rig.dir, '.glidepath', 'reports'), { recursive: true, force: true });
      const document = await ci(...where, ...only);
      const { passed, checks } = document;
      expect(passed, JSON.stringify(document, null, 1)).toBe(true);
      results.push({
        passed,
        checks: checks.map(({ name, status, exitCode }) => [name, status, exitCode]),
        dist: digestsBelow(join(rig.dir, 'dist')),
        reports: casesIn(readFileSync(join(rig.dir, '.glidepath/reports/test.xml'), 'utf8')),
      });
    }
    expect(results[1]).toEqual(results[0]);
    expect(Object.keys(results[0]?.dist ?? {}).length).toBeGreaterThan(2);
    expect(results[0]?.reports.length).toBeGreaterThan(10);
    expect(await ci('--container', ...only.slice(1))).toMatchObject({ passed: true });
    expect(await rig.git('status', '--porcelain')).toBe('');
  });

  test('a check with a database runs in its image, what it changes is named, and what was kept is kept apart', async () => {
    rig = await projectRig({
      'glidepath.config.ts': config(`{ image: '${BASE_IMAGE}' }`),
      'ask.mjs': ASK,
      '.gitignore': 'dist\n',
    });
    const first = await ci('--container', '--only', 'database');
    expect(first).toMatchObject({ passed: true });
    expect(readFileSync(join(rig.dir, 'dist', 'said'), 'utf8')).toBe('R');
    // On the host it is another key: nothing that a container made is taken for it.
    const { stdout } = await rig.runWith(ENV, 'ci', '--only', 'database', '--verbose');
    expect(stdout).toMatch(/database .*ran/);
    const wrong = await ci('--container', '--only', 'writes');
    expect(wrong).toMatchObject({ passed: false, error: { code: 'CHECK_WROTE_OUTSIDE' } });
    expect(JSON.stringify(wrong)).toContain('ask.mjs');
    expect(await rig.git('status', '--porcelain')).toBe('');
  });

  test('without an engine it is ENGINE_MISSING, without an image CONFIG_MISSING_KEY, and nothing ran', async () => {
    rig = await projectRig({ 'glidepath.config.ts': config(`{ image: '${BASE_IMAGE}' }`), 'ask.mjs': ASK });
    const away = { DOCKER_HOST: `unix://${rig.dir}/nothing.sock` };
    const missing = await rig.runWith(away, 'ci', '--container', '--only', 'writes');
    expect([missing.code, missing.stderr]).toEqual([1, expect.stringContaining('ENGINE_MISSING')]);
    expect(await rig.git('status', '--porcelain')).toBe('');
    rig.write('glidepath.config.ts', config(null));
    const unnamed = await rig.runWith(ENV, 'ci', '--container');
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('CONFIG_MISSING_KEY')]);
    expect(existsSync(join(rig.dir, 'dist'))).toBe(false);
  });
});

const config = (container: string | null): string => `
import { check, defineProject, postgres } from 'glidepath';
export default defineProject({
  name: 'contained',
  apps: {},
  environments: {},
  ci: {
    ${container === null ? '' : `container: ${container},`}
    checks: {
      database: check('mkdir -p dist && node ask.mjs', { services: [postgres()], outputs: ['dist/**'] }),
      writes: check('echo "// changed" >> ask.mjs'),
    },
  },
});
`;

/** Says hello to the database, as libpq does, and keeps the first letter of its answer: R asks for a password. */
const ASK = `
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
const { hostname, port } = new URL(process.env.DATABASE_URL);
const socket = connect(Number(port), hostname);
const fields = Buffer.from('user\\0app\\0database\\0app_test\\0\\0');
const head = Buffer.alloc(8);
head.writeInt32BE(8 + fields.length, 0);
head.writeInt32BE(196608, 4);
socket.write(Buffer.concat([head, fields]));
const said = await new Promise((resolve, reject) => socket.once('data', resolve).once('error', reject));
writeFileSync('dist/said', said.toString('latin1').slice(0, 1));
socket.destroy();
`;

function digestsBelow(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name);
        const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
        return [file.slice(directory.length + 1), `${digest} ${lstatSync(file).mode}`];
      }),
  );
}

/** The names of the test cases of a JUnit report, in its order, with what failed of them. */
function casesIn(xml: string): string[] {
  return [...xml.matchAll(/<testcase name="([^"]*)"[^>]*?(\/?)>/g)].map(
    ([, name = '', end = '']) => `${name} ${end === '/' ? 'passed' : 'has more'}`,
  );
}
