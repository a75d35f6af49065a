import { data, Evaluator, Lexer, Parser } from '@actions/expressions';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { github, project, resolvedCheck } from '../../../test/support/projects.ts';
import { ciWorkflow } from './ci-workflow.ts';

const NAMES = ['deps', 'lint', 'test'] as const;

const [file] = ciWorkflow({
  project: {
    ...project([]),
    github: github({ workflows: true }),
    checks: NAMES.map((name) => resolvedCheck(name)),
  },
  version: '1',
});
const { jobs } = parse(file?.content ?? '') as {
  jobs: Record<string, { if: string; needs?: string[]; steps: { name: string; if: string; run: string }[] }>;
};

type Result = 'success' | 'failure' | 'cancelled' | 'skipped';

/** What GitHub makes of an expression, by its own library. */
function evaluate(text: string, needs: object): boolean {
  const { tokens } = new Lexer(text).lex();
  const parsed = new Parser(tokens, ['needs'], []).parse();
  const context = JSON.parse(JSON.stringify({ needs }), data.reviver) as data.Dictionary;
  const value = new Evaluator(parsed, context).evaluate();
  return value.coerceString() === 'true';
}

/** The steps of the job "CI gate" that end it with an error. */
function stops(changes: Result, selected: readonly string[] | null, results: readonly Result[]): string[] {
  const needs = {
    changes: { result: changes, outputs: selected === null ? {} : { checks: JSON.stringify(selected) } },
    ...Object.fromEntries(
      NAMES.map((name, index) => [`check-${name}`, { result: results[index], outputs: {} }]),
    ),
  };
  return (jobs['gate']?.steps ?? []).filter((step) => evaluate(step.if, needs)).map(({ name }) => name);
}

test('the gate runs whatever came before, and waits for every check', () => {
  expect(jobs['gate']).toMatchObject({
    name: 'CI gate',
    if: 'always()',
    needs: ['changes', 'check-deps', 'check-lint', 'check-test'],
  });
});

test.each<[string, string[], Parameters<typeof stops>]>([
  ['is green when all passed', [], ['success', [...NAMES], ['success', 'success', 'success']]],
  ['is green when nothing had to be checked', [], ['success', [], ['skipped', 'skipped', 'skipped']]],
  ['is green when only some had to be', [], ['success', ['deps'], ['success', 'skipped', 'skipped']]],
  [
    'is red when one failed, and names what was skipped by it too',
    ['The check deps did not pass', 'The check test did not pass'],
    ['success', ['deps', 'test'], ['failure', 'skipped', 'skipped']],
  ],
  [
    'is red when one was cancelled',
    ['The check lint did not pass'],
    ['success', [...NAMES], ['success', 'cancelled', 'success']],
  ],
  [
    'is red when it could not be seen what to check',
    ['The affected checks are not known'],
    ['failure', null, ['skipped', 'skipped', 'skipped']],
  ],
])('the gate %s', (_, expected, given) => {
  expect(stops(...given)).toEqual(expected);
});

test('the gate is green exactly when all that had to be checked passed and nothing else failed', () => {
  const result = fc.constantFrom<Result>('success', 'failure', 'cancelled', 'skipped');
  fc.assert(
    fc.property(
      result,
      fc.subarray([...NAMES]),
      fc.tuple(result, result, result),
      (changes, selected, results) => {
        const isGreen =
          changes === 'success' &&
          results.every((each, index) =>
            selected.includes(NAMES[index] ?? 'deps')
              ? each === 'success'
              : ['success', 'skipped'].includes(each),
          );
        expect(stops(changes, selected, results).length === 0).toBe(isGreen);
      },
    ),
  );
});

test('a check runs only where it is among those that are needed', () => {
  const run = (needed: string, checks: string): boolean =>
    evaluate(jobs['check-lint']?.if ?? '', { changes: { result: 'success', outputs: { needed, checks } } });
  expect(run('true', '["lint"]')).toBe(true);
  expect(run('true', '["lint-more"]')).toBe(false);
  expect(run('false', '["lint"]')).toBe(false);
  expect(run('', '')).toBe(false);
});
