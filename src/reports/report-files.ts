/** The files into which the reports of all checks are put together, by their names below `.glidepath/reports`. */
export const REPORT_FILES = [
  'junit.xml',
  'coverage.lcov',
  'coverage.cobertura.xml',
  'findings.sarif',
  'summary.md',
  'summary.json',
] as const;
