import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Json } from '../../util/json.ts';
import type { Finding } from '../finding.ts';
import { reportText } from '../report-text.ts';
import { sourcePath, type SourceRoot } from '../source-path.ts';
import { lineOf, objectOf, objectsOf, textOf, type SarifObject } from './sarif-log.ts';

/** What a log says, as far as it could be read. */
export interface SarifReport {
  readonly findings: readonly Finding[];
  /** The runs as they are, for one file of all. */
  readonly runs: readonly SarifObject[];
  /** `it is no JSON`: what comes behind the name of the file. */
  readonly problem: string | null;
}

/**
 * Reads a SARIF 2.1.0 log of any tool. What it says passed, was suppressed or is gone since is no finding. Never throws:
 * a log that is cut off has no findings and a problem.
 */
export function parseSarif(text: string, place: SourceRoot): SarifReport {
  let log: Json;
  try {
    log = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch {
    const words = text.trim() === '' ? 'it is empty' : 'it is no JSON, or was cut off';
    return { findings: [], runs: [], problem: words };
  }
  if (!Array.isArray(objectOf(log)['runs'])) return { findings: [], runs: [], problem: 'it is no SARIF log' };
  const runs = objectsOf(objectOf(log)['runs']);
  return { findings: runs.flatMap((run) => findingsOf(run, place)), runs, problem: null };
}

function findingsOf(run: SarifObject, place: SourceRoot): readonly Finding[] {
  const tool = objectOf(run['tool']);
  const driver = objectOf(tool['driver']);
  const rules = objectsOf(driver['rules']);
  const extensions = objectsOf(tool['extensions']).flatMap((extension) => objectsOf(extension['rules']));
  const byId = new Map([...extensions, ...rules].map((rule) => [textOf(rule['id']) ?? '', rule]));
  return objectsOf(run['results'])
    .filter(isFinding)
    .map((result) => {
      const id = ruleIdOf(result, rules);
      const rule = byId.get(id) ?? byId.get(id.replace(/\/.*$/, '')) ?? {};
      return findingOf({ result, rule, id, tool: textOf(driver['name']) ?? 'unknown', place });
    });
}

function isFinding(result: SarifObject): boolean {
  const kind = textOf(result['kind']) ?? 'fail';
  const suppressions = objectsOf(result['suppressions']);
  const isSuppressed = suppressions.some(({ status }) => status === undefined || status === 'accepted');
  return (
    (kind === 'fail' || kind === 'open' || kind === 'review') &&
    !isSuppressed &&
    result['baselineState'] !== 'absent'
  );
}

function ruleIdOf(result: SarifObject, rules: readonly SarifObject[]): string {
  const reference = objectOf(result['rule']);
  const index = result['ruleIndex'] ?? reference['index'];
  const byIndex = typeof index === 'number' ? rules[index] : undefined;
  return textOf(result['ruleId']) ?? textOf(reference['id']) ?? textOf(objectOf(byIndex)['id']) ?? 'unknown';
}

interface FoundResult {
  readonly result: SarifObject;
  readonly rule: SarifObject;
  readonly id: string;
  readonly tool: string;
  readonly place: SourceRoot;
}

function findingOf({ result, rule, id, tool, place }: FoundResult): Finding {
  const own = objectOf(result['properties']);
  const aliases = own['aliases'];
  return {
    id,
    ...(Array.isArray(aliases) ? { aliases: aliases.filter((name) => typeof name === 'string') } : {}),
    severity: severityOf(result, rule),
    message: textOf(own['message']) ?? messageOf(result, rule, id),
    hint: textOf(own['hint']),
    tool,
    place: placeOf(result, place),
    package: textOf(own['package']),
    url: 'url' in own ? textOf(own['url']) : textOf(rule['helpUri']),
  };
}

const SEVERITIES: readonly string[] = ['low', 'moderate', 'high', 'critical'] satisfies Severity[];
const BY_LEVEL: Readonly<Record<string, Severity>> = {
  error: 'high',
  warning: 'moderate',
  note: 'low',
  none: 'low',
};

/** By what the result says in our own words, by the score of its rule as GitHub reads it, else by its level. */
function severityOf(result: SarifObject, rule: SarifObject): Severity {
  const own = objectOf(result['properties']);
  const said = textOf(own['severity'])?.toLowerCase() ?? '';
  if (SEVERITIES.includes(said)) return said as Severity;
  const score = Number(own['security-severity'] ?? objectOf(rule['properties'])['security-severity'] ?? 0);
  if (score > 0) return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'moderate' : 'low';
  const level =
    textOf(result['level']) ?? textOf(objectOf(rule['defaultConfiguration'])['level']) ?? 'warning';
  return BY_LEVEL[level] ?? 'moderate';
}

/** Its text, or the one of its rule with the arguments put in. */
function messageOf(result: SarifObject, rule: SarifObject, id: string): string {
  const message = objectOf(result['message']);
  const strings = objectOf(rule['messageStrings']);
  const template = textOf(message['text']) ?? textOf(objectOf(strings[textOf(message['id']) ?? ''])['text']);
  const values = Array.isArray(message['arguments']) ? message['arguments'] : [];
  const filled = (template ?? textOf(message['markdown']) ?? '').replaceAll(/\{(\d+)\}/g, (whole, index) => {
    const value: unknown = values[Number(index)];
    return typeof value === 'string' ? value : whole;
  });
  return reportText(filled) || (textOf(objectOf(rule['shortDescription'])['text']) ?? id);
}

function placeOf(result: SarifObject, place: SourceRoot): Finding['place'] {
  const physical = objectOf(objectsOf(result['locations'])[0]?.['physicalLocation']);
  const uri = textOf(objectOf(physical['artifactLocation'])['uri']);
  const path = uri === null ? null : pathOfUri(uri, place);
  if (path === null) return null;
  const isWholeFile = objectOf(result['properties'])['isWholeFile'] === true;
  return { path, line: isWholeFile ? null : lineOf(objectOf(physical['region'])['startLine']) };
}

/** The path of an address in a log; null for what is not in the project. */
export function pathOfUri(uri: string, place: SourceRoot): string | null {
  let path = uri;
  try {
    path = uri.startsWith('file:') ? uri : decodeURIComponent(uri);
    // A colon that was written as a sign of the path begins no scheme: `web%3A1` is `./web:1`.
    if (/^[^/:]+:/.test(path) && !/^[^/%]+:/.test(uri)) path = `./${path}`;
  } catch {
    // Some tools write a path as it is, with a percent sign in it.
  }
  return sourcePath(path, place);
}
