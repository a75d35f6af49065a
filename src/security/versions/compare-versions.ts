import { compareApk } from './apk-version.ts';
import { compareDpkg } from './dpkg-version.ts';
import { compareElixir } from './elixir-version.ts';
import { compareNpm } from './npm-version.ts';

/** Below 0 when the first version is before the other, 0, or above 0. */
export type CompareVersions = (one: string, other: string) => number;

const ORDERS: Readonly<Record<string, CompareVersions>> = {
  npm: compareNpm,
  Hex: compareElixir,
  Debian: compareDpkg,
  Ubuntu: compareDpkg,
  Alpine: compareApk,
};

/** The order of versions in an ecosystem, as OSV calls it (`Debian:12` is Debian); null for one that is not known here. */
export function orderOf(ecosystem: string): CompareVersions | null {
  return ORDERS[ecosystem.split(':')[0] ?? ''] ?? null;
}
