import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { outputFiles, outputGlobs } from '../../checks/cache/output-files.ts';
import type { ResolvedCheck } from '../../config/resolved.ts';
import type { Coverage } from '../../reports/covered-lines/coverage.ts';
import { parseCoverage } from '../../reports/covered-lines/parse-coverage.ts';
import type { Finding } from '../../reports/finding.ts';
import { REPORT_FILES } from '../../reports/report-files.ts';
import type { SarifRuns } from '../../reports/sarif/merge-sarif.ts';
import { parseSarif } from '../../reports/sarif/parse-sarif.ts';
import type { SourceRoot } from '../../reports/source-path.ts';
import { readMaterials, type Material } from '../../reports/summary/read-materials.ts';
import { parseJunit } from '../../reports/tests/parse-junit.ts';
import type { TestResult } from '../../reports/tests/test-result.ts';

/** A check whose reports are read: also one that is to be tried again. */
export interface ReadCheck {
  readonly check: ResolvedCheck;
  readonly hasPassed: boolean;
  /** When it began, in epoch milliseconds: what is older is of another run. Null where it need not run. */
  readonly startedAt: number | null;
}

/** What the reports of all checks say; null where no check has left such a report: then nothing is known. */
export interface ReadReports {
  readonly tests: readonly TestResult[] | null;
  readonly coverage: readonly Coverage[] | null;
  readonly findings: readonly Finding[] | null;
  readonly runs: readonly SarifRuns[];
  readonly materials: readonly Material[] | null;
  /** Reports that are missing, old, or cannot be read whole, and those that contradict their check. */
  readonly warnings: readonly string[];
  /** The same by what the reports are of. */
  readonly unread: Readonly<Record<Kind, readonly string[]>>;
}

/** Longer than any report that a person or a tool made use of; a string holds at most 512 MiB. */
const REPORT_BYTES_MAX = 200 * 1024 * 1024;
/** File systems stamp files with the time of the last tick, which is some milliseconds old. */
const STAMP_MARGIN_MS = 100;

/** What was put together of earlier reports is no report, whatever a glob says. */
const MERGED: ReadonlySet<string> = new Set(REPORT_FILES.map((name) => `.glidepath/reports/${name}`));

type Kind = keyof ResolvedCheck['reports'];

/** Where reports are read, and what is taken out of them. */
export interface ReportsPlace {
  /** The directory of the project. */
  readonly root: string;
  readonly redact: (text: string) => string;
}

/** Reads the reports that checks wrote or had restored. Never throws: what cannot be read is a warning. */
export function readReports(checks: readonly ReadCheck[], { root, redact }: ReportsPlace): ReadReports {
  const unread: Record<Kind, string[]> = { junit: [], coverage: [], sarif: [], sbom: [] };
  const exists = rememberedExists(root);
  const placeOf = (check: ResolvedCheck): SourceRoot => ({
    root: root.replaceAll('\\', '/'),
    directory: check.directory,
    exists,
  });
  const filesOf = (kind: Kind): readonly ReportFile[] =>
    checks
      .flatMap((one) => reportFiles(root, one, kind, unread[kind]))
      .map((file) => ({ ...file, text: redact(file.text) }));
  const warn = ({ path, check, kind }: ReportFile, problem: string | null): void => {
    if (problem !== null)
      unread[kind].push(
        `The report ${path} of the check ${check.name} cannot be read completely: ${problem}.`,
      );
  };
  const results = filesOf('junit').map((file) => {
    const { results: own, problem } = parseJunit(file.text, {
      check: file.check.name,
      place: placeOf(file.check),
      redact,
    });
    warn(file, problem === null ? null : `${problem.message} (line ${problem.line})`);
    return own;
  });
  const coverage = filesOf('coverage').map((file) => {
    const { coverage: own, problem } = parseCoverage(file.text, placeOf(file.check));
    warn(file, problem);
    return own;
  });
  const logs = filesOf('sarif').map((file) => {
    const report = parseSarif(file.text, placeOf(file.check));
    warn(file, report.problem);
    return { ...report, check: file.check.name, place: placeOf(file.check) };
  });
  const tests = results.flat();
  const materials = filesOf('sbom').map((file) => {
    const own = readMaterials(file.text);
    warn(file, own === null ? 'it is no CycloneDX bill as JSON' : null);
    return own ?? [];
  });
  return {
    tests: results.length > 0 ? tests : null,
    coverage: coverage.length > 0 ? coverage : null,
    findings: logs.length > 0 ? logs.flatMap(({ findings }) => findings) : null,
    runs: logs,
    materials: materials.length > 0 ? materials.flat() : null,
    warnings: [...Object.values(unread).flat(), ...contradictions(checks, tests)],
    unread,
  };
}

/** A command that swallows the exit code of its tests, as `npm test | tee log` does, passes whatever they say. */
function contradictions(checks: readonly ReadCheck[], tests: readonly TestResult[]): string[] {
  return checks.flatMap(({ check, hasPassed }) => {
    const failed = tests.filter(
      ({ check: name, status }) => name === check.name && status === 'failed',
    ).length;
    if (!hasPassed || failed === 0) return [];
    const what = failed === 1 ? 'a test that failed' : `${failed} tests that failed`;
    return [
      `The check ${check.name} passed, but its report has ${what}: its command must not swallow the exit code.`,
    ];
  });
}

interface ReportFile {
  readonly path: string;
  readonly text: string;
  readonly check: ResolvedCheck;
  readonly kind: Kind;
}

function reportFiles(
  root: string,
  { check, hasPassed, startedAt }: ReadCheck,
  kind: Kind,
  warnings: string[],
): ReportFile[] {
  const globs = check.reports[kind];
  if (globs.length === 0) return [];
  const paths = outputFiles(root, outputGlobs(globs)).filter((path) => !MERGED.has(path));
  // A check that failed may have ended before it wrote anything.
  if (paths.length === 0 && hasPassed)
    warnings.push(`The check ${check.name} passed and left no report at ${globs.join(', ')}.`);
  return paths.flatMap((path) => {
    const problem = `The report ${path} of the check ${check.name}`;
    try {
      const { mtimeMs, size } = statSync(join(root, path));
      if (startedAt !== null && mtimeMs < startedAt - STAMP_MARGIN_MS) {
        warnings.push(`${problem} is older than this run and was skipped.`);
        return [];
      }
      if (size > REPORT_BYTES_MAX) {
        warnings.push(`${problem} has more than ${REPORT_BYTES_MAX / 1024 / 1024} MiB and was skipped.`);
        return [];
      }
      return [{ path, text: readFileSync(join(root, path), 'utf8'), check, kind }];
    } catch (error) {
      warnings.push(`${problem} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
      return [];
    }
  });
}

/** Each file is asked for once, however many tests are in it. */
function rememberedExists(root: string): (path: string) => boolean {
  const known = new Map<string, boolean>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const isThere = existsSync(join(root, path));
    known.set(path, isThere);
    return isThere;
  };
}
