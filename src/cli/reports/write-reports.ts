import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The merged files, by their names below `.glidepath/reports`. */
export const REPORT_FILES = [
  'junit.xml',
  'coverage.lcov',
  'coverage.cobertura.xml',
  'findings.sarif',
  'summary.md',
  'summary.json',
] as const;

/** Null: there is nothing of the kind. */
export type ReportTexts = Readonly<Record<(typeof REPORT_FILES)[number], string | null>>;

/**
 * Writes the merged files, each put into its place at once; one of an earlier run that has nothing to stand for now is
 * taken away. What else is in the directory is left alone: checks have their own reports there. Gives the paths.
 */
export function writeReports(directory: string, texts: ReportTexts): readonly string[] {
  mkdirSync(directory, { recursive: true });
  return REPORT_FILES.flatMap((name) => {
    const [path, text] = [join(directory, name), texts[name]];
    if (text === null) {
      rmSync(path, { force: true });
      return [];
    }
    const beside = `${path}.${process.pid}`;
    writeFileSync(beside, text);
    renameSync(beside, path);
    return [path];
  });
}
