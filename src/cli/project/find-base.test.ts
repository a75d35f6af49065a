import { expect, test } from 'vitest';
import { findBase, type BaseSource } from './find-base.ts';

const [BASE, FORK, HEAD] = ['b'.repeat(40), 'f'.repeat(40), 'd'.repeat(40)];

/** A clone that has some commits and refs; every two commits come from FORK where it has that. */
function clone(commits: readonly string[], refs: Readonly<Record<string, string>> = {}): BaseSource {
  return {
    hasCommit: (sha) => Promise.resolve(commits.includes(sha)),
    hasRef: (ref) => Promise.resolve(ref in refs),
    resolveRef: (ref) => Promise.resolve(refs[ref] ?? ''),
    mergeBase: () => Promise.resolve(commits.includes(FORK) ? FORK : null),
  };
}

const whole = clone([BASE, FORK, HEAD], { main: BASE });
const pull = { name: 'pull_request', payload: { pull_request: { base: { sha: BASE } } } };

test.each([
  ['a pull request', pull, FORK],
  ['the merge queue', { name: 'merge_group', payload: { merge_group: { base_sha: BASE } } }, BASE],
  ['a push', { name: 'push', payload: { before: BASE } }, BASE],
  ['no event', null, FORK],
] as const)('%s is compared with what it changes', async (_, event, sha) => {
  expect(await findBase(whole, event, 'main')).toMatchObject({ kind: 'commit', sha });
});

test.each([
  ['a new branch', whole, { name: 'push', payload: { before: '0'.repeat(40) } }, /is new/],
  [
    'a forced push',
    whole,
    { name: 'push', payload: { before: 'e'.repeat(40) } },
    /does not have what was there before/,
  ],
  ['a push without a before', whole, { name: 'push', payload: {} }, /does not say/],
  ['a shallow clone', clone([HEAD]), pull, /does not have the base of the pull request/],
  ['a clone that ends after the fork', clone([BASE, HEAD]), pull, /does not go back/],
  ['a run by hand', whole, { name: 'workflow_dispatch', payload: {} }, /workflow_dispatch names nothing/],
  ['an event that is no event', whole, { name: 'push', payload: 'x' }, /does not say/],
  ['a clone without main', clone([HEAD]), null, /left main/],
] as const)('%s has nothing to be compared with', async (_, source, event, reason) => {
  expect(await findBase(source, event, 'main')).toEqual({
    kind: 'none',
    reason: expect.stringMatching(reason) as unknown,
  });
});

test('the main branch of the remote comes before that of the clone', async () => {
  const source = clone([BASE, FORK], { main: BASE, 'origin/main': BASE });
  expect(await findBase(source, null, 'main')).toMatchObject({ words: 'origin/main (fffffff)' });
});
