import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Trigger } from './plan.ts';
import { isDiagnostic, parseTrigger, TRIGGER_FORMS, triggerWords } from './trigger.ts';

describe('parseTrigger', () => {
  test.each<[string, Trigger]>([
    ['push main', { kind: 'push', branch: 'main' }],
    ['push feature/a-b', { kind: 'push', branch: 'feature/a-b' }],
    ['tag v1.2.0', { kind: 'tag', tag: 'v1.2.0' }],
    ['pr 42 opened', { kind: 'pull-request', number: 42, action: 'opened' }],
    ['pr #42 closed', { kind: 'pull-request', number: 42, action: 'closed' }],
    ['deploy production', { kind: 'deploy', environment: 'production' }],
  ])('reads %s', (words, trigger) => {
    expect(parseTrigger(words.split(' '))).toEqual(trigger);
  });

  test.each([
    ['', 'No trigger was given.', ''],
    ['psuh main', 'psuh is not a trigger.', 'Did you mean push? '],
    ['Push main', 'Push is not a trigger.', 'Did you mean push? '],
    ['pull-request 42 opened', 'pull-request is not a trigger.', 'Did you mean pr? '],
    ['toString main', 'toString is not a trigger.', ''],
    ['cron daily', 'cron is not a trigger.', ''],
    ['push', 'push needs a branch.', ''],
    ['tag', 'tag needs a tag.', ''],
    ['deploy', 'deploy needs an environment.', ''],
    ['push main now', 'push takes a branch and nothing more, not now.', ''],
    ['pr', 'pr needs a number and opened or closed.', ''],
    ['pr 42', 'pr 42 needs opened or closed.', ''],
    ['pr 0 opened', '0 is not the number of a pull request.', ''],
    ['pr -1 opened', '-1 is not the number of a pull request.', ''],
    ['pr 4.2 opened', '4.2 is not the number of a pull request.', ''],
    ['pr 9999999999 opened', '9999999999 is not the number of a pull request.', ''],
    ['pr main opened', 'main is not the number of a pull request.', ''],
    ['pr 42 open', 'A pull request is opened or closed, not open.', 'Did you mean opened? '],
    ['pr 42 merged', 'A pull request is opened or closed, not merged.', ''],
    ['pr 42 opened twice', 'pr 42 opened takes nothing more, not twice.', ''],
  ])('answers PLAN_UNKNOWN_TRIGGER to "%s"', (words, message, suggestion) => {
    expect(parseTrigger(words === '' ? [] : words.split(' '))).toEqual({
      severity: 'error',
      code: 'PLAN_UNKNOWN_TRIGGER',
      message,
      hint: `${suggestion}Write one of: ${TRIGGER_FORMS.join(' · ')}`,
    });
  });

  test('never throws, whatever is typed', () => {
    fc.assert(fc.property(fc.array(fc.string()), (words) => isDiagnostic(parseTrigger(words)) || true));
  });
});

test('triggerWords writes what parseTrigger reads', () => {
  const subject = fc.string({ minLength: 1 });
  const trigger: fc.Arbitrary<Trigger> = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), branch: subject }),
    fc.record({ kind: fc.constant('tag' as const), tag: subject }),
    fc.record({ kind: fc.constant('deploy' as const), environment: subject }),
    fc.record({
      kind: fc.constant('pull-request' as const),
      number: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
      action: fc.constantFrom('opened' as const, 'closed' as const),
    }),
  );
  fc.assert(
    fc.property(trigger, (trigger) => {
      const [kind = '', ...rest] = triggerWords(trigger).split(' ');
      const words = trigger.kind === 'pull-request' ? [kind, ...rest] : [kind, rest.join(' ')];
      expect(parseTrigger(words)).toEqual(trigger);
    }),
  );
});

test('triggerWords names the release and the apps of a rollback, and both ends of a promotion', () => {
  const rollback = { kind: 'rollback', environment: 'production', release: 'r-1', apps: ['web'] } as const;
  expect(triggerWords(rollback)).toBe('rollback production r-1 web');
  expect(triggerWords({ ...rollback, apps: null })).toBe('rollback production r-1');
  expect(triggerWords({ kind: 'promote', from: 'staging', to: 'production' })).toBe(
    'promote staging production',
  );
});
