import { posix } from 'node:path';
import { sourcePath, type SourceRoot } from '../source-path.ts';
import { readXml, type XmlAttributes } from '../xml/read-xml.ts';
import { emptyFile, type CoverageReport, type OpenFile } from './coverage.ts';
import { addFile, mergeCoverage } from './merge-coverage.ts';

/** Branches of one line that a report may speak of; more is no program but a mistake. */
const BRANCHES_MAX = 1000;

/**
 * Reads cobertura XML: of vitest, c8, coverage.py, excoveralls. Of branches it has only how many of how many were taken.
 * Pure; never throws.
 */
export function parseCobertura(text: string, place: SourceRoot): CoverageReport {
  const files = new Map<string, OpenFile>();
  const sources: string[] = [];
  let source: string | null = null;
  let file: OpenFile | null = null;
  let isMethod = false;
  let method: OpenMethod | null = null;
  let hasRoot = false;
  const problem = readXml(text, {
    open(name, attributes) {
      if (name === 'coverage') hasRoot = true;
      else if (name === 'source') source = '';
      else if (name === 'class') file = openFile(files, attributes, sources, place);
      else if (name === 'method')
        [isMethod, method] = [true, { name: attributes['name'] ?? '', line: null, hits: 0 }];
      else if (name === 'line' && file !== null) {
        if (isMethod) method = readMethodLine(method, attributes);
        else addFile(file, readLine(attributes));
      }
    },
    text(read) {
      if (source !== null) source += read();
    },
    close(name) {
      if (name === 'source' && source !== null) [source, sources[sources.length]] = [null, source.trim()];
      if (name === 'method') {
        if (file !== null && method !== null) keepMethod(file, method);
        [isMethod, method] = [false, null];
      }
      if (name === 'class') file = null;
    },
  });
  const words = problem === null ? null : `${problem.message} (line ${problem.line})`;
  return {
    coverage: mergeCoverage([files]),
    problem: words ?? (hasRoot ? null : 'it is no cobertura file'),
  };
}

interface OpenMethod {
  readonly name: string;
  readonly line: number | null;
  readonly hits: number;
}

function openFile(
  files: Map<string, OpenFile>,
  attributes: XmlAttributes,
  sources: readonly string[],
  place: SourceRoot,
): OpenFile | null {
  const path = pathOf(attributes['filename'] ?? '', sources, place);
  if (path === null) return null;
  const file = files.get(path) ?? emptyFile();
  files.set(path, file);
  return file;
}

/** File names count from one of the sources: one in this checkout before one of where it lay elsewhere. */
function pathOf(written: string, sources: readonly string[], place: SourceRoot): string | null {
  if (!written.startsWith('/')) {
    const isHere = (source: string): boolean => source.startsWith(place.root) || !source.startsWith('/');
    for (const source of sources.toSorted((one, other) => Number(isHere(other)) - Number(isHere(one)))) {
      const path = sourcePath(posix.join(source.replaceAll('\\', '/'), written), place);
      if (path !== null && place.exists(path)) return path;
    }
  }
  return sourcePath(written, place);
}

function readLine(attributes: XmlAttributes): OpenFile {
  const file = emptyFile();
  const line = wholeNumber(attributes['number']);
  if (line === null || line === 0) return file;
  file.lines.set(line, wholeNumber(attributes['hits']) ?? 0);
  const [, taken, all] = /\((\d+)\/(\d+)\)/.exec(attributes['condition-coverage'] ?? '') ?? [];
  if (attributes['branch'] !== 'true' || all === undefined) return file;
  for (let at = 0; at < Math.min(Number(all), BRANCHES_MAX); at++)
    file.branches.set(`${line},0,${at}`, at < Number(taken) ? 1 : 0);
  return file;
}

function readMethodLine(method: OpenMethod | null, attributes: XmlAttributes): OpenMethod | null {
  const line = wholeNumber(attributes['number']);
  if (method === null || method.line !== null || line === null) return method;
  return { ...method, line, hits: wholeNumber(attributes['hits']) ?? 0 };
}

function keepMethod(file: OpenFile, { name, line, hits }: OpenMethod): void {
  if (name === '' || line === null || line === 0) return;
  addFile(file, { ...emptyFile(), functions: new Map([[name, { line, hits }]]) });
}

function wholeNumber(text: string | undefined): number | null {
  const value = Math.trunc(Number(text ?? Number.NaN));
  return Number.isNaN(value) || value < 0 ? null : Math.min(Number.MAX_SAFE_INTEGER, value);
}
