// What a checkout holds of its checks is believed only where it is what they made: whoever else was at work there.
import { expect, test } from 'vitest';
import { checkoutRig } from '../support/checkout-rig.ts';
import { resolvedCheck } from '../support/projects.ts';

const FILES = { '.gitignore': '.glidepath\ndist\nvendor\n', lock: '1.7.14\n', 'src/a.txt': 'a\n' };

/** A package manager that writes nothing down, and a test that says which version it met. */
const INSTALL = resolvedCheck('install', {
  command: 'rm -rf vendor/phoenix && mkdir -p vendor/phoenix && cp lock vendor/phoenix/.hex',
  inputs: ['lock'],
  leaves: ['vendor'],
  prepares: true,
});
const TEST = resolvedCheck('test', {
  command: 'cat vendor/phoenix/.hex; cmp lock vendor/phoenix/.hex',
  inputs: ['src/**'],
  needs: ['install'],
});

test('versions that somebody installed for another branch are not taken for those of this one', async () => {
  using rig = checkoutRig(FILES);
  expect((await rig.run([INSTALL, TEST])).hasPassed).toBe(true);
  await rig.run([INSTALL, TEST]);
  expect(rig.result('install').from).toBe('in-place');
  // By hand, on a branch with another lock file, and back.
  rig.write('vendor/phoenix/.hex', '1.7.15\n');
  rig.write('src/a.txt', 'b\n');
  expect((await rig.run([INSTALL, TEST])).hasPassed).toBe(true);
  expect(rig.result('install').reason).toBe('ran: vendor changed or is gone');
  expect(rig.lines('test')).toEqual(['1.7.14']);
});
