import type { SourceRoot } from '../source-path.ts';
import type { CoverageReport } from './coverage.ts';
import { parseCobertura } from './parse-cobertura.ts';
import { parseLcov } from './parse-lcov.ts';

/** Reads coverage in either form: cobertura is XML, lcov is not. */
export function parseCoverage(text: string, place: SourceRoot): CoverageReport {
  const isXml = /^\uFEFF?\s*</.test(text.slice(0, 1000));
  if (text.trim() === '') return { coverage: new Map(), problem: 'it is empty' };
  return isXml ? parseCobertura(text, place) : parseLcov(text, place);
}
