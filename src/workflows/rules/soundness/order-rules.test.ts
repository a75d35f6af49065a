import { expect, test } from 'vitest';
import { lintFiles } from '../../lint-files.ts';

/** A workflow that calls CI, and CI, each started by a push of this kind. */
function rulesFor(caller: string, called: string): string[] {
  const job = '    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n';
  const files = [
    {
      path: '.github/workflows/release.yml',
      text: `on:\n  push:${caller}\njobs:\n  ci:\n    uses: ./.github/workflows/ci.yml\n`,
    },
    {
      path: '.github/workflows/ci.yml',
      text: `on:\n  workflow_call:\n  push:${called}\njobs:\n  test:\n${job}`,
    },
  ];
  return lintFiles(files, {}).flatMap(({ findings }) => findings.map(({ rule }) => rule));
}

const MAIN = '\n    branches: [main]';
const TAGS = "\n    tags: ['v*']";
const OTHER = '\n    branches: [other]';

test.each([
  ['the push of one branch', MAIN, MAIN, true],
  ['every push', '', '', true],
  ['every push, and that of a branch', '', MAIN, true],
  ['the push of one tag', TAGS, TAGS, true],
  ['every push, and that of a tag', TAGS, '', true],
  ['a branch or a tag, and that branch', MAIN + TAGS, MAIN, true],
  ['tags, and a branch', TAGS, MAIN, false],
  ['a branch, and tags', MAIN, TAGS, false],
  ['two branches', MAIN, OTHER, false],
])('CI starts twice, or not, by %s', (_, caller, called, isTwice) => {
  expect(rulesFor(caller, called).includes('ci-runs-twice')).toBe(isTwice);
});

test.each([
  ['pull_request', true],
  ['merge_group', true],
  ['workflow_call', true],
  ['push', true],
  ['workflow_dispatch', false],
  ['{ schedule: [{ cron: "7 3 * * *" }] }', false],
])('a last job may be required, or not, by what starts it: %s', (on, isRequired) => {
  const job = '    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n';
  const last = `  gate:\n    needs: [lint, test]\n${job}`;
  const text = `on: ${on}\njobs:\n  lint:\n${job}  test:\n${job}${last}`;
  const said = lintFiles([{ path: '.github/workflows/some.yml', text }], {});
  const rules = said.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  expect(rules.includes('unsound-gate')).toBe(isRequired);
});
