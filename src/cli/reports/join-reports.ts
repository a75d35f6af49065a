import { appendFileSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createGitSource } from '../../providers/git/git-source.ts';
import { readReports, type ReadReports } from '../../pipeline/reports/read-reports.ts';
import type { Coverage } from '../../reports/covered-lines/coverage.ts';
import { mergeCoverage } from '../../reports/covered-lines/merge-coverage.ts';
import { writeCobertura } from '../../reports/covered-lines/write-cobertura.ts';
import { writeLcov } from '../../reports/covered-lines/write-lcov.ts';
import { judgeFlaky } from '../../reports/flaky/judge-flaky.ts';
import { testRun } from '../../reports/flaky/test-history.ts';
import { mergeSarif } from '../../reports/sarif/merge-sarif.ts';
import { sumMaterials } from '../../reports/summary/read-materials.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import { summarizeReports, type KnownChange } from '../../reports/summary/summarize-reports.ts';
import { writeJunit } from '../../reports/tests/write-junit.ts';
import { cacheDirectory } from '../checks/cache/open-check-cache.ts';
import type { CommandContext } from '../command-context.ts';
import type { GithubContext } from '../github/github-context.ts';
import { hasChanges } from '../project/has-changes.ts';
import { makeStateDir } from '../project/make-state-dir.ts';
import { knownChange } from './known-change.ts';
import type { ReportChecksOptions } from './report-options.ts';
import type { ReportingCheck } from './reporting-checks.ts';
import { reportsMarkdown } from './reports-markdown.ts';
import { reportsDirectory } from './reports-directory.ts';
import { addToHistory } from './test-history-file.ts';
import { writeReports } from './write-reports.ts';

/** GitHub shows a mebibyte a step, and nothing at all of more (docs.github.com, "Adding a job summary"). */
const SUMMARY_BYTES_MAX = 1024 * 1024;

/** Reads the reports of checks, writes them as one of each kind, remembers how the tests went, and adds to the job's summary. */
export async function joinReports(
  context: Pick<CommandContext, 'env'>,
  options: ReportChecksOptions,
  reporting: readonly ReportingCheck[],
): Promise<ReportsSummary> {
  const { root, github, now, redact } = options;
  const checks = reporting.map(({ check, key }) => ({ name: check.name, key }));
  const read = readReports(reporting, { root, redact });
  const coverage = read.coverage === null ? null : mergeCoverage(read.coverage);
  const facts = await gitFacts(options, coverage !== null);
  const history = remember(context.env, options, { reporting, read, commit: facts.commit });
  const summary = summarizeReports({
    at: now,
    ...facts,
    checks,
    tests: read.tests,
    flaky: judgeFlaky(read.tests ?? [], history),
    coverage,
    findings: read.findings,
    materials: read.materials === null ? null : sumMaterials(read.materials),
    warnings: read.warnings,
  });
  const unwritten = writeOrWhy(root, () => writeAll(summary, { read, coverage, root }));
  const told = { ...summary, warnings: [...summary.warnings, ...unwritten] };
  if (github !== null) addToSummary(told, github);
  return told;
}

/** Checks have not failed because what they reported cannot be written: it is said, and what there is to tell is told. */
function writeOrWhy(root: string, write: () => void): string[] {
  try {
    makeStateDir(root, join(root, '.glidepath'));
    write();
    return [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : message.replace(/\.$/, '');
    return [`The reports could not be written to .glidepath/reports: ${why}.`];
  }
}

interface GitFacts {
  readonly commit: string | null;
  readonly prefix: string;
  readonly change: KnownChange;
}

/** What git knows of the files that the checks ran on; outside of a repository, nothing. */
async function gitFacts(
  { root, github, mainBranch, checks }: ReportChecksOptions,
  isChangeAsked: boolean,
): Promise<GitFacts> {
  const source = createGitSource({ root });
  const unasked: KnownChange = { kind: 'unknown', reason: 'No check reports coverage.' };
  const clean = async (): Promise<string | null> =>
    (await hasChanges(source, checks)) ? null : source.resolveRef('HEAD');
  const [commit, prefix, change] = await Promise.all([
    clean().catch(() => null),
    source.prefix().catch(() => ''),
    isChangeAsked ? knownChange(source, github, mainBranch) : unasked,
  ]);
  return { commit, prefix, change };
}

/** Adds what ran now to the history; what was restored ran before. */
function remember(
  env: CommandContext['env'],
  options: ReportChecksOptions,
  {
    reporting,
    read,
    commit,
  }: { reporting: readonly ReportingCheck[]; read: ReadReports; commit: string | null },
): ReturnType<typeof addToHistory> {
  if (read.tests === null) return [];
  const byCheck = Map.groupBy(read.tests, ({ check }) => check);
  const runs = reporting.flatMap(({ check, key, startedAt }) => {
    if (startedAt === null) return [];
    const about = { at: options.now, check: check.name, code: key ?? commit };
    const run = testRun(about, byCheck.get(check.name) ?? [], options.attempts?.of(check.name) ?? []);
    return run === null ? [] : [run];
  });
  return addToHistory(join(cacheDirectory(options.root, env), 'history', 'tests.ndjson'), runs);
}

function writeAll(
  summary: ReportsSummary,
  { read, coverage, root }: { read: ReadReports; coverage: Coverage | null; root: string },
): void {
  const markdown = { blobUrl: null, now: summary.at };
  writeReports(reportsDirectory(root), {
    'junit.xml': read.tests === null ? null : writeJunit(read.tests),
    'coverage.lcov': coverage === null ? null : writeLcov(coverage),
    'coverage.cobertura.xml':
      coverage === null ? null : writeCobertura(coverage, { source: root, at: summary.at }),
    'findings.sarif':
      read.findings === null ? null : `${JSON.stringify(mergeSarif(read.runs, summary.prefix), null, 2)}\n`,
    'summary.md': reportsMarkdown(summary, markdown, SUMMARY_BYTES_MAX),
    'summary.json': `${JSON.stringify(summary, null, 2)}\n`,
  });
}

function addToSummary(
  summary: ReportsSummary,
  { serverUrl, repository, sha, summaryFile }: GithubContext,
): void {
  if (summaryFile === null) return;
  const written = existsSync(summaryFile) ? statSync(summaryFile).size : 0;
  const blobUrl = `${serverUrl}/${repository}/blob/${sha}/`;
  const text = reportsMarkdown(summary, { blobUrl, now: summary.at }, SUMMARY_BYTES_MAX - written);
  appendFileSync(summaryFile, text);
}
