import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { complexity, duplication } from './measures.ts';

const MODULES = fileURLToPath(new URL('../../../node_modules', import.meta.url));

/** Five ways through it. */
const BRANCHING = `export function f(a: number): number {
  if (a === 1) return 1;
  if (a === 2) return 2;
  if (a === 3) return 3;
  return a === 4 ? 4 : 5;
}
`;

let home = '';

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'glidepath-measures-'));
  mkdirSync(join(home, 'src'));
  writeFileSync(join(home, 'src/a.ts'), BRANCHING);
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Runs a command as a check does, in a project that has the tools of this one, or none. */
function run(command: string, hasTools: boolean): { status: number | null; printed: string } {
  if (hasTools) symlinkSync(MODULES, join(home, 'node_modules'));
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], {
    cwd: home,
    env: { PATH: '/usr/bin:/bin' + (hasTools ? `:${join(process.execPath, '..')}` : '') },
    encoding: 'utf8',
  });
  return { status, printed: stdout + stderr };
}

function findingsOf(file: string): { message: { text: string } }[] {
  const sarif = JSON.parse(readFileSync(join(home, file), 'utf8')) as {
    runs: { results: { message: { text: string } }[] }[];
  };
  return sarif.runs.flatMap(({ results }) => results);
}

describe('complexity', () => {
  test('fails above the limit, says where, and reports it', () => {
    const { command, reports } = complexity({ max: 4 });
    const { status, printed } = run(command, true);
    expect(printed).toContain('has a complexity of 5. Maximum allowed is 4.');
    expect(status).toBe(1);
    expect(findingsOf(reports?.sarif?.[0] ?? '')).toHaveLength(1);
  });

  test('passes at the limit, whatever else the project asks of its code', () => {
    writeFileSync(join(home, '.oxlintrc.json'), '{ "rules": { "no-ternary": "error" } }');
    writeFileSync(
      join(home, 'src/.oxlintrc.json'),
      '{ "rules": { "eslint/complexity": ["error", { "max": 1 }] } }',
    );
    const { command, reports } = complexity({ max: 5 });
    expect(run(command, true).status).toBe(0);
    expect(findingsOf(reports?.sarif?.[0] ?? '')).toEqual([]);
  });

  test('fails where there is nothing to look at', () => {
    expect(run(complexity({ paths: ["it's gone"] }).command, true)).toMatchObject({
      status: 1,
      printed: expect.stringContaining('No files found') as unknown,
    });
  });

  test('says how to bring a tool that is not there', () => {
    expect(run(complexity().command, false)).toEqual({
      status: 1,
      printed: 'There is no oxlint here. Bring it with: npm install --save-dev oxlint\n',
    });
  });

  test('of Elixir is measured by Credo, and lets one say the rest', () => {
    expect(complexity({ tool: 'credo', needs: ['deps'], fast: false })).toEqual({
      command:
        'mkdir -p .glidepath/reports; mix credo --strict --only Credo.Check.Refactor.CyclomaticComplexity --format sarif > .glidepath/reports/complexity.sarif; mix credo --strict --only Credo.Check.Refactor.CyclomaticComplexity',
      needs: ['deps'],
      fast: false,
      reports: { sarif: ['.glidepath/reports/complexity.sarif'] },
    });
  });
});

describe('duplication', () => {
  test('says how to bring jscpd where it is not there', () => {
    expect(run(duplication().command, false)).toEqual({
      status: 1,
      printed: 'There is no jscpd here. Bring it with: npm install --save-dev jscpd\n',
    });
  });

  // A stand-in that says how it was called: the package is none of ours.
  test('asks jscpd for one share over all paths, and for a report', () => {
    mkdirSync(join(home, 'node_modules/.bin'), { recursive: true });
    writeFileSync(join(home, 'node_modules/.bin/jscpd'), '#!/bin/sh\nprintf "%s|" "$@"\n', { mode: 0o755 });
    const { command, reports } = duplication({ maxPercent: 5, paths: ['src', 'lib/'] });
    expect(run(command, false).printed).toBe(
      '.|--pattern|{src/**,lib/**}|--fail-on-empty|--threshold|5|--reporters|console,sarif|--sarif-error-tokens|1000000|--output|.glidepath/reports/duplication|--no-colors|--no-tips|',
    );
    expect(reports).toEqual({ sarif: ['.glidepath/reports/duplication/jscpd-report.sarif'] });
  });
});
