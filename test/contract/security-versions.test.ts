import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareDpkg } from '../../src/security/versions/dpkg-version.ts';

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

/** Each pair starts a process. */
const PAIRS = 300;

test.skipIf(!hasDpkg)(
  'versions of Debian are ordered as dpkg orders them',
  () => {
    const piece = fc.oneof(
      fc.nat({ max: 120 }).map(String),
      fc.constantFrom('a', 'b', 'rc', '~', '~~', '+', '.', '.0', '00', '+deb12u', '-'),
    );
    const upstream = fc.array(piece, { maxLength: 5 }).map((pieces) => `1${pieces.join('')}`);
    const version = fc
      .tuple(fc.option(fc.nat({ max: 2 })), upstream, fc.option(fc.stringMatching(/^[0-9a-z~+.]{1,4}$/)))
      .map(
        ([epoch, text, revision]) =>
          `${epoch === null ? '' : `${epoch}:`}${text}${revision === null ? '' : `-${revision}`}`,
      )
      // dpkg refuses an empty revision.
      .filter((text) => !text.endsWith('-'));
    fc.assert(
      fc.property(version, version, (one, other) => {
        const is = (relation: string): boolean =>
          spawnSync('dpkg', ['--compare-versions', one, relation, other]).status === 0;
        const order = compareDpkg(one, other);
        expect(is(order < 0 ? 'lt' : order > 0 ? 'gt' : 'eq'), `${one} and ${other}: ${order}`).toBe(true);
      }),
      { numRuns: PAIRS },
    );
  },
  60_000,
);
