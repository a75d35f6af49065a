/** How often the lines of one file ran. */
export interface FileCoverage {
  /** Line, from 1 → how often it ran. Only lines that can. */
  readonly lines: ReadonlyMap<number, number>;
  /** `line,block,branch` → how often it was taken; null: what decides it never ran. */
  readonly branches: ReadonlyMap<string, number | null>;
  /** Functions by name. */
  readonly functions: ReadonlyMap<string, FunctionCoverage>;
}

/** How often one function ran. */
export interface FunctionCoverage {
  /** Where it begins. */
  readonly line: number;
  readonly hits: number;
}

/** Path, from the directory of the project, with slashes → how often its lines ran. */
export type Coverage = ReadonlyMap<string, FileCoverage>;

/** What a report says, as far as it could be read. */
export interface CoverageReport {
  readonly coverage: Coverage;
  /** What comes behind the name of the file; null where all of it could be read. */
  readonly problem: string | null;
}

/** Collects what a report says of a file, which may come in several parts. */
export interface OpenFile {
  readonly lines: Map<number, number>;
  readonly branches: Map<string, number | null>;
  readonly functions: Map<string, FunctionCoverage>;
}

/** A file of which nothing is known yet. */
export function emptyFile(): OpenFile {
  return { lines: new Map(), branches: new Map(), functions: new Map() };
}
