import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { RecordedExchange } from '../../src/cloud/server/exchange-recorder.ts';
import { FlyDocument, HAS_FLY_DOCUMENT } from './cloud-fly-openapi.ts';
import { FLY_DEVIATIONS } from './fly-deviations.ts';
import type { FlyDeviation } from './fly-deviations.ts';
import { GITHUB_DEVIATIONS } from './github-deviations.ts';
import { GithubDocument, HAS_GITHUB_DOCUMENT } from './github-openapi.ts';
import { NEON_DEVIATIONS } from './neon-deviations.ts';
import { NeonDocument } from './neon-openapi.ts';
import type { OpenApiDocument } from './openapi-document.ts';

/** As many of them say what is wrong. */
const SHOWN_MAX = 40;

/** A platform whose local stand-in is held against its document. */
interface Judge {
  readonly platform: string;
  /** What its paths begin with; the document leaves it out. */
  readonly prefix: string;
  readonly document: () => OpenApiDocument;
  readonly deviations: readonly FlyDeviation[];
}

const JUDGES: readonly Judge[] = [
  // Its document is not installed with anything.
  ...(HAS_FLY_DOCUMENT
    ? [{ platform: 'Fly', prefix: '/v1', document: () => new FlyDocument(), deviations: FLY_DEVIATIONS }]
    : []),
  {
    platform: 'Neon',
    prefix: '/api/v2',
    document: () => new NeonDocument(),
    deviations: NEON_DEVIATIONS,
  },
  // Its document is fetched by `.ci/run`, where that can be.
  ...(HAS_GITHUB_DOCUMENT
    ? [
        {
          platform: 'GitHub',
          prefix: '/api/v3',
          document: () => new GithubDocument(),
          deviations: GITHUB_DEVIATIONS,
        },
      ]
    : []),
];

/** One way in which a local platform differs from the document, with the exchange that showed it first. */
interface Finding {
  readonly difference: string;
  readonly test: string;
  readonly requestId: string | null;
  readonly status: number;
}

/** Where this run writes its exchanges down. */
let root: string | null = null;
let isWholeRun = false;

/** Lets every rig of the run write down its exchanges with local platforms, in this process and in daemons. */
export function setup(project: TestProject): void {
  root = mkdtempSync(join(tmpdir(), 'glidepath-exchanges-'));
  process.env['GLIDEPATH_TEST_EXCHANGES'] = root;
  isWholeRun = isWhole(project);
}

/** Holds all of them against the platforms' documents: a route, field or type that it does not know fails the run. */
export function teardown(): void {
  if (root === null) return;
  delete process.env['GLIDEPATH_TEST_EXCHANGES'];
  try {
    const dir = root;
    const problems = JUDGES.flatMap((judge) => check(dir, judge));
    report(problems);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Only the contract tests as a whole are bound to show every deviation. */
function isWhole({ name, vitest, config }: TestProject): boolean {
  // Not declared, but there since vitest 3: the files that were named on the command line.
  const { filenamePattern } = vitest as unknown as { filenamePattern?: readonly string[] };
  const isAll = (filenamePattern ?? []).length === 0 && config.testNamePattern === undefined;
  return isAll && name === 'contract';
}

function check(dir: string, { platform, prefix, document, deviations }: Judge): string[] {
  const recorded = recordings(dir).flatMap((file) =>
    exchangesOf(file)
      .filter(({ url }) => url.startsWith(`${prefix}/`))
      .map((exchange) => ({ exchange, test: basename(dirname(file)) })),
  );
  const findings = new Map<string, Finding>();
  // Reading a document takes a while, too long for a run that has nothing to hold against it.
  const judge = recorded.length === 0 ? null : document();
  for (const { exchange, test } of recorded) {
    const { method, url, requestBody, status, responseBody, requestId } = exchange;
    const path = url.slice(prefix.length);
    const differences = judge?.differences({ method, path, requestBody, status, responseBody }) ?? [];
    for (const difference of differences)
      if (!findings.has(difference)) findings.set(difference, { difference, test, requestId, status });
  }
  const unexpected = [...findings.values()].filter(
    ({ difference }) => !deviations.some(({ is }) => is.test(difference)),
  );
  const stale = deviations.filter(({ is }) => ![...findings.keys()].some((found) => is.test(found)));
  const problems = [
    ...unexpected.map(
      ({ difference, test, requestId }) =>
        `${platform}: ${difference}\n    in ${test}, request ${requestId ?? 'without id'}`,
    ),
    ...(isWholeRun ? stale.map(({ is }) => `${platform}: the deviation ${String(is)} never occurred`) : []),
  ];
  process.stdout.write(
    `${recorded.length} exchanges with the local ${platform} were held against its document: ${problems.length} problems\n`,
  );
  return problems;
}

function report(problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length > SHOWN_MAX ? [`and ${problems.length - SHOWN_MAX} more`] : [];
  throw new Error(
    `a local platform is not what its document says:\n  ${[...problems.slice(0, SHOWN_MAX), ...more].join('\n  ')}`,
  );
}

function recordings(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith('.ndjson'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** A daemon that was killed may have left half a line. */
function exchangesOf(file: string): RecordedExchange[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RecordedExchange);
}
