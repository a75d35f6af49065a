import { expect, test } from 'vitest';
import { parseRehearsal } from './parse-rehearsal.ts';
import { rehearsalWords, triggerOf, type Rehearsal } from './rehearsal.ts';

const parse = (text: string, isFromFork = false) =>
  parseRehearsal(text.split(' ').filter(Boolean), { isFromFork });

test.each<[string, boolean, Rehearsal]>([
  ['push main', false, { kind: 'push', branch: 'main' }],
  ['tag v1.2.0', false, { kind: 'tag', tag: 'v1.2.0' }],
  ['pr 42 opened', true, { kind: 'pull-request', number: 42, action: 'opened', isFromFork: true }],
  ['pr 42 updated', false, { kind: 'pull-request', number: 42, action: 'updated', isFromFork: false }],
  ['pr 42 merged', false, { kind: 'pull-request', number: 42, action: 'merged', isFromFork: false }],
  ['merge-queue', false, { kind: 'merge-queue', number: null }],
  ['merge-queue 7', false, { kind: 'merge-queue', number: 7 }],
])('%s is read, and written as it was', (text, isFromFork, expected) => {
  const read = parse(text, isFromFork);
  expect(read).toEqual(expected);
  expect(rehearsalWords(read as Rehearsal)).toBe(isFromFork ? `${text} --from-fork` : text);
});

test.each([
  ['', 'No trigger was given.'],
  ['push', 'push needs a branch.'],
  ['pr 42', 'pr 42 needs opened or closed.'],
  ['pr x opened', 'x is not the number of a pull request.'],
  ['pr 42 synchronize', 'A pull request is opened, updated, closed, merged, not synchronize.'],
  ['pr 42 opened now', 'A pull request is opened, updated, closed, merged, not opened now.'],
  ['merge-queue x', 'x is not the number of a pull request.'],
  ['merge-queue 1 2', 'merge-queue takes a number and nothing more, not 2.'],
  ['deploy staging', 'A deployment by hand is no event on GitHub.'],
])('“%s” is a mistake that says what could be written', (text, message) => {
  expect(parse(text)).toMatchObject({ code: 'PLAN_UNKNOWN_TRIGGER', message });
  expect((parse(text) as { hint: string }).hint).toMatch(/Write one of: push <branch> · |--local/);
});

test('what GitHub calls otherwise is understood well enough to say so', () => {
  expect(parse('pr 42 synchronize')).toMatchObject({
    hint: expect.stringMatching(/^Did you mean updated\?/) as unknown,
  });
  expect(parse('push main', true)).toMatchObject({ message: 'Only a pull request comes from a fork.' });
});

test('a merged pull request is a closed one to Glidepath, and a merge queue is nothing to it', () => {
  expect(triggerOf(parse('pr 3 merged') as Rehearsal)).toEqual({
    kind: 'pull-request',
    number: 3,
    action: 'closed',
  });
  expect(triggerOf(parse('merge-queue') as Rehearsal)).toBeNull();
});
