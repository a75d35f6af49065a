import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Json } from '../../util/json.ts';
import type { Finding } from '../finding.ts';
import { FINGERPRINT_NAME, findingFingerprints } from './finding-fingerprints.ts';
import { SARIF_SCHEMA, type SarifObject } from './sarif-log.ts';

/** What a log is made of. */
export interface SarifContent {
  readonly findings: readonly Finding[];
  /** Tools that looked, with their versions; also those that found nothing. */
  readonly tools: readonly SarifTool[];
  /** Keeps apart, on GitHub, what is looked for by different checks: `security-audit`. */
  readonly category: string;
}

/** Whoever found something. */
export interface SarifTool {
  readonly name: string;
  /** Null where it is not known. */
  readonly version: string | null;
}

/** What SARIF has a word for. */
const LEVELS: Readonly<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  moderate: 'warning',
  low: 'note',
};

/** The middle of the range that GitHub calls so (docs.github.com, "SARIF support for code scanning", security-severity). */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  moderate: '5.5',
  low: '2.0',
};

/**
 * A SARIF 2.1.0 log of findings, with a run for each tool; severity, hint and package are kept as properties, so that
 * reading it again gives the same findings. A tool that looked and is not named is added. Pure.
 */
export function writeSarif({ findings, tools, category }: SarifContent): SarifObject {
  const named = new Set(tools.map(({ name }) => name));
  const others = [...new Set(findings.map(({ tool }) => tool))].filter((name) => !named.has(name));
  const all = [...tools, ...others.map((name) => ({ name, version: null }))];
  return {
    $schema: SARIF_SCHEMA,
    version: '2.1.0',
    runs: all.map((tool) =>
      runOf(
        tool,
        findings.filter((finding) => finding.tool === tool.name),
        category,
      ),
    ),
  };
}

function runOf({ name, version }: SarifTool, findings: readonly Finding[], category: string): SarifObject {
  const rules = [
    ...new Map(findings.toReversed().map((finding) => [finding.id, finding])).values(),
  ].toReversed();
  const prints = findingFingerprints(findings.map((one) => ({ ...one, path: one.place?.path ?? null })));
  return {
    tool: { driver: { name, ...(version === null ? {} : { version }), rules: rules.map(ruleOf) } },
    columnKind: 'unicodeCodePoints',
    automationDetails: { id: `glidepath/${category}/` },
    results: findings.map((finding, at) =>
      resultOf(
        finding,
        rules.findIndex(({ id }) => id === finding.id),
        prints[at] ?? '',
      ),
    ),
  };
}

/** GitHub shows what a rule says of itself as the name of each of its alerts: it must be true of all of them. */
function ruleOf({ id, title, message, hint, severity, url }: Finding): Json {
  const text = title ?? message;
  return {
    id,
    shortDescription: { text },
    fullDescription: { text },
    help: { text: hint ?? text },
    ...(url === null ? {} : { helpUri: encodeURI(decodeSafely(url)) }),
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { 'security-severity': SCORES[severity], tags: ['security'] },
  };
}

function resultOf(finding: Finding, ruleIndex: number, print: string): Json {
  const { id, severity, message, hint, place, url } = finding;
  return {
    ruleId: id,
    ruleIndex,
    level: LEVELS[severity],
    message: { text: hint === null ? message : `${message}\n\n${hint}` },
    ...(place === null ? {} : { locations: [locationOf(place)] }),
    partialFingerprints: { [FINGERPRINT_NAME]: print },
    properties: {
      severity,
      message,
      hint,
      package: finding.package,
      url,
      ...lineOf(place),
      ...aliasesOf(finding),
    },
  };
}

/** Absent where there are none, as in the finding. */
function aliasesOf({ aliases }: Finding): SarifObject {
  return aliases === undefined ? {} : { aliases: [...aliases] };
}

/** GitHub asks for a line, so what is about a whole file is shown at its first one; this tells the two apart. */
function lineOf(place: Finding['place']): SarifObject {
  return place?.line === null ? { isWholeFile: true } : {};
}

function locationOf({ path, line }: NonNullable<Finding['place']>): Json {
  return {
    physicalLocation: {
      artifactLocation: { uri: sarifUri(path), uriBaseId: '%SRCROOT%' },
      region: { startLine: line ?? 1 },
    },
  };
}

/**
 * A path as SARIF writes it: a relative address. With a colon, as in the name of an image, GitHub would take what stands
 * before it for a scheme and refuse the whole log.
 */
export function sarifUri(path: string): string {
  const signs = { '#': '%23', '?': '%3F', ':': '%3A' };
  return encodeURI(path.toWellFormed()).replaceAll(/[#?:]/g, (sign) => signs[sign as keyof typeof signs]);
}

function decodeSafely(url: string): string {
  try {
    return decodeURI(url.toWellFormed());
  } catch {
    return url.toWellFormed();
  }
}
