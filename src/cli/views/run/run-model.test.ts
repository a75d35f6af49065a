import { expect, test } from 'vitest';
import type { RunRecord } from '../../../engine/engine.ts';
import type { EventBody, RunEvent } from '../../../engine/events.ts';
import { renderRunFrame } from './run-frame.ts';
import { renderEventLine } from './run-lines.ts';
import { initialModel, reduceEvent } from './run-model.ts';
import { visibleWidth } from '../text/table.ts';

const FRAME = {
  now: 0,
  width: 80,
  rows: null,
  color: false,
  tick: 0,
  notes: [],
  isErrorTold: false,
} as const;

const node = (id: string) => ({
  id,
  title: `title of ${id}`,
  needs: [],
  kind: 'step' as const,
  action: { kind: id },
  timeoutMs: 1000,
  retry: { attempts: 1, baseDelayMs: 0, maxDelayMs: 0 },
  undoable: true,
});

const run = {
  id: 'run-1',
  title: 'deploy abc to staging',
  status: 'queued',
  graph: { nodes: [node('build'), node('deploy')] },
} as unknown as RunRecord;

const ERROR = {
  code: 'DEPLOY_UNHEALTHY',
  message: 'web did not become healthy.',
  hint: null,
  output: ['last line'],
};

function modelAfter(bodies: readonly EventBody[]) {
  const events = bodies.map((body, index): RunEvent => ({
    ...body,
    runId: 'run-1',
    seq: index + 1,
    at: 1000 * (index + 1),
  }));
  return { events, model: events.reduce(reduceEvent, initialModel(run)) };
}

test('a failing run shows what the failing step said, and what was put back', () => {
  const { model } = modelAfter([
    { type: 'run.started', fence: 1, resumed: false },
    { type: 'step.started', step: 'build', attempt: 1 },
    { type: 'step.succeeded', step: 'build', result: null, durationMs: 1000 },
    { type: 'step.started', step: 'deploy', attempt: 1 },
    { type: 'step.output', step: 'deploy', line: 'machine 1 starting' },
    { type: 'step.failed', step: 'deploy', error: ERROR, durationMs: 2000 },
    { type: 'run.undo-started', because: 'deploy failed' },
    { type: 'step.undo-started', step: 'deploy' },
    { type: 'step.undone', step: 'deploy', durationMs: 500 },
    { type: 'run.finished', status: 'failed', error: ERROR },
  ]);
  expect(renderRunFrame(model, { ...FRAME, now: 99_000 })).toMatchInlineSnapshot(`
    "deploy abc to staging  failed  9.0 s · run-1
      ✓ title of build   1.0 s
      ↩ title of deploy  5.0 s undone
    "
  `);
});

test('a running step shows the last line it printed, and a queued run what it waits for', () => {
  const running = modelAfter([
    { type: 'run.started', fence: 1, resumed: false },
    { type: 'step.started', step: 'build', attempt: 2 },
    { type: 'step.output', step: 'build', line: 'first' },
    { type: 'step.output', step: 'build', line: 'second' },
  ]).model;
  const frame = renderRunFrame(running, { ...FRAME, now: 4500 });
  expect(frame).toContain('◐ title of build   2.5 s · try 2');
  expect(frame).toContain('│ second');
  expect(frame).not.toContain('first');
  const queued = modelAfter([{ type: 'run.queued', behind: 'run-0' }]).model;
  expect(renderRunFrame(queued, FRAME)).toContain('queued behind run-0');
});

test('places that cannot redraw get one line for each thing that happened', () => {
  const { events, model } = modelAfter([
    { type: 'run.started', fence: 1, resumed: false },
    { type: 'step.output', step: 'build', line: 'noise' },
    { type: 'step.failed', step: 'deploy', error: ERROR, durationMs: 2000 },
    { type: 'step.failed', step: 'build', error: ERROR, durationMs: 2500 },
  ]);
  const options = { color: false, isVerbose: false, quietMs: 0 };
  const lines = events.map((event) => renderEventLine(event, model, options));
  expect(lines[1]).toBe('');
  const afterSilence = renderEventLine(events[1] as RunEvent, model, { ...options, quietMs: 10_000 });
  expect(afterSilence).toBe('   1.0 s  … title of build: noise\n');
  expect(lines[3]).toBe('   3.0 s  ✗ title of build: web did not become healthy.\n            │ last line\n');
});

test('what the run’s own failure printed is left to the end, where it is told', () => {
  const { events, model } = modelAfter([
    { type: 'run.started', fence: 1, resumed: false },
    { type: 'step.failed', step: 'deploy', error: ERROR, durationMs: 2000 },
  ]);
  const line = renderEventLine(events[1] as RunEvent, model, { color: false, isVerbose: false, quietMs: 0 });
  expect(line).toBe('   1.0 s  ✗ title of deploy: web did not become healthy.\n');
});

test('no line of a picture is wider than the screen, and none is above its top', () => {
  const { model } = modelAfter([
    { type: 'run.started', fence: 1, resumed: false },
    { type: 'step.started', step: 'deploy', attempt: 1 },
    { type: 'step.output', step: 'deploy', line: 'x'.repeat(200) },
  ]);
  const notes = ['held by run-0: glidepath run resume run-0 or glidepath run cancel run-0'];
  const frame = renderRunFrame(model, { ...FRAME, width: 30, rows: 8, color: true, notes });
  const lines = frame.trimEnd().split('\n');
  expect(lines.length).toBeLessThan(8);
  for (const line of lines) expect(visibleWidth(line)).toBeLessThanOrEqual(30);
  expect(frame).toContain('title of deploy');
});
