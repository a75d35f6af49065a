import type { ResolvedException, ResolvedQuality } from '../../config/resolved-ci.ts';
import { percentOf } from '../../reports/covered-lines/coverage-totals.ts';
import type { Finding } from '../../reports/finding.ts';
import { judgeSecurity } from '../../security/policy/judge-security.ts';
import { count, list } from '../../plan/words.ts';
import { utcTime } from '../../util/utc-time.ts';
import type { QualityFacts } from './quality-facts.ts';

/** One thing that the gate asks for, and what it found. */
export interface QualityFigure {
  readonly name:
    | 'checks'
    | 'tests'
    | 'coverage'
    | 'change coverage'
    | 'findings'
    | 'exceptions'
    | 'flaky tests'
    | 'images';
  readonly holds: boolean;
  /** `at least 80 %` */
  readonly asked: string;
  /** `73.4 % (734 of 1000 lines)` */
  readonly found: string;
  /** Where to look: a line of a file, a finding, a check. */
  readonly where: readonly string[];
  /** The command that shows it. */
  readonly see: string;
}

/** What figures are judged by. */
export interface QualityPolicy {
  readonly gate: ResolvedQuality;
  readonly exceptions: readonly ResolvedException[];
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** Holds an artifact against what the gate asks for: each thing that is asked for is one figure. Pure. */
export function judgeQuality(facts: QualityFacts, policy: QualityPolicy): readonly QualityFigure[] {
  const { gate } = policy;
  return [
    checksFigure(facts),
    ...(facts.tests === null ? [] : [testsFigure(facts.tests, facts)]),
    ...(gate.coverage === null ? [] : [coverageFigure(facts, gate.coverage)]),
    ...(gate.changeCoverage === null ? [] : [changeFigure(facts, gate.changeCoverage)]),
    findingsFigure(facts, policy),
    exceptionsFigure(policy),
    ...(gate.allowsFlaky ? [] : [flakyFigure(facts)]),
    ...(facts.images.length === 0 ? [] : [imagesFigure(facts)]),
  ];
}

function checksFigure({ checks }: QualityFacts): QualityFigure {
  const failed = checks.filter(({ status }) => status !== 'passed');
  const slow = checks.filter(({ isFast }) => !isFast).length;
  const passed = `${checks.length - failed.length} of ${checks.length} passed`;
  return {
    name: 'checks',
    holds: failed.length === 0,
    asked: slow === 0 ? 'all' : `all, including ${count(slow, 'slow one')}`,
    found: checks.length === 0 ? 'the project has none' : passed,
    where: failed.map(({ name, problem, reason }) => problem ?? `The check ${name}: ${reason}.`),
    see: failed[0] === undefined ? 'glidepath ci' : `glidepath ci --only ${failed[0].name}`,
  };
}

/** A check may pass though its tests failed: by a command that loses their exit code. */
function testsFigure(
  { total, failed }: NonNullable<QualityFacts['tests']>,
  { unread }: QualityFacts,
): QualityFigure {
  const found = `${failed.length} of ${total} failed`;
  return {
    name: 'tests',
    holds: failed.length === 0,
    asked: 'none failed',
    found: [found, ...unknownWords(unread.junit)].join('; '),
    where: failed,
    see: 'glidepath ci',
  };
}

function coverageFigure({ coverage, unread }: QualityFacts, asked: number): QualityFigure {
  const percent = coverage === null ? null : percentOf(coverage);
  return {
    name: 'coverage',
    // A report of one part alone tells of no other.
    holds: percent !== null && percent >= asked && unread.coverage.length === 0,
    asked: `at least ${asked} %`,
    found:
      coverage === null || percent === null
        ? 'no line: no check names coverage among its reports, or it is empty'
        : [
            `${percent} % (${coverage.covered} of ${coverage.total} lines)`,
            ...unknownWords(unread.coverage),
          ].join('; '),
    where: unread.coverage,
    see: 'glidepath ci',
  };
}

function changeFigure({ coverage, change, since, unread }: QualityFacts, asked: number): QualityFigure {
  const figure = {
    name: 'change coverage',
    asked: `at least ${asked} % of what changed`,
    see: 'glidepath ci',
  } as const;
  // The first release is changed whole.
  const lines = since === null ? coverage : (change?.lines ?? null);
  if (lines === null) {
    if (coverage === null || since === null)
      return {
        ...figure,
        holds: false,
        found: 'no line: no check names coverage among its reports, or it is empty',
        where: unread.coverage,
      };
    const missing = `nothing: the commit of ${since.id} (${since.commit.slice(0, 7)}) is not in this clone`;
    return { ...figure, holds: false, found: missing, where: [], see: 'git fetch --unshallow' };
  }
  const from =
    since === null ? 'nothing serves there yet' : `since ${since.id} (${since.commit.slice(0, 7)})`;
  const unmeasured = change?.unmeasured ?? [];
  const percent = percentOf(lines);
  const where = [
    ...(change?.uncovered ?? []).map(
      ({ path, from: first, to }) => `${path}:${first}${to === first ? '' : `-${to}`} never ran`,
    ),
    ...unmeasured.map((path) => `${path} changed, and no report names it`),
  ];
  // A file that nothing loads has no line that ran.
  if (percent === null && unmeasured.length > 0)
    return {
      ...figure,
      holds: false,
      found: `${count(unmeasured.length, 'file')} that no report names, ${from}`,
      where,
    };
  if (percent === null) return { ...figure, holds: true, found: `no line that can run, ${from}`, where };
  return {
    ...figure,
    holds: percent >= asked,
    found: `${percent} % (${lines.covered} of ${lines.total} lines, ${from})`,
    where,
  };
}

function findingsFigure(
  { findings, unread }: QualityFacts,
  { gate, exceptions, now }: QualityPolicy,
): QualityFigure {
  const { refused, tolerated, excepted } = judgeSecurity(findings, { failOn: gate.failOn, exceptions }, now);
  const others = [
    ...(tolerated.length === 0 ? [] : [`${tolerated.length} less severe`]),
    ...(excepted.length === 0 ? [] : [`${excepted.length} excepted`]),
    ...unknownWords(unread.sarif),
  ];
  const besides = others.length === 0 ? '' : `; ${list(others)}`;
  return {
    name: 'findings',
    holds: refused.length === 0 && unread.sarif.length === 0,
    asked: gate.failOn === 'critical' ? 'none critical' : `none ${gate.failOn} or worse`,
    found: `${refused.length === 0 ? 'none' : refused.length}${besides}`,
    where: [...refused.map(findingWords), ...unread.sarif],
    see: refused.length === 0 ? 'glidepath ci' : 'glidepath security audit',
  };
}

/** What nobody could read may say anything. */
function unknownWords(unread: readonly string[]): readonly string[] {
  return unread.length === 0 ? [] : [`${count(unread.length, 'report')} not read`];
}

function findingWords({ id, severity, message, package: name, place, hint }: Finding): string {
  const at = name ?? (place === null ? null : `${place.path}${place.line === null ? '' : `:${place.line}`}`);
  return `${severity} ${id}${at === null ? '' : ` in ${at}`}: ${message}${hint === null ? '' : ` (${hint})`}`;
}

function exceptionsFigure({ exceptions, now }: QualityPolicy): QualityFigure {
  const expired = exceptions.filter(({ expiresAt }) => now >= expiresAt);
  return {
    name: 'exceptions',
    holds: expired.length === 0,
    asked: 'none expired',
    found: `${expired.length} of ${exceptions.length} expired`,
    where: expired.map(
      ({ id, in: within, expiresAt, reason }) =>
        `${id}${within === null ? '' : ` in ${within}`} expired after ${lastDay(expiresAt)}: ${reason}`,
    ),
    see: 'glidepath validate',
  };
}

/** Milliseconds of a day: an exception ends at the midnight after the day that is written. */
const DAY_MS = 24 * 60 * 60_000;

function lastDay(expiresAt: number): string {
  const [day = ''] = utcTime(expiresAt - DAY_MS).split(' ');
  return day;
}

function flakyFigure({ flaky, unread }: QualityFacts): QualityFigure {
  return {
    name: 'flaky tests',
    holds: flaky.length === 0 && unread.junit.length === 0,
    asked: 'none',
    found: [flaky.length === 0 ? 'none' : String(flaky.length), ...unknownWords(unread.junit)].join('; '),
    where: [...flaky, ...unread.junit],
    see: 'glidepath ci --force',
  };
}

function imagesFigure({ images }: QualityFacts): QualityFigure {
  const others = images.filter(({ digest, expected }) => expected !== null && expected !== digest);
  const looked = images.filter(({ packages }) => packages !== null);
  const packages = looked.reduce((sum, image) => sum + (image.packages ?? 0), 0);
  return {
    name: 'images',
    holds: others.length === 0,
    asked: 'those of the release, by digest',
    found: `${images.length - others.length} of ${images.length} match${looked.length === 0 ? '' : `, ${count(packages, 'package')} in them`}`,
    where: others.map(
      ({ app, digest, expected }) =>
        `${app}: building the commit gives ${digest.slice(0, 19)}, and the release has ${expected?.slice(0, 19) ?? ''}`,
    ),
    see: 'glidepath releases',
  };
}
