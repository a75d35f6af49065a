import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createHistory } from './history.ts';
import { releaseOf } from './release.ts';

const first = releaseOf('a'.repeat(40), 'main', { web: 'sha256:1' });
const second = releaseOf('b'.repeat(40), 'main', { web: 'sha256:2' });

function open() {
  const history = createHistory(new DatabaseSync(':memory:'));
  for (const [index, release] of [first, second].entries()) history.saveRelease(release, index + 1);
  return history;
}

test('nothing is live before the first record', () => {
  const history = open();
  expect(history.live('staging')).toBeNull();
  expect(history.passed('staging', first.commit)).toBeNull();
});

test('the newest record of an environment is live, and knows what was before it', () => {
  const history = open();
  history.record({
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  });
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
  });
  expect(history.live('staging')?.release.id).toBe(second.id);
  expect(history.live('production')).toBeNull();
  expect(history.entries('staging', 10).map((entry) => [entry.release.id, entry.previous])).toEqual([
    [second.id, first.id],
    [first.id, null],
  ]);
});

test('recording twice for one run changes nothing: a resumed step records again', () => {
  const history = open();
  const entry = {
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  };
  history.record(entry);
  history.record(entry);
  expect(history.entries(null, 10)).toHaveLength(1);
});

test('a record taken back leaves what was live before', () => {
  const history = open();
  history.record({
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  });
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
  });
  history.unrecord('run-2');
  expect(history.live('staging')?.release.id).toBe(first.id);
});

test('a commit has passed where its release was live, also after a newer one replaced it', () => {
  const history = open();
  history.record({
    environment: 'staging',
    release: first,
    runId: 'run-1',
    action: 'deploy',
    at: 10,
    by: 'ada',
  });
  history.record({
    environment: 'staging',
    release: second,
    runId: 'run-2',
    action: 'deploy',
    at: 20,
    by: 'ada',
  });
  expect(history.passed('staging', first.commit)?.id).toBe(first.id);
  expect(history.passed('production', first.commit)).toBeNull();
});
