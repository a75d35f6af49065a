import type { Coverage, FileCoverage } from './coverage.ts';

/** Coverage as lcov writes it (man geninfo, "Tracefile format"). Pure. */
export function writeLcov(coverage: Coverage): string {
  return [...coverage].map(([path, file]) => fileText(path, file)).join('');
}

function fileText(path: string, { lines, branches, functions }: FileCoverage): string {
  const records = [
    'TN:',
    `SF:${path}`,
    ...[...functions].map(([name, { line }]) => `FN:${line},${name}`),
    ...[...functions].map(([name, { hits }]) => `FNDA:${hits},${name}`),
    `FNF:${functions.size}`,
    `FNH:${[...functions.values()].filter(({ hits }) => hits > 0).length}`,
    ...[...branches].map(([key, taken]) => `BRDA:${key},${taken ?? '-'}`),
    `BRF:${branches.size}`,
    `BRH:${[...branches.values()].filter((taken) => (taken ?? 0) > 0).length}`,
    ...[...lines].map(([line, hits]) => `DA:${line},${hits}`),
    `LF:${lines.size}`,
    `LH:${[...lines.values()].filter((hits) => hits > 0).length}`,
    'end_of_record',
  ];
  return `${records.join('\n')}\n`;
}
