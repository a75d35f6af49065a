import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALL_RULES } from '../../src/workflows/rules/all-rules.ts';
import type { Example } from '../../src/workflows/rules/rule.ts';

// Rules that are called like an audit of zizmor find what that finds: held against it where it is installed.

const run = promisify(execFile);

/** What zizmor calls the same and sees otherwise, and why. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'known-vulnerable-actions': 'it asks GitHub, and we have a list',
  'ref-version-mismatch': 'it asks GitHub, and we have a list',
  'insecure-url-scheme': 'it looks for other places',
  'self-repository':
    'it also asks for $/ where a workflow is called, which GitHub Enterprise Server does not know',
  'unpinned-tools': 'it knows others than setup-flyctl',
  'bot-conditions': 'it only looks at conditions that let a bot in, and this one keeps it out',
  'concurrency-limits': 'it does not see that a job with a group comes after',
};

const SHARED = [
  'unpinned-uses',
  'artipacked',
  'excessive-permissions',
  'template-injection',
  'dangerous-triggers',
  'cache-poisoning',
  'secrets-inherit',
  'overprovisioned-secrets',
  'unredacted-secrets',
  'secrets-outside-env',
  'adhoc-packages',
  'unpinned-images',
  'unpinned-tools',
  'github-env',
  'bot-conditions',
  'unsound-condition',
  'unsound-contains',
  'unsound-ternary',
  'hardcoded-container-credentials',
  'insecure-commands',
  'misfeature',
  'obfuscation',
  'superfluous-actions',
  'archived-uses',
  'typosquat-uses',
  'anonymous-definition',
  'concurrency-limits',
  'undocumented-permissions',
  'self-repository',
  'self-hosted-runner',
  'use-trusted-publishing',
  'github-app',
  'dependabot-cooldown',
  'dependabot-execution',
  'known-vulnerable-actions',
  'ref-version-mismatch',
  'insecure-url-scheme',
];

const RULES = ALL_RULES.filter(({ id }) => SHARED.includes(id) && OTHERWISE[id] === undefined);

const found = new Map<string, readonly string[]>();
let home = '';

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-zizmor-'));
  if (!hasZizmor()) return;
  for (const { id, bad, good } of RULES) {
    write(`${id}-bad`, bad);
    write(`${id}-good`, good);
  }
  // All at once: it starts slowly, and looks quickly.
  const args = ['--offline', '--persona=auditor', '--no-progress', '--format=json', '.'];
  const { stdout } = await run('zizmor', args, { cwd: home, maxBuffer: 2 ** 28 }).catch(
    (error: unknown) => error as { stdout: string },
  );
  for (const { ident, locations } of JSON.parse(stdout) as ZizmorFinding[]) {
    const path = locations[0]?.symbolic.key.Local.verbatim_path ?? '';
    const [folder = ''] = path.replace(/^\.\//, '').split('/');
    found.set(folder, [...(found.get(folder) ?? []), ident]);
  }
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface ZizmorFinding {
  readonly ident: string;
  readonly locations: readonly {
    readonly symbolic: { readonly key: { readonly Local: { readonly verbatim_path: string } } };
  }[];
}

function write(name: string, example: Example): void {
  for (const [path, text] of Object.entries(example)) {
    const file = join(home, name, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

function hasZizmor(): boolean {
  try {
    execFileSync('zizmor', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasZizmor())('zizmor', () => {
  test.each(RULES.map(({ id }) => [id]))('%s finds the same', (id) => {
    expect(found.get(`${id}-bad`) ?? []).toContain(id);
    expect(found.get(`${id}-good`) ?? []).not.toContain(id);
  });
});

test('all rules that are held against it are there', () => {
  expect(RULES.length).toBe(SHARED.length - Object.keys(OTHERWISE).length);
});
