import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPORT_FILES } from '../../reports/report-files.ts';

/** Null: there is nothing of the kind. */
export type ReportTexts = Readonly<Record<(typeof REPORT_FILES)[number], string | null>>;

/**
 * Writes the merged files, each put into its place at once; one of an earlier run that has nothing to stand for now is
 * taken away. What else is in the directory is left alone: checks have their own reports there. Gives the paths. Where
 * one cannot be written none of them is left, and it throws.
 */
export function writeReports(directory: string, texts: ReportTexts): readonly string[] {
  mkdirSync(directory, { recursive: true });
  try {
    return writeEach(directory, texts);
  } catch (error) {
    // Some of them would be of this run and some of an earlier one.
    for (const name of REPORT_FILES)
      for (const path of [name, `${name}.${process.pid}`])
        rmSync(join(directory, path), { force: true, recursive: true });
    throw error;
  }
}

function writeEach(directory: string, texts: ReportTexts): readonly string[] {
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
