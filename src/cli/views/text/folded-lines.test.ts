import { expect, test } from 'vitest';
import type { EventBody } from '../../../engine/events.ts';
import { foldedLines } from './folded-lines.ts';
import type { RunModel } from '../run/run-model.ts';

const MODEL: RunModel = {
  runId: 'run-1',
  title: 'deploy',
  status: 'running',
  behind: null,
  startedAt: 0,
  finishedAt: null,
  isUndoing: false,
  error: null,
  steps: ['build:web', 'build:api'].map((id) => ({
    id,
    title: id,
    status: 'running',
    attempt: 1,
    startedAt: 0,
    finishedAt: null,
    tail: [],
    error: null,
  })),
};

function written(...bodies: readonly EventBody[]): string {
  const fold = foldedLines({ color: false });
  return bodies
    .map((body, index) => fold({ ...body, runId: 'run-1', seq: index, at: index * 100 }, MODEL))
    .join('');
}

test('what a step prints is folded away, whole, above the line that ends it', () => {
  const text = written(
    { type: 'step.output', step: 'build:web', line: 'one' },
    { type: 'step.output', step: 'build:api', line: 'other' },
    { type: 'step.output', step: 'build:web', line: 'two' },
    { type: 'step.succeeded', step: 'build:web', result: null, durationMs: 200 },
  );
  expect(text).toBe('::group::build:web\n│ one\n│ two\n::endgroup::\n  300 ms  ✓ build:web 200 ms\n');
});

test('nothing that is printed is read as a command by the runner', () => {
  const text = written(
    { type: 'step.output', step: 'build:web', line: '::add-mask::e' },
    { type: 'step.output', step: 'build:web', line: ' ::endgroup::' },
    { type: 'step.output', step: 'build:web', line: 'x ##[error]boo' },
    {
      type: 'step.failed',
      step: 'build:web',
      error: { code: 'BUILD_FAILED', message: '##[set-env]', hint: null, output: [] },
      durationMs: 1,
    },
  );
  const commands = text.split('\n').filter((line) => line.trimStart().startsWith('::'));
  expect(commands).toEqual(['::group::build:web', '::endgroup::']);
  expect(text).not.toContain('##[');
});

test('a step that prints nothing has no group, and one that is silent for long is named', () => {
  const quiet = { type: 'step.succeeded', step: 'build:web', result: null, durationMs: 1 } as const;
  expect(written(quiet)).not.toContain('::group::');
  const fold = foldedLines({ color: false });
  const at = (body: EventBody, ms: number) => fold({ ...body, runId: 'run-1', seq: 1, at: ms }, MODEL);
  at({ type: 'step.output', step: 'build:web', line: 'one' }, 1_000);
  expect(at({ type: 'step.output', step: 'build:web', line: 'two' }, 12_000)).toContain('… build:web: two');
});
