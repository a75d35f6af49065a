import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';

/** Connects as its variables say, and says which database it has; needs nothing but what Postgres' protocol is. */
const DATABASE_CHECK = `
import { connect } from 'node:net';
const url = new URL(process.env.DATABASE_URL);
if (url.port !== process.env.PGPORT || url.hostname !== process.env.PGHOST) process.exit(4);
const socket = connect(Number(url.port), url.hostname, () => {
  // SSLRequest: a Postgres server answers it with one letter.
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
});
socket.once('data', (answer) => {
  console.log('Postgres answered ' + answer.toString()[0] + ' for ' + url.pathname);
  process.exit('SN'.includes(answer.toString()[0]) ? 0 : 5);
});
socket.once('error', () => process.exit(6));
`;

const CONFIG = `
import { check, defineProject, postgres } from 'glidepath';
export default defineProject({
  name: 'checked', apps: {}, environments: {},
  ci: {
    skip: ['docs/**', '*.md'],
    checks: {
      deps: check('mkdir -p out && echo "$$" >> out/deps', { prepares: true }),
      lint: check('echo linted >> out/lint', { needs: ['deps'] }),
      test: check('node database.mjs', { needs: ['deps'], services: [postgres()], env: ['DATABASE_URL', 'GREETING'] }),
      build: check('test -s out/deps && echo built "$GREETING" "[$UNNAMED]"', { needs: ['lint', 'test'], env: ['GREETING'] }),
      broken: check('echo about to fail; exit 7', { needs: ['lint'], fast: false }),
      stuck: check('sleep 60', { services: [postgres()], timeout: '200ms', fast: false }),
      endless: check('echo waiting; sleep 60', { services: [postgres()], fast: false }),
    },
  },
});
`;

interface CiDocument {
  readonly passed: boolean;
  readonly checks: readonly { readonly name: string; readonly status: string; readonly timedOut: boolean }[];
  readonly error?: { readonly code: string; readonly hint: string; readonly output: readonly string[] };
}

function rigWithChecks(): Promise<ProjectRig> {
  return projectRig({
    'glidepath.config.ts': CONFIG,
    'database.mjs': DATABASE_CHECK,
    '.gitignore': 'out\n.glidepath\n',
  });
}

/** Directories of servers that this rig's processes have started and not removed. */
async function serversOf(pids: readonly number[]): Promise<string[]> {
  const names = await readdir(tmpdir());
  return names.filter((name) => pids.some((pid) => name.startsWith(`glidepath-check-${pid}-`)));
}

test('checks run in the working copy, each after its needs, with a Postgres of its own', async () => {
  await using rig = await rigWithChecks();
  const env = { GREETING: 'hello', UNNAMED: 'never', DATABASE_URL: 'postgres://somebody@127.0.0.1:1/theirs' };
  const { code, stdout } = await rig.runWith(env, 'ci', '--fast');
  // Each after what it needs; lint and test do not wait for each other.
  expect(stdout).toMatch(/✓ deps[^]*✓ lint[^]*✓ build/);
  expect(stdout).toMatch(/✓ deps[^]*Postgres answered [SN] for \/app_test[^]*✓ test[^]*✓ build/);
  // What a check names is given to it, and nothing else; values are not shown.
  expect(stdout).toMatch(/built (hello|\*\*\*) \[\]/);
  expect(stdout).toMatch(/4 checks passed in .*; skipped: broken, stuck, endless/);
  expect(code).toBe(0);
});

test('one check alone runs after what prepares files for it, and not after what only holds', async () => {
  await using rig = await rigWithChecks();
  const { code, stdout } = await rig.run('ci', '--only', 'build');
  expect(code).toBe(0);
  expect(stdout).toMatch(/deps .*\n[^]*✓ deps[^]*build │ \$ test[^]*✓ build[^]*2 checks passed/);
  expect(existsSync(join(rig.dir, 'out/lint'))).toBe(false);
});

test('the first that fails ends it, with its last lines and the command that runs it again', async () => {
  await using rig = await rigWithChecks();
  const { code, stdout, stderr } = await rig.run('ci', '--only', 'broken', 'lint');
  expect(code).toBe(1);
  expect(stdout).toMatch(/✗ broken {2}failed with exit code 7/);
  expect(stderr).toMatch(/CHECK_FAILED/);
  expect(stderr).toMatch(/about to fail/);
  expect(stderr).toMatch(/glidepath ci --only broken/);
  const document = await rig.json<CiDocument>('ci', '--only', 'broken');
  expect(document).toMatchObject({
    passed: false,
    checks: [
      { name: 'deps', status: 'passed' },
      { name: 'broken', status: 'failed' },
    ],
    error: {
      code: 'CHECK_FAILED',
      hint: 'Run it again: glidepath ci --only broken\nAll it printed: .glidepath/reports/logs/broken.log',
      output: ['about to fail'],
    },
  });
});

test('the cause is shown wherever it was printed, and the whole output is kept until the check passes', async () => {
  const script = (end: string): string =>
    `echo "Cannot find package 'pg'"\nfor n in $(seq 1 90); do echo "at module $n"; done\n${end}\n`;
  await using rig = await projectRig({
    'glidepath.config.ts':
      "import { check, defineProject } from 'glidepath';\nexport default defineProject({ name: 'x', apps: {}, environments: {}, ci: { checks: { load: check('sh load.sh') } } });\n",
    'load.sh': script('exit 3'),
  });
  const { code, stderr } = await rig.run('ci');
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /│ Cannot find package 'pg'\n[^]*… \d+ lines not shown\n[^]*│ at module 89\n.*│ at module 90\n/,
  );
  expect(stderr).toContain('→ All it printed: .glidepath/reports/logs/load.log');
  const log = join(rig.dir, '.glidepath/reports/logs/load.log');
  expect(readFileSync(log, 'utf8').split('\n')).toHaveLength(92);
  expect(await rig.git('status', '--porcelain')).toBe('');
  rig.write('load.sh', script('exit 0'));
  expect((await rig.run('ci')).code).toBe(0);
  expect(existsSync(log)).toBe(false);
});

test('in a job of GitHub the output is folded away and a failure is an annotation', async () => {
  await using rig = await rigWithChecks();
  const { stdout, stderr } = await rig.runWith({ GITHUB_ACTIONS: 'true' }, 'ci', '--only', 'broken');
  expect(stdout).toContain('::group::broken · echo about to fail; exit 7\nabout to fail\n::endgroup::\n');
  const annotations = (stdout + stderr).split('\n').filter((line) => line.startsWith('::error'));
  expect(annotations).toEqual([
    expect.stringMatching(/^::error title=CHECK_FAILED::The check broken .*glidepath ci --only broken/),
  ]);
});

test('a check that does not end is ended, and a name that does not exist is named', async () => {
  await using rig = await rigWithChecks();
  const document = await rig.json<CiDocument>('ci', '--only', 'stuck');
  expect(document.checks).toMatchObject([{ name: 'stuck', status: 'failed', timedOut: true }]);
  const unknown = await rig.run('ci', '--only', 'stucc');
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/CHECK_UNKNOWN/);
});

test('Ctrl-C leaves no server behind, and what a killed process left goes with the next check', async () => {
  await using rig = await rigWithChecks();
  const interrupted = rig.start('ci', '--only', 'endless');
  await interrupted.printed(/waiting/);
  interrupted.child.kill('SIGINT');
  expect((await interrupted.result).code).toBe(130);
  const killed = rig.start('ci', '--only', 'endless');
  await killed.printed(/waiting/);
  killed.child.kill('SIGKILL');
  await killed.result;
  const pids = [interrupted, killed].map(({ child }) => child.pid ?? 0);
  expect((await rig.run('ci', '--only', 'test')).code).toBe(0);
  await expect.poll(() => serversOf(pids)).toEqual([]);
});

test('whether checks are needed is an output of the step, by what the event compares with', async () => {
  await using rig = await rigWithChecks();
  const before = (await rig.git('rev-parse', 'HEAD')).trim();
  rig.write('docs/a.txt', 'a\n');
  await rig.commit('Docs');
  const outputFile = join(rig.dir, 'out.txt');
  const affected = async (event: string, payload: object): Promise<string> => {
    writeFileSync(join(rig.dir, 'event.json'), JSON.stringify(payload));
    writeFileSync(outputFile, '');
    const { code } = await rig.runWith(
      {
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: event,
        GITHUB_EVENT_PATH: join(rig.dir, 'event.json'),
        GITHUB_OUTPUT: outputFile,
      },
      'ci',
      'affected',
    );
    expect(code).toBe(0);
    return readFileSync(outputFile, 'utf8');
  };
  expect(await affected('push', { before })).toBe('needed=false\nchecks=[]\n');
  expect(await affected('pull_request', { pull_request: { base: { sha: before } } })).toMatch(
    /^needed=false/,
  );
  expect(await affected('push', { before: '0'.repeat(40) })).toMatch(/^needed=true\nchecks=\["deps","lint"/);
  expect(await affected('push', { before: 'e'.repeat(40) })).toMatch(/^needed=true/);
  expect(await affected('workflow_dispatch', {})).toMatch(/^needed=true/);
  const outside = await rig.json<{ needed: boolean; changed: string[] }>('ci', 'affected');
  // On main itself: nothing is committed that main does not have, but the two files of this test lie there.
  expect(outside).toMatchObject({ needed: true, changed: ['event.json', 'out.txt'] });
});
