import type { ResolvedQuality, ResolvedSecurity } from '../../config/resolved-ci.ts';
import { addedLines } from '../../reports/covered-lines/added-lines.ts';
import { changeCoverage, type ChangeCoverage } from '../../reports/covered-lines/change-coverage.ts';
import { coverageTotals } from '../../reports/covered-lines/coverage-totals.ts';
import type { Coverage } from '../../reports/covered-lines/coverage.ts';
import type { Finding } from '../../reports/finding.ts';
import type { Json } from '../../util/json.ts';
import { cappedLog } from '../capped-log.ts';
import type { WeaknessQuestion } from '../pipeline-deps.ts';
import { judgeQuality } from '../quality/judge-quality.ts';
import type { JudgedCheck, QualityFacts } from '../quality/quality-facts.ts';
import { figureLine, refusedQuality } from '../quality/quality-words.ts';
import { readFigures } from '../quality/read-figures.ts';
import type { Release } from '../release.ts';
import { carryOutChecks } from '../run-checks.ts';
import { flyAppNamed, type StepScope } from '../step-scope.ts';

/**
 * The gate quality(): runs all checks of the commit that the cache does not hold, makes its images (which the deployment
 * then takes as they are), and holds what both show against what is asked for. Throws GATE_REFUSED with every figure.
 */
export async function requireQuality(scope: StepScope, gate: ResolvedQuality): Promise<Json> {
  const { context, input, deps } = scope;
  const facts = await factsOf(scope, gate);
  const { exceptions } = securityOf(scope, gate);
  const figures = judgeQuality(facts, { gate, exceptions, now: deps.clock.now() });
  if (figures.some(({ holds }) => !holds))
    throw refusedQuality(figures, { environment: input.environment.name, commit: input.commit });
  for (const figure of figures) context.log(figureLine(figure));
  return {
    figures: figures.map(({ name, asked, found }) => ({ name, asked, found })),
    checks: facts.checks.map(({ name, key, at }) => ({ name, key, at })),
    images: Object.fromEntries(facts.images.map(({ app, digest }) => [app, digest])),
  };
}

async function factsOf(scope: StepScope, gate: ResolvedQuality): Promise<QualityFacts> {
  const { deps, input } = scope;
  const { directory, outcome } = await carryOutChecks(scope, { isKeepGoing: true });
  const checks = outcome.results.map((result): JudgedCheck => {
    const check = input.checks.find(({ name }) => name === result.name);
    return {
      name: result.name,
      status: result.status,
      reason: result.reason,
      isFast: check?.fast ?? true,
      problem: result.problem?.message ?? null,
      key: result.key,
      at: result.endedAt,
    };
  });
  const reports = readFigures(directory, input.checks, outcome);
  const since = deps.history.live(input.environment.name)?.release ?? null;
  const images = await builtImages(scope);
  const found = await deps.findWeaknesses({
    // A check that asks for them has said it, or has failed.
    directory: input.checks.some(({ command }) => AUDITS.test(command)) ? null : directory,
    images,
    security: securityOf(scope, gate),
    signal: scope.context.signal,
  });
  for (const problem of found.problems) scope.context.log(problem);
  const retried = outcome.results.flatMap(({ name, status, failedAttempts }) =>
    status === 'passed' && failedAttempts > 0
      ? [
          `the check ${name} failed ${failedAttempts === 1 ? 'once' : `${failedAttempts} times`} before it passed`,
        ]
      : [],
  );
  return {
    checks,
    coverage: reports.coverage === null ? null : coverageTotals(reports.coverage).lines,
    change: reports.coverage === null ? null : await changeSince(scope, since, reports.coverage),
    since,
    findings: distinct([...reports.findings, ...found.findings]),
    tests: reports.tests,
    flaky: [...reports.flaky, ...retried],
    images: images.map(({ app, digest }) => ({
      app,
      digest,
      expected: input.release?.digests[app] ?? null,
      packages: found.packages[app] ?? null,
    })),
    unread: reports.unread,
  };
}

/** A check that asks for known weaknesses of the packages itself. */
const AUDITS = /\bglidepath security audit\b/;

/** Each image, made once for the commit: what is judged is what the step that builds pushes. */
async function builtImages(scope: StepScope): Promise<readonly MadeImage[]> {
  const { deps, input, context } = scope;
  const images: MadeImage[] = [];
  for (const { name, platform } of input.environment.apps) {
    if (platform !== 'fly') continue;
    const { digest, layoutDir, mode } = await deps.builder.build({
      app: flyAppNamed(scope, name),
      commit: input.commit,
      log: cappedLog((line) => context.log(line)),
      signal: context.signal,
    });
    images.push({ app: name, digest, layoutDir, mode });
  }
  return images;
}

type MadeImage = WeaknessQuestion['images'][number] & { readonly digest: string };

/** Null where nothing serves there, or this clone does not have its commit: then nothing is known of the change. */
async function changeSince(
  { deps, input, context }: StepScope,
  since: Release | null,
  coverage: Coverage,
): Promise<ChangeCoverage | null> {
  if (since === null) return null;
  if (await deps.source.hasCommit(since.commit))
    return changeCoverage(coverage, addedLines(await deps.source.lineChanges(since.commit, input.commit)));
  context.log(
    `${since.commit.slice(0, 7)} of ${since.id} is not in this clone: what changed since is not known`,
  );
  return null;
}

/** The policy of the project, as strict as the gate. */
function securityOf({ input }: StepScope, { failOn }: ResolvedQuality): ResolvedSecurity {
  return { exceptions: [], advisories: null, licences: null, ...input.security, failOn };
}

/** A weakness that a check and the layers of an image both show is one. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const byPlace = new Map(
    findings.map((finding) => [JSON.stringify([finding.id, finding.package, finding.place]), finding]),
  );
  return [...byPlace.values()];
}
