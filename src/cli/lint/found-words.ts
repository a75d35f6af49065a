import { counted } from '../views/text/counted.ts';
import type { Paint } from '../views/text/paint.ts';

/** What was found in one file. */
interface FoundInFile {
  readonly findings: readonly { readonly severity: 'error' | 'warning' | 'advice' }[];
  /** What could not be read as what it is. */
  readonly mistakes: readonly unknown[];
}

/** How much was found, the gravest first: `2 errors`, `1 warning`, `3 advice`; empty for nothing. */
export function foundWords(reports: readonly FoundInFile[], { red, yellow }: Paint): readonly string[] {
  const all = reports.flatMap(({ findings }) => findings);
  const count = (severity: string): number => all.filter((finding) => finding.severity === severity).length;
  const mistakes = reports.reduce((sum, report) => sum + report.mistakes.length, 0);
  return [
    mistakes === 0 ? '' : red(counted(mistakes, 'syntax error')),
    count('error') === 0 ? '' : red(counted(count('error'), 'error')),
    count('warning') === 0 ? '' : yellow(counted(count('warning'), 'warning')),
    count('advice') === 0 ? '' : `${count('advice')} advice`,
  ].filter((part) => part !== '');
}
