import type { Json } from '../../util/json.ts';
import type { SourceRoot } from '../source-path.ts';
import { FINGERPRINT_NAME, findingFingerprints } from './finding-fingerprints.ts';
import { pathOfUri } from './parse-sarif.ts';
import { objectOf, objectsOf, SARIF_SCHEMA, textOf, type SarifObject } from './sarif-log.ts';
import { sarifUri } from './write-sarif.ts';

/** The runs of one check's logs. */
export interface SarifRuns {
  readonly check: string;
  readonly runs: readonly SarifObject[];
  readonly place: SourceRoot;
}

/**
 * One SARIF log of the runs of all checks, as the tools wrote them, but with paths from the root of the repository, with
 * fingerprints, and each in a category of its own: GitHub refuses a file in which two runs share tool and category. `prefix` leads from the
 * root of the repository to the project: `apps/api/`, or nothing. Pure.
 */
export function mergeSarif(parts: readonly SarifRuns[], prefix: string): SarifObject {
  const taken = new Set<string>();
  const runs = parts.flatMap(({ check, runs: own, place }) =>
    own.map((run) => runOf(run, categoryOf(run, check, taken), (uri) => moved(uri, place, prefix))),
  );
  return { $schema: SARIF_SCHEMA, version: '2.1.0', runs };
}

function categoryOf(run: SarifObject, check: string, taken: Set<string>): string {
  const tool = textOf(objectOf(objectOf(run['tool'])['driver'])['name']) ?? '';
  for (let nth = 1; ; nth++) {
    const id = `glidepath/${check}/${nth === 1 ? '' : `${nth}/`}`;
    const whole = JSON.stringify([tool, id]);
    if (taken.has(whole)) continue;
    taken.add(whole);
    return id;
  }
}

function moved(uri: string, place: SourceRoot, prefix: string): string {
  const path = pathOfUri(uri, place);
  return path === null ? uri : sarifUri(`${prefix}${path}`);
}

/** What says where a tool ran, or points into a list by number, has no meaning elsewhere and is left out. */
const LEFT_OUT = new Set([
  'originalUriBaseIds',
  'invocations',
  'versionControlProvenance',
  'artifacts',
  'conversion',
]);

function runOf(run: SarifObject, category: string, move: (uri: string) => string): SarifObject {
  const { results: _, ...about } = Object.fromEntries(
    Object.entries(run).filter(([key]) => !LEFT_OUT.has(key)),
  );
  const kept = objectOf(withPaths(about, move));
  const results = objectsOf(run['results']).map((result) => objectOf(withPaths(result, move)));
  return {
    ...kept,
    automationDetails: { id: category },
    results: withFingerprints(results, textOf(objectOf(objectOf(run['tool'])['driver'])['name']) ?? ''),
  };
}

/** Deeper than any part of a result is; what would exhaust the stack is left out. */
const DEPTH_MAX = 60;

/** Every `artifactLocation` within, wherever it is. */
function withPaths(value: Json, move: (uri: string) => string, depth = 0): Json {
  if (depth > DEPTH_MAX) return null;
  if (Array.isArray(value)) return value.map((item: Json) => withPaths(item, move, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value as SarifObject).map(([key, inner]): [string, Json] => {
    if (key !== 'artifactLocation' && key !== 'analysisTarget')
      return [key, withPaths(inner, move, depth + 1)];
    const { index: _, ...location } = objectOf(inner);
    const uri = textOf(location['uri']);
    if (uri === null) return [key, location];
    const to = move(uri);
    const { uriBaseId: __, ...rest } = location;
    return [key, { ...rest, uri: to, ...(isRelative(to) ? { uriBaseId: '%SRCROOT%' } : {}) }];
  });
  return Object.fromEntries(entries);
}

function isRelative(uri: string): boolean {
  return !/^[\w+.-]+:/.test(uri) && !uri.startsWith('/');
}

function withFingerprints(results: readonly SarifObject[], tool: string): readonly SarifObject[] {
  const prints = findingFingerprints(
    results.map((result) => ({
      tool,
      id: textOf(result['ruleId']) ?? textOf(objectOf(result['rule'])['id']) ?? '',
      message: textOf(objectOf(result['message'])['text']) ?? '',
      package: null,
      path: uriOf(result),
    })),
  );
  return results.map((result, at) => {
    const own = objectOf(result['partialFingerprints']);
    const print = own[FINGERPRINT_NAME] ?? prints[at] ?? '';
    return { ...result, partialFingerprints: { ...own, [FINGERPRINT_NAME]: print } };
  });
}

function uriOf(result: SarifObject): string | null {
  const physical = objectOf(objectsOf(result['locations'])[0]?.['physicalLocation']);
  return textOf(objectOf(physical['artifactLocation'])['uri']);
}
