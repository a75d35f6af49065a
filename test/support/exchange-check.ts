import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { RecordedExchange } from '../../src/cloud/server/exchange-recorder.ts';
import { FlyDocument, HAS_FLY_DOCUMENT } from './cloud-fly-openapi.ts';
import { FLY_DEVIATIONS } from './fly-deviations.ts';

/** As many of them say what is wrong. */
const SHOWN_MAX = 40;

/** One way in which the local Fly differs from the document, with the exchange that showed it first. */
interface Finding {
  readonly difference: string;
  readonly test: string;
  readonly requestId: string | null;
  readonly status: number;
}

/** Where this run writes its exchanges down; null where there is no document to hold them against. */
let root: string | null = null;
let isWholeRun = false;

/** Lets every rig of the run write down its exchanges with the local Fly, in this process and in daemons. */
export function setup(project: TestProject): void {
  if (!HAS_FLY_DOCUMENT) return;
  root = mkdtempSync(join(tmpdir(), 'glidepath-exchanges-'));
  process.env['GLIDEPATH_TEST_EXCHANGES'] = root;
  isWholeRun = isWhole(project);
}

/** Holds all of them against the platform's document: a route, field or type that it does not know fails the run. */
export function teardown(): void {
  if (root === null) return;
  delete process.env['GLIDEPATH_TEST_EXCHANGES'];
  try {
    check(root);
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

function check(dir: string): void {
  const document = new FlyDocument();
  const findings = new Map<string, Finding>();
  let exchanges = 0;
  for (const file of recordings(dir)) {
    const test = basename(dirname(file));
    for (const exchange of exchangesOf(file)) {
      exchanges += 1;
      const { method, url, requestBody, status, responseBody, requestId } = exchange;
      const path = url.replace(/^\/v1/, '');
      for (const difference of document.differences({ method, path, requestBody, status, responseBody }))
        if (!findings.has(difference)) findings.set(difference, { difference, test, requestId, status });
    }
  }
  const unexpected = [...findings.values()].filter(
    ({ difference }) => !FLY_DEVIATIONS.some(({ is }) => is.test(difference)),
  );
  const stale = FLY_DEVIATIONS.filter(({ is }) => ![...findings.keys()].some((found) => is.test(found)));
  const problems = [
    ...unexpected.map(
      ({ difference, test, requestId }) =>
        `${difference}\n    in ${test}, request ${requestId ?? 'without id'}`,
    ),
    ...(isWholeRun ? stale.map(({ is }) => `the deviation ${String(is)} never occurred`) : []),
  ];
  process.stdout.write(
    `${exchanges} exchanges with the local Fly were held against its document: ${problems.length} problems\n`,
  );
  if (problems.length === 0) return;
  const more = problems.length > SHOWN_MAX ? [`and ${problems.length - SHOWN_MAX} more`] : [];
  throw new Error(
    `the local Fly is not what the document says:\n  ${[...problems.slice(0, SHOWN_MAX), ...more].join('\n  ')}`,
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
