import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { projectRig, type ProjectRig } from '../support/project-rig.ts';
import { tinyProject } from '../support/tiny-project.ts';

interface LintDocument {
  readonly files: number;
  readonly counts: { readonly error: number; readonly warning: number; readonly advice: number };
  readonly findings: readonly { readonly rule: string; readonly file: string; readonly line: number }[];
  readonly ignored: readonly { readonly rule: string; readonly reason: string }[];
  readonly diagnostics: readonly { readonly code: string }[];
}

const CI = '.github/workflows/ci.yml';
const GOOD = `name: CI
on:
  push:
    branches: [main]
permissions: {}
jobs:
  test:
    name: Test
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - run: make test
`;

const repository = (files: Readonly<Record<string, string>>): Promise<ProjectRig> => projectRig({ ...files });
const rulesOf = ({ findings }: LintDocument): string[] =>
  findings.map(({ rule, file, line }) => `${file}:${line} ${rule}`);

describe('glidepath github lint', () => {
  test('is content with a good workflow, needs no config, and ends with 0', async () => {
    await using rig = await repository({ [CI]: GOOD });
    const { code, stdout, stderr } = await rig.run('github', 'lint');
    expect([code, stdout, stderr]).toEqual([0, '✓ Nothing found in 1 file\n', '']);
  });

  test('says where what is wrong, why, and what to write instead, and ends with 1', async () => {
    await using rig = await repository({
      [CI]: GOOD.replace('make test', 'flyctl releases rollback -a shop'),
    });
    const { code, stdout } = await rig.run('github', 'lint');
    expect(code).toBe(1);
    expect(stdout).toContain(`${CI}:12:14  error  fly-releases-rollback`);
    expect(stdout).toContain('^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^');
    expect(stdout).toContain('fly deploy --image');
    expect(stdout).toContain('1 error in 1 file');
  });

  test('asks GitHub’s own language service, and bash', async () => {
    await using rig = await repository({
      [CI]: GOOD.replace('make test', 'echo "').replace('    name: Test\n', '    nmae: Test\n'),
    });
    const document = await rig.json<LintDocument>('github', 'lint');
    expect(rulesOf(document)).toEqual([`${CI}:8 workflow-syntax`, `${CI}:12 script-syntax`]);
  });

  test('looks at what GitHub workflows rely on, and at named files alone', async () => {
    await using rig = await repository({
      [CI]: GOOD,
      'fly.toml': 'app = "my_shop"\nkill_timeout = 30\n[http_service]\ninternal_port = 8080\n',
      'docs/deploy.md': 'Back: `fly releases rollback -a shop`\n',
    });
    const all = await rig.json<LintDocument>('github', 'lint');
    expect(rulesOf(all).toSorted()).toEqual([
      'docs/deploy.md:1 fly-releases-rollback',
      'fly.toml:1 fly-app-name',
    ]);
    const one = await rig.json<LintDocument>('github', 'lint', 'docs');
    expect(rulesOf(one)).toEqual(['docs/deploy.md:1 fly-releases-rollback']);
  });

  test('says only what was asked for: warnings where they fail, taste where somebody is pedantic', async () => {
    await using rig = await repository({ [CI]: GOOD.replace('    timeout-minutes: 10\n', '') });
    expect((await rig.run('github', 'lint')).code).toBe(0);
    expect((await rig.run('github', 'lint', '--fail-on', 'warning')).code).toBe(1);
    const pedantic = await rig.json<LintDocument>('github', 'lint', '--pedantic');
    expect(rulesOf(pedantic)).toContain(`${CI}:1 concurrency-limits`);
  });

  test('leaves out what a directive names with its reason', async () => {
    await using rig = await repository({
      [CI]: GOOD.replace(
        '  test:\n',
        '  # glidepath-ignore missing-timeout: the runner has one\n  test:\n',
      ).replace('    timeout-minutes: 10\n', ''),
    });
    const document = await rig.json<LintDocument>('github', 'lint');
    expect(document.findings).toEqual([]);
    expect(document.ignored).toEqual([
      expect.objectContaining({ rule: 'missing-timeout', reason: 'the runner has one' }),
    ]);
  });

  test('prints annotations and SARIF for GitHub, with paths from the root of the repository', async () => {
    await using rig = await repository({ [CI]: GOOD.replace('make test', 'fly releases rollback') });
    const annotated = await rig.run('github', 'lint', '--format', 'github');
    expect(annotated.stdout).toMatch(
      /^::error file=\.github\/workflows\/ci\.yml,line=12,col=14,title=fly-releases-rollback::flyctl has no command/,
    );
    const sarif = await rig.run('github', 'lint', '--format', 'sarif');
    const log = JSON.parse(sarif.stdout) as {
      runs: { automationDetails: { id: string }; results: { ruleId: string; ruleIndex: number }[] }[];
    };
    expect(log.runs[0]?.automationDetails.id).toBe('glidepath/github-lint/');
    expect(log.runs[0]?.results).toEqual([expect.objectContaining({ ruleId: 'fly-releases-rollback' })]);
    expect(log.runs[0]?.results[0]?.ruleIndex).toBeGreaterThan(-1);
  });

  test('tells bad input: no YAML, no such file, no rules for it, no workflow at all', async () => {
    await using rig = await repository({ [CI]: 'on: [push\njobs: {}\n', 'a.txt': 'x' });
    const broken = await rig.run('github', 'lint');
    expect([broken.code, broken.stdout]).toEqual([2, expect.stringContaining('WORKFLOW_INVALID')]);
    const document = JSON.parse((await rig.run('github', 'lint', '--json')).stdout) as LintDocument;
    expect(document.diagnostics[0]?.code).toBe('WORKFLOW_INVALID');
    for (const [named, said] of [
      ['gone.yml', 'There is no gone.yml.'],
      ['a.txt', 'There are no rules for a.txt.'],
    ] as const) {
      const { code, stderr } = await rig.run('github', 'lint', named);
      expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
    }
    await using empty = await repository({ 'a.txt': 'x' });
    const none = await empty.run('github', 'lint');
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringContaining('There are no GitHub workflows here.'),
    ]);
    expect((await rig.run('github', 'lint', '--format', 'xml')).code).toBe(2);
  });
});

test('generate says in a line where a GitHub workflow of one’s own has findings', async () => {
  await using rig = await projectRig({
    ...tinyProject(),
    '.github/workflows/old.yml': GOOD.replace('make test', 'fly releases rollback'),
  });
  const { stderr } = await rig.run('generate');
  expect(stderr).toContain(
    '1 finding in a GitHub workflow of your own: glidepath github lint .github/workflows/old.yml',
  );
  rig.write('.github/workflows/old.yml', GOOD);
  expect((await rig.run('generate')).stderr).toBe('');
  expect(readFileSync(join(rig.dir, '.github/workflows/old.yml'), 'utf8')).toBe(GOOD);
});
