import { expect, test } from 'vitest';
import { environment } from '../../../test/support/projects.ts';
import { carryOnHint } from './carry-on-hint.ts';
import { parseRehearsal, type RehearsalFlags } from './parse-rehearsal.ts';
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

test('a push of another branch, a workflow started by hand and one by its schedule are read, and written as they were', () => {
  const words = (text: string) => text.split(' ');
  const from = parseRehearsal(words('push production'), { from: 'staging' });
  expect(from).toEqual({ kind: 'push', branch: 'production', from: 'staging' });
  expect(rehearsalWords(from as Rehearsal)).toBe('push production --from staging');
  const inputs = ['action=deploy', 'reason=a=b', 'ref='];
  const dispatched = parseRehearsal(words('dispatch operations.yml'), { ref: 'main', inputs });
  expect(dispatched).toEqual({
    kind: 'dispatch',
    workflow: 'operations.yml',
    ref: 'main',
    inputs: { action: 'deploy', reason: 'a=b', ref: '' },
  });
  expect(rehearsalWords(dispatched as Rehearsal)).toBe(
    'dispatch operations.yml --ref main --input action=deploy --input reason=a=b --input ref=',
  );
  expect(triggerOf(dispatched as Rehearsal)).toBeNull();
  const reap = parse('schedule review-app');
  expect(reap).toEqual({ kind: 'schedule', workflow: 'review-app' });
  expect(rehearsalWords(reap as Rehearsal)).toBe('schedule review-app');
});

test.each<[string, RehearsalFlags, string]>([
  ['dispatch', {}, 'dispatch needs a GitHub workflow, such as operations.yml.'],
  ['dispatch operations action=status', {}, 'Inputs are given by --input action=status.'],
  ['schedule a b', {}, 'schedule takes one GitHub workflow, not b as well.'],
  ['dispatch operations', { inputs: ['status'] }, '--input takes name=value, not status.'],
  ['dispatch operations', { inputs: ['=x'] }, '--input takes name=value, not =x.'],
  ['tag v1', { from: 'staging' }, 'Only a push takes --from.'],
  ['push main', { ref: 'main' }, 'Only dispatch takes --ref.'],
  ['schedule review-app', { inputs: ['a=b'] }, 'Only dispatch takes --input.'],
])('“%s” with %j is a mistake', (text, flags, message) => {
  expect(parseRehearsal(text.split(' '), flags)).toMatchObject({
    code: 'PLAN_UNKNOWN_TRIGGER',
    message: expect.stringContaining(message) as string,
  });
});

test('after a push that was refused is named what carries on what has passed', () => {
  const on = (branch: string) => [{ kind: 'push' as const, branch }];
  const staging = environment('staging', { apps: [], on: on('staging') });
  const gates = [{ kind: 'passed' as const, environment: 'staging' }];
  const project = {
    environments: [staging, environment('production', { apps: [], on: on('release/*'), gates })],
  };
  expect(carryOnHint(project, { kind: 'push', branch: 'release/1' })).toContain(
    'glidepath rehearse push release/1 --from staging',
  );
  expect(carryOnHint(project, { kind: 'push', branch: 'staging' })).toBeNull();
  expect(carryOnHint(project, { kind: 'push', branch: 'release/1', from: 'staging' })).toBeNull();
  expect(carryOnHint(project, { kind: 'tag', tag: 'v1' })).toBeNull();
  const byTag = environment('staging', { apps: [], on: [{ kind: 'tag', pattern: 'rc*' }] });
  const other = { environments: [byTag, environment('production', { apps: [], on: on('main'), gates })] };
  expect(carryOnHint(other, { kind: 'push', branch: 'main' })).toBeNull();
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
