import { expect, test } from 'vitest';
import type { RunRecord } from '../../../engine/engine.ts';
import { queueNote } from './queue-note.ts';

const run = (id: string, createdAt: number, more: Partial<RunRecord> = {}): RunRecord =>
  ({
    id,
    title: `deploy of ${id}`,
    status: 'queued',
    createdAt,
    startedAt: null,
    leaseUntil: null,
    ...more,
  }) as RunRecord;

const own = run('own', 9);

test('a run behind an interrupted one is told who holds it and both ways out', () => {
  const note = queueNote(own, [own, run('held', 2, { status: 'interrupted', startedAt: 3 })], 10);
  expect(note).toContain('held by held (deploy of held), which was interrupted');
  expect(note).toContain('glidepath run resume held, or glidepath run cancel held');
});

test('a run that was interrupted before it began, or came later, is in nobody’s way', () => {
  const others = [run('never', 1, { status: 'interrupted' }), run('later', 12)];
  expect(queueNote(own, [own, ...others], 10)).toBeNull();
});

test('the first in the queue is named: it runs, waits for people, or its process is gone', () => {
  const running = run('a', 1, { status: 'running', startedAt: 1, leaseUntil: 20 });
  expect(queueNote(own, [run('b', 2), running], 10)).toBe('queued behind a (deploy of a)');
  expect(queueNote(own, [running], 30)).toContain('whose process died');
  expect(queueNote(own, [{ ...running, status: 'waiting' }], 10)).toContain('glidepath approve a');
});
