import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';

const CONFIG = `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'checked', apps: {}, environments: {},
  ci: {
    skip: ['docs/**'],
    checks: {
      build: check('mkdir -p api/dist && cat api/src/*.txt > api/dist/out', { inputs: ['api/src/**'], outputs: ['api/dist/**'] }),
      api: check('test -s api/dist/out && echo api is right', { needs: ['build'], inputs: ['api/test/**'] }),
      web: check('echo web is right', { inputs: ['web/**'] }),
      e2e: check('echo all is right', { needs: ['api', 'web'], inputs: ['e2e/**'], fast: false }),
      self: check('glidepath --version', { inputs: ['web/**'], fast: false }),
    },
  },
});
`;

const FILES = {
  'glidepath.config.ts': CONFIG,
  '.gitignore': 'dist\n.glidepath\n',
  'api/src/a.txt': 'a\n',
  'api/test/t.txt': 't\n',
  'web/w.txt': 'w\n',
  'e2e/e.txt': 'e\n',
  'docs/d.md': 'd\n',
};

interface CiDocument {
  readonly passed: boolean;
  readonly savedMs: number;
  readonly criticalPath: { readonly checks: readonly string[]; readonly durationMs: number };
  readonly checks: readonly {
    readonly name: string;
    readonly status: string;
    readonly from: string | null;
    readonly reason: string;
    readonly key: string | null;
  }[];
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
}

/** How each check came to its result, by name. */
function origins({ checks }: CiDocument): Record<string, string> {
  return Object.fromEntries(checks.map(({ name, status, from }) => [name, from ?? status]));
}

test('a second run has nothing to do, a change runs what it touches, and each check says why', async () => {
  await using rig = await projectRig(FILES);
  const first = await rig.json<CiDocument>('ci');
  expect(first).toMatchObject({ passed: true, savedMs: 0, leftOut: [] });
  expect(origins(first)).toEqual({ build: 'ran', api: 'ran', web: 'ran', e2e: 'ran', self: 'ran' });
  expect(first.criticalPath.checks.slice(-1)).not.toEqual([]);
  const second = await rig.run('ci');
  expect(second.stdout).toMatch(/↺ build {2}up to date: outputs are in place\n/);
  expect(second.stdout).toMatch(/5 checks passed in .*, all up to date; saved/);
  rmSync(join(rig.dir, 'api/dist'), { recursive: true });
  rig.write('web/w.txt', 'another\n');
  const third = await rig.json<CiDocument>('ci');
  expect(origins(third)).toMatchObject({ build: 'restored', api: 'in-place', web: 'ran', self: 'ran' });
  expect(third.checks.find(({ name }) => name === 'web')?.reason).toBe('ran: web/w.txt changed');
  expect(readFileSync(join(rig.dir, 'api/dist/out'), 'utf8')).toBe('a\n');
  const forced = await rig.json<CiDocument>('ci', '--force', '--only', 'web');
  expect(forced.checks).toMatchObject([{ name: 'web', from: 'ran', reason: 'ran: forced (--force)' }]);
});

test('--since takes what a change touches across apps, committed or not, and says of the others why not', async () => {
  await using rig = await projectRig(FILES);
  await rig.git('switch', '--quiet', '-c', 'topic');
  rig.write('api/src/a.txt', 'changed\n');
  await rig.commit('Change the api');
  const committed = await rig.json<CiDocument>('ci', '--since', 'main');
  expect(committed.checks.map(({ name }) => name)).toEqual(['build', 'api', 'e2e']);
  expect(committed.leftOut).toEqual([
    { name: 'web', reason: 'unaffected by changes since main' },
    { name: 'self', reason: 'unaffected by changes since main' },
  ]);
  rig.write('web/new.txt', 'new\n');
  const also = await rig.json<CiDocument>('ci', '--since', 'main', '--fast');
  expect(also.checks.map(({ name }) => name)).toEqual(['build', 'api', 'web']);
  const docs = await rig.json<CiDocument>('ci', '--since', 'HEAD', '--only', 'api');
  expect(docs.leftOut.find(({ name }) => name === 'api')?.reason).toBe('unaffected by changes since HEAD');
  await rig.git('switch', '--quiet', '--discard-changes', 'main');
  rmSync(join(rig.dir, 'web/new.txt'));
  rig.write('docs/d.md', 'more\n');
  const skipped = await rig.json<CiDocument>('ci', '--since', 'main');
  expect(skipped).toMatchObject({ passed: true, checks: [] });
  expect(skipped.leftOut[0]?.reason).toBe('only ci.skip files changed since main');
  const unknown = await rig.run('ci', '--since', 'nowhere');
  expect(unknown.stderr).toMatch(/SOURCE_UNKNOWN_REF/);
});

test('--watch runs again when a file changes, not for what git ignores, and ends with Ctrl-C', async () => {
  await using rig = await projectRig(FILES);
  const watching = rig.start('ci', '--watch', '--json');
  await watching.printed(/"type":"outcome"/);
  rig.write('dist/ignored.txt', 'x');
  arrive(rig, 'web/w.txt', 'another\n');
  await watching.printed(/"type":"outcome","changed":\["web\/w.txt"\]/);
  arrive(rig, 'web/deep/er/new.txt', 'new\n');
  await watching.printed(/"type":"outcome","changed":\["web\/deep\/er\/new.txt"\]/);
  watching.child.kill('SIGINT');
  const { code, stdout } = await watching.result;
  expect(code).toBe(0);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; durationMs?: number; changed?: string[] });
  const outcomes = lines.filter(({ type }) => type === 'outcome');
  expect(outcomes.map(({ changed }) => changed)).toEqual([[], ['web/w.txt'], ['web/deep/er/new.txt']]);
});

/** Puts a file there as a whole: between its creation and its content somebody who watches might look. */
function arrive(rig: ProjectRig, file: string, content: string): void {
  rig.write('.git/arriving', content);
  mkdirSync(join(rig.dir, dirname(file)), { recursive: true });
  renameSync(join(rig.dir, '.git/arriving'), join(rig.dir, file));
}

test('killed in the middle, it leaves processes that the next start ends, and nothing half in the cache', async () => {
  await using rig = await projectRig({
    ...FILES,
    'glidepath.config.ts': `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'checked', apps: {}, environments: {},
  ci: {
    checks: {
      slow: check('mkdir -p dist && echo half > dist/out && echo waiting && setsid sleep ${NAP_S} & wait; test ! -e go || exit 0; sleep ${NAP_S}', { outputs: ['dist/**'], fast: false }),
      quick: check('echo quick'),
    },
  },
});
`,
  });
  const killed = rig.start('ci', '--only', 'slow');
  await killed.printed(/waiting/);
  await expect.poll(() => processes(`sleep ${NAP_S}`)).not.toEqual([]);
  killed.child.kill('SIGKILL');
  await killed.result;
  expect((await rig.run('ci', '--only', 'quick')).code).toBe(0);
  expect(processes(`sleep ${NAP_S}`)).toEqual([]);
  expect(readdirSync(join(rig.dir, '.glidepath/running'))).toEqual([]);
  const interrupted = rig.start('ci', '--only', 'slow');
  await interrupted.printed(/waiting/);
  interrupted.child.kill('SIGINT');
  expect((await interrupted.result).code).toBe(130);
  expect(processes(`sleep ${NAP_S}`)).toEqual([]);
});

test('nobody reading any more leaves no process: checks are finished unseen, and --watch ends', async () => {
  await using rig = await projectRig({
    ...FILES,
    'glidepath.config.ts': `
import { check, defineProject } from 'glidepath';
export default defineProject({
  name: 'checked', apps: {}, environments: {},
  ci: {
    checks: {
      talks: check('echo 1; while [ ! -e .git/unread ]; do sleep 0.05; done; for i in 2 3 4 5 6 7 8 9; do echo "$i"; sleep 0.05; done; mkdir -p dist; echo end > dist/out', { inputs: ['web/**'], outputs: ['dist/**'] }),
      fails: check('while [ ! -e .git/unread ]; do sleep 0.05; done; exit 3', { inputs: ['web/**'] }),
    },
  },
});
`,
  });
  const unread = rig.start('ci', '--keep-going');
  await unread.printed(/talks │ 1/);
  unread.child.stdout?.destroy();
  // Only now there is more to say.
  rig.write('.git/unread', '');
  expect((await unread.result).code).toBe(1);
  expect(readFileSync(join(rig.dir, 'dist/out'), 'utf8')).toBe('end\n');
  expect(readdirSync(join(rig.dir, '.glidepath/running'))).toEqual([]);
  rmSync(join(rig.dir, '.git/unread'));
  const watching = rig.start('ci', '--watch', '--force');
  await watching.printed(/talks │ 1/);
  watching.child.stdout?.destroy();
  rig.write('.git/unread', '');
  await watching.result;
  expect(readdirSync(join(rig.dir, '.glidepath/running'))).toEqual([]);
});

test('what checks made is copied where --export says', async () => {
  await using rig = await projectRig(FILES);
  const { code, stdout } = await rig.run('ci', '--fast', '--export', 'handed-over');
  expect(code).toBe(0);
  expect(stdout).toMatch(/Exported to .*handed-over/);
  expect(filesBelow(rig, 'handed-over')).toContainEqual(expect.stringMatching(/api\/dist\/out$/));
});

function filesBelow({ dir }: ProjectRig, folder: string): string[] {
  if (!existsSync(join(dir, folder))) return [];
  return readdirSync(join(dir, folder), { recursive: true }).map(String);
}

/** Of this run of the tests alone: others may be under way on this machine. */
const NAP_S = 4_000_000 + process.pid;

/** Commands of processes that run now, without those of shells that only mention them. */
function processes(words: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return /^\d+$/.test(pid) && command.includes(words) && !command.includes('sh -c') ? [command] : [];
    } catch {
      return [];
    }
  });
}
