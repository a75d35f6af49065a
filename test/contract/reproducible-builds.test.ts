import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD_ONCE = fileURLToPath(new URL('../support/build-once.ts', import.meta.url));

let dir = '';
let origin = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'glidepath-reproducible-'));
  origin = join(dir, 'origin');
  cpSync(join(ROOT, 'examples/microbima'), origin, { recursive: true });
  writeFileSync(join(origin, '.gitignore'), '.glidepath\nnode_modules\n');
  git(origin, 'init', '-q', '-b', 'main');
  commit(origin, 'First');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@localhost', ...args], {
    cwd,
    encoding: 'utf8',
  }).trim();
}

function commit(cwd: string, message: string): void {
  git(cwd, 'add', '--all');
  git(cwd, 'commit', '-q', '--allow-empty', '-m', message);
}

/** A machine of somebody else: its place, its mask, its time zone, its language, and files from another time. */
interface Machine {
  readonly place: string;
  readonly umask: string;
  readonly env: Readonly<Record<string, string>>;
  readonly filesFrom: number;
}

const MACHINES: readonly Machine[] = [
  { place: 'one', umask: '022', env: { TZ: 'UTC', LANG: 'C' }, filesFrom: 1_000 },
  {
    place: 'another/much deeper/two',
    umask: '077',
    env: { TZ: 'Asia/Kathmandu', LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8', USER: 'somebody' },
    filesFrom: 2_000_000_000,
  },
];

/** Clones, and builds all apps of an environment in a process of its own; the digests by app. */
function buildOn(machine: Machine, environment: string): Record<string, string> {
  const clone = join(dir, machine.place);
  rmSync(clone, { recursive: true, force: true });
  mkdirSync(dirname(clone), { recursive: true });
  git(dir, 'clone', '-q', origin, clone);
  const modules = join(clone, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  for (const file of git(clone, 'ls-files', '-z')
    .split('\0')
    .filter((name) => name !== ''))
    utimesSync(join(clone, file), machine.filesFrom, machine.filesFrom);
  const script = `umask ${machine.umask} && exec "$0" "$@"`;
  const args = [BUILD_ONCE, clone, join(clone, '.glidepath', 'builds'), environment];
  const env = { ...process.env, ...machine.env };
  const out = execFileSync('/bin/sh', ['-c', script, process.execPath, ...args], { encoding: 'utf8', env });
  return JSON.parse(out) as Record<string, string>;
}

test('one commit of microbima gives one digest for each app, wherever, whenever and by whomever it is built', () => {
  const [one, two] = MACHINES.map((machine) => buildOn(machine, 'production'));
  expect(Object.keys(one ?? {}).sort()).toEqual(['internal-api', 'public-api', 'web-admin']);
  expect(two).toEqual(one);
});

test('a build may ask what time, zone and language it is, and is told the same everywhere', () => {
  const config = `
import { defineProject, flyApp, generic, manual } from 'glidepath';
const build = ['node build.mjs', 'sh -c "ls *.mjs ä* Z* a* > order; date +%Z >> order; umask >> order"'];
export default defineProject({
  name: 'asking',
  apps: { web: flyApp({ stack: generic({ build, include: ['out', 'order'] }), command: ['true'] }) },
  environments: { staging: { on: manual(), fly: { org: 'o', token: 'T' }, regions: { iad: 1 } } },
});
`;
  const build = `
import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('out');
const at = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000);
writeFileSync('out/built', [at.toLocaleString(), at.getTimezoneOffset(), Intl.DateTimeFormat().resolvedOptions().locale,
  ['z', 'a', 'Z', 'ä'].sort(Intl.Collator().compare), process.env.LANG, process.env.USER].join(' '));
writeFileSync('out/run', '', { mode: 0o755 });
`;
  for (const [name, text] of Object.entries({
    'glidepath.config.ts': config,
    'build.mjs': build,
    ä: '',
    Z: '',
    a: '',
  }))
    writeFileSync(join(origin, name), text);
  commit(origin, 'Ask');
  const [one, two] = MACHINES.map((machine) => buildOn(machine, 'staging'));
  expect(one?.['web']).toMatch(/^sha256:/);
  expect(two).toEqual(one);
  // Another commit is another image: the digests are equal because the bytes are.
  git(origin, 'commit', '-q', '--allow-empty', '-m', 'Another');
  expect(buildOn(MACHINES[0] as Machine, 'staging')).not.toEqual(one);
});
