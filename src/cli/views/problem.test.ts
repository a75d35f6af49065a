import { expect, test } from 'vitest';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { localHint, renderProblem } from './problem.ts';

test('a failure says what happened, what was printed, and the next command', () => {
  const error = new ToolError('SMOKE_FAILED', 'The smoke test of staging failed.', {
    hint: 'See the logs: glidepath logs staging',
    output: ['expected 200, got 500'],
  });
  expect(renderProblem(error, { color: false, isLocal: false })).toBe(
    [
      '✗ The smoke test of staging failed.',
      '  │ expected 200, got 500',
      '  → See the logs: glidepath logs staging',
      '  SMOKE_FAILED · glidepath explain SMOKE_FAILED',
      '',
    ].join('\n'),
  );
});

test('all mistakes of a config are shown, with their place and how many they are', () => {
  const mistake = (line: number) => ({
    severity: 'error' as const,
    code: 'CONFIG_UNKNOWN_KEY' as const,
    message: `No key on line ${line}.`,
    hint: 'Did you mean "apps"?',
    path: 'aps',
    location: { file: 'glidepath.config.ts', line, column: 3 },
  });
  const error = new ToolError('CONFIG_INVALID', '2 mistakes', { diagnostics: [mistake(4), mistake(9)] });
  const text = renderProblem(error, { color: false, isLocal: false });
  expect(text).toContain('glidepath.config.ts:4:3  aps  CONFIG_UNKNOWN_KEY');
  expect(text).toContain('glidepath.config.ts:9:3  aps  CONFIG_UNKNOWN_KEY');
  expect(text.trimEnd().endsWith('2 mistakes')).toBe(true);
});

test('a command in a hint gets --local when the command that failed had it', () => {
  expect(localHint('Do it: glidepath deploy staging', true)).toBe('Do it: glidepath deploy staging --local');
  for (const command of ['probe staging --ref 1a2b3c4', 'restore staging', 'backup staging', 'url staging'])
    expect(localHint(`Look: glidepath db ${command}`, true)).toBe(`Look: glidepath db ${command} --local`);
  expect(localHint('glidepath github setup --secrets-from-stdin < secrets.txt', true)).toBe(
    'glidepath github setup --secrets-from-stdin --local < secrets.txt',
  );
  expect(localHint('Do it: glidepath rollback <env> --to r-1', true)).toBe(
    'Do it: glidepath rollback <env> --to r-1 --local',
  );
  expect(localHint('Free some space: glidepath run resume; nothing is lost.', true)).toBe(
    'Free some space: glidepath run resume --local; nothing is lost.',
  );
  expect(localHint('Do it: glidepath cloud up', true)).toBe('Do it: glidepath cloud up');
  expect(localHint('Do it: glidepath deploy staging', false)).toBe('Do it: glidepath deploy staging');
});
