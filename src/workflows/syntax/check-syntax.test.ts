import { describe, expect, test } from 'vitest';
import { checkSyntax } from './check-syntax.ts';
import { stepScripts } from './step-scripts.ts';

const PATH = '.github/workflows/ci.yml';

async function said(text: string, more: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const sources = Object.entries({ [PATH]: text, ...more }).map(([path, each]) => ({ path, text: each }));
  const found = await checkSyntax(sources);
  return found
    .filter(({ file }) => file === PATH)
    .map(
      ({ rule, found: { at, message } }) =>
        `${rule.id} ${text.slice(at.start, at.end).split('\n')[0] ?? ''}: ${message}`,
    );
}

const job = (lines: string): string => `on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n${lines}`;
const step = (lines: string): string => job(`    steps:\n${lines}`);
const CHECKOUT = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1';

describe('GitHub’s own parser and language service', () => {
  test('say at its place what GitHub refuses', async () => {
    expect(await said('on:\n  workflow_run:\n    workflows: [CI]\n    tags: [v1]\njobs: {}\n')).toContain(
      "workflow-syntax tags: Unexpected value 'tags'.",
    );
    expect(await said(job("    if: secrets.X == ''\n    steps:\n      - run: make\n"))).toHaveLength(1);
  });

  test('know the inputs of well-known actions, also where these are pinned', async () => {
    expect(
      await said(step(`      - uses: ${CHECKOUT} # v7.0.1\n        with:\n          branch: main\n`)),
    ).toEqual(["workflow-syntax branch: Invalid action input 'branch'."]);
    expect(
      await said(step(`      - uses: ${CHECKOUT} # v7.0.1\n        with:\n          ref: main\n`)),
    ).toEqual([]);
  });

  test('know the workflows of the same repository, and leave those of others alone', async () => {
    const caller = (uses: string): string =>
      `on: push\njobs:\n  ci:\n    uses: ${uses}\n    with:\n      depth: 1\n`;
    const called =
      'on:\n  workflow_call:\n    inputs:\n      width: { type: number }\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps: [{ run: make }]\n';
    const found = await said(caller('./.github/workflows/called.yml'), {
      '.github/workflows/called.yml': called,
    });
    expect(found.join()).toContain('depth');
    expect((await said(caller('./.github/workflows/gone.yml'))).join()).toContain(
      'Unable to find reusable workflow',
    );
    expect(
      await said(caller('acme/ci/.github/workflows/ci.yml@0123456789abcdef0123456789abcdef01234567')),
    ).toEqual([]);
  });

  test('warn of what nothing sets', async () => {
    expect(await said(step('      - run: echo ${{ steps.none.outputs.x }}\n'))).toEqual([
      expect.stringMatching(/^workflow-context .*none/),
    ]);
  });
});

test('the scripts of steps are those that bash would run, with a word for every expression', () => {
  const text = job(
    '    steps:\n      - run: echo "${{ github.sha }}"\n      - run: Get-Item .\n        shell: pwsh\n      - run: |\n          make\n',
  );
  expect(stepScripts({ path: PATH, text }).map((each) => each.text)).toEqual(['echo "EXPRESSION"', 'make\n']);
});
