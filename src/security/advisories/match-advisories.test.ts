import { describe, expect, test } from 'vitest';
import { buildInventory } from '../components/build-inventory.ts';
import { readDpkgStatus } from '../image/system-packages.ts';
import { npmPackage } from '../locks/lock-source.ts';
import { compareNpm } from '../versions/npm-version.ts';
import { affectedAt } from './affected-range.ts';
import { indexAdvisories, matchAdvisories } from './match-advisories.ts';
import { matchBulkAdvisories } from './npm-advisories.ts';
import { npmRegistry } from './npm-registry.ts';
import type { OsvAdvisory } from './osv.ts';

const NOTHING = { hashes: [], licence: null, needs: [], optionalNeeds: [] };
const events = (
  ...list: Record<string, string>[]
): { ranges: { type: string; events: Record<string, string>[] }[] } => ({
  ranges: [{ type: 'SEMVER', events: list }],
});

describe('the evaluation of a range', () => {
  const at = (version: string, affected: Parameters<typeof affectedAt>[0]): string | null | undefined => {
    const hit = affectedAt(affected, version, compareNpm);
    return hit === null ? undefined : hit.fixed;
  };

  test('begins with what is introduced and ends with what is fixed', () => {
    const range = events(
      { introduced: '1.0.0' },
      { fixed: '1.2.0' },
      { introduced: '2.0.0' },
      { fixed: '2.1.0' },
    );
    expect(
      ['0.9.0', '1.0.0', '1.1.9', '1.2.0', '1.9.0', '2.0.5', '2.1.0'].map((version) => at(version, range)),
    ).toEqual([undefined, '1.2.0', '1.2.0', undefined, undefined, '2.1.0', undefined]);
  });

  test('does not hang on the order in which events are written', () => {
    expect(at('1.1.0', events({ fixed: '1.2.0' }, { introduced: '0' }))).toBe('1.2.0');
  });

  test('includes the last that is affected, and has no fix then', () => {
    const range = events({ introduced: '0' }, { last_affected: '1.2.0' });
    expect([at('1.2.0', range), at('1.2.1', range)]).toEqual([null, undefined]);
  });

  test('knows versions by name, limits, and leaves commits alone', () => {
    expect(at('3.0.0', { versions: ['3.0.0'] })).toBe(null);
    expect(at('3.0.0', events({ introduced: '0' }, { limit: '2.0.0' }))).toBeUndefined();
    expect(at('3.0.0', { ranges: [{ type: 'GIT', events: [{ introduced: '0' }] }] })).toBeUndefined();
  });
});

describe('advisories and packages', () => {
  const advisory = (ecosystem: string, name: string, more: Partial<OsvAdvisory> = {}): OsvAdvisory => ({
    id: 'OSV-1',
    affected: [{ package: { ecosystem, name }, ...events({ introduced: '0' }, { fixed: '9.0.0' }) }],
    ...more,
  });
  const lock = buildInventory('package-lock.json', [npmPackage('qs', '6.9.0', NOTHING)]);

  test('meet by ecosystem and name, but for those that were withdrawn', () => {
    const ids = (list: OsvAdvisory[]): number =>
      matchAdvisories(indexAdvisories(list), lock, 'advisories').length;
    expect(ids([advisory('npm', 'qs')])).toBe(1);
    expect(ids([advisory('npm', 'qs', { withdrawn: '2026-01-01T00:00:00Z' })])).toBe(0);
    expect(ids([advisory('Hex', 'qs'), advisory('npm', 'QS'), advisory('PyPI', 'qs')])).toBe(0);
  });

  test('of a distribution speak of source packages of one release', () => {
    const status =
      'Package: libssl3\nStatus: install ok installed\nSource: openssl (3.0.15-1)\nVersion: 3.0.15-1+b1\nArchitecture: amd64\n';
    const inventory = buildInventory('image', readDpkgStatus(status, { id: 'debian', version: '12' }));
    const about = (ecosystem: string, fixed: string): OsvAdvisory => ({
      id: 'DSA-1',
      affected: [
        {
          package: { ecosystem, name: 'openssl' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
        },
      ],
    });
    const count = (one: OsvAdvisory): number =>
      matchAdvisories(indexAdvisories([one]), inventory, 'image').length;
    expect(count(about('Debian:12', '3.0.15-1+deb12u1'))).toBe(1);
    // The rebuild of the binary is no fix of the source.
    expect(count(about('Debian:12', '3.0.15-1'))).toBe(0);
    expect(count(about('Debian:11', '3.0.15-1+deb12u1'))).toBe(0);
    expect(count(about('Debian', '3.0.15-1+deb12u1'))).toBe(1);
  });

  test('a name such as constructor is no advisory', () => {
    const odd = buildInventory('package-lock.json', [npmPackage('constructor', '1.0.0', NOTHING)]);
    expect(matchBulkAdvisories({}, odd)).toEqual([]);
  });
});

describe('the registry of npm', () => {
  test('is read from variables first, then from the files, that of the project first', () => {
    expect(npmRegistry({}, ['registry=https://a.example/npm/', 'registry=https://b.example']).url).toBe(
      'https://a.example/npm',
    );
    expect(
      npmRegistry({ npm_config_registry: 'https://c.example/' }, ['registry=https://a.example']).url,
    ).toBe('https://c.example');
    expect(npmRegistry({}, []).url).toMatch(/^https:\/\/registry\.npmjs\./);
  });

  test('has the token of its own address only', () => {
    const npmrc =
      'registry=https://a.example/npm/\n//a.example/:_authToken=${TOKEN}\n//b.example/:_authToken=other\n';
    expect(npmRegistry({ TOKEN: 'mine' }, [npmrc]).authorization).toBe('Bearer mine');
    expect(npmRegistry({ npm_config_registry: 'https://c.example' }, [npmrc]).authorization).toBeNull();
  });
});
