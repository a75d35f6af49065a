import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import { reportsDirectory } from './reports-directory.ts';

/** The summary that was written last; null where there is none that can be read. */
export function lastSummary(root: string): ReportsSummary | null {
  try {
    const text = readFileSync(join(reportsDirectory(root), 'summary.json'), 'utf8');
    const summary = JSON.parse(text) as Partial<ReportsSummary> | null;
    return summary?.format === 1 ? (summary as ReportsSummary) : null;
  } catch {
    return null;
  }
}
