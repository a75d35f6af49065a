import type { DomainState } from '../providers/app-platform.ts';

/** What a domain waits for, in a few words. */
export const DOMAIN_WORDS: Readonly<Record<DomainState['state'], string>> = {
  issued: 'has its certificate',
  'awaiting-certificate': 'points here; its certificate is on the way',
  'awaiting-dns': 'does not point here yet: its DNS records are missing',
};

/** The DNS records of a domain, one a line in columns: type, name, value; then what its platform says of them. Pure. */
export function dnsTable(domain: DomainState): readonly string[] {
  const width = (cells: readonly string[]): number => Math.max(0, ...cells.map((cell) => cell.length));
  const types = width(domain.records.map((record) => record.type));
  const names = width(domain.records.map((record) => record.name));
  return [
    ...domain.records.map(
      ({ type, name, value }) => `  ${type.padEnd(types)}  ${name.padEnd(names)}  ${value}`,
    ),
    ...(domain.detail === null ? [] : [`  ${domain.detail}`]),
  ];
}
