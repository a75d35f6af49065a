import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedCheck } from '../config/resolved.ts';
import { outputFiles, outputGlobs } from './cache/output-files.ts';
import { reportGlobs } from './inputs/made-by-checks.ts';

/** A report that is longer was read by nobody. */
const REPORT_BYTES_MAX = 64 * 1024 * 1024;

/**
 * Takes secrets out of the reports of a check, in place: what a test prints stands in them, too, and they are kept and
 * shared as its log is. Reports that hold none stay as they are, to the byte.
 */
export function maskReports(
  root: string,
  { reports }: Pick<ResolvedCheck, 'reports'>,
  redact: (text: string) => string,
): void {
  const globs = reportGlobs(reports);
  if (globs.length === 0) return;
  for (const path of outputFiles(root, outputGlobs(globs))) {
    const file = join(root, path);
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() !== true || stats.size > REPORT_BYTES_MAX) continue;
    const text = readFileSync(file, 'utf8');
    const masked = redact(text);
    if (masked !== text) writeFileSync(file, masked);
  }
}
