import { sourcePath, type SourceRoot } from '../source-path.ts';
import type { CoverageReport } from './coverage.ts';
import { emptyFile, type OpenFile } from './coverage.ts';
import { addFile, mergeCoverage } from './merge-coverage.ts';

/**
 * Reads lcov (man geninfo, "Tracefile format"), of version 1 and 2. Files outside of the project are left out. A file
 * that was cut off still says what is in front of the cut. Pure; never throws.
 */
export function parseLcov(text: string, place: SourceRoot): CoverageReport {
  const files = new Map<string, OpenFile>();
  let open: OpenFile | null = null;
  let path: string | null = null;
  let isKnown = false;
  let bad: string | null = null;
  for (const [at, line] of text.split('\n').entries()) {
    const record = line.trim();
    const colon = record.indexOf(':');
    const [kind, value] = colon === -1 ? [record, ''] : [record.slice(0, colon), record.slice(colon + 1)];
    if (kind === 'SF') {
      path = sourcePath(value, place);
      open = emptyFile();
      isKnown = true;
    } else if (kind === 'end_of_record') {
      keep(files, path, open);
      open = null;
    } else if (open !== null && !readRecord(open, kind, value)) {
      bad ??= `its line ${at + 1} cannot be read`;
    }
  }
  keep(files, path, open);
  if (!isKnown && text.trim() !== '' && !/^TN:/m.test(text)) bad = 'it is no lcov file';
  const cut = open === null ? null : 'it ends within a file';
  return { coverage: mergeCoverage([files]), problem: cut ?? bad };
}

function keep(files: Map<string, OpenFile>, path: string | null, open: OpenFile | null): void {
  if (path === null || open === null) return;
  const before = files.get(path);
  if (before === undefined) files.set(path, open);
  else addFile(before, open);
}

/** False for a record that is spoilt; what is not known here is left aside. */
function readRecord(file: OpenFile, kind: string, value: string): boolean {
  switch (kind) {
    case 'DA': {
      const [, line, hits] = /^(\d+),(-?[\d.e+]+)(?:,.*)?$/.exec(value) ?? [];
      if (line === undefined) return false;
      add(file, { lines: new Map([[Number(line), count(hits)]]) });
      return true;
    }
    case 'BRDA': {
      const [, line, block, branch, taken] = /^(\d+),(e?\d+),(.*),(-|\d+)$/.exec(value) ?? [];
      if (line === undefined || taken === undefined) return false;
      add(file, { branches: new Map([[`${line},${block},${branch}`, taken === '-' ? null : count(taken)]]) });
      return true;
    }
    case 'FN':
    case 'FNDA':
      return readFunction(file, kind, value);
    default:
      return true;
  }
}

/** `FN:line[,end],name` says where, `FNDA:hits,name` how often, in whichever order. */
function readFunction(file: OpenFile, kind: 'FN' | 'FNDA', value: string): boolean {
  const [, number, name] = (kind === 'FN' ? /^(\d+)(?:,\d+)?,(.+)$/ : /^(-?\d+),(.+)$/).exec(value) ?? [];
  if (number === undefined || name === undefined) return false;
  const before = file.functions.get(name);
  const line = kind === 'FN' ? Number(number) : (before?.line ?? Number.MAX_SAFE_INTEGER);
  const hits = kind === 'FNDA' ? count(number) : 0;
  const least = Math.min(line, before?.line ?? line);
  file.functions.set(name, {
    line: least,
    hits: Math.min(Number.MAX_SAFE_INTEGER, (before?.hits ?? 0) + hits),
  });
  return true;
}

function add(file: OpenFile, part: Partial<OpenFile>): void {
  addFile(file, { ...emptyFile(), ...part });
}

/** Some tools count below nothing, and some beyond what a number holds. */
function count(text: string | undefined): number {
  const value = Math.trunc(Number(text ?? 0));
  return Number.isNaN(value) ? 0 : Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, value));
}
