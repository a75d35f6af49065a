import type { Severity } from '../../config/definition/ci-definition.ts';
import { cvss3BaseScore } from './cvss3.ts';
import { cvss4BaseScore } from './cvss4.ts';

/** What of an advisory in the OSV format (version 1.7) is read. Others are left alone, as the format asks. */
export interface OsvAdvisory {
  readonly id: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly summary?: string;
  readonly details?: string;
  /** A moment; the advisory was taken back then. */
  readonly withdrawn?: string;
  readonly severity?: readonly OsvSeverity[];
  readonly affected?: readonly OsvAffected[];
  readonly references?: readonly { readonly type?: string; readonly url?: string }[];
  readonly database_specific?: { readonly severity?: unknown };
}

/** A score: `CVSS_V3` with a vector. */
export interface OsvSeverity {
  readonly type?: string;
  readonly score?: string;
}

/** A package with the versions of it that have the fault. */
export interface OsvAffected {
  readonly package?: { readonly ecosystem?: string; readonly name?: string };
  readonly severity?: readonly OsvSeverity[];
  readonly ranges?: readonly OsvRange[];
  readonly versions?: readonly string[];
  readonly ecosystem_specific?: { readonly severity?: unknown };
  readonly database_specific?: { readonly severity?: unknown };
}

/** `SEMVER`, `ECOSYSTEM` or `GIT`, and what happened at which version. */
export interface OsvRange {
  readonly type?: string;
  readonly events?: readonly OsvEvent[];
}

/** One of these. */
export interface OsvEvent {
  readonly introduced?: string;
  readonly fixed?: string;
  readonly last_affected?: string;
  readonly limit?: string;
}

/**
 * How bad an advisory is for one package: the worst CVSS score (of the package, or of the advisory); where there is none, the
 * word of the database. What nobody has judged counts as high.
 */
export function severityOf(advisory: OsvAdvisory, affected: OsvAffected): Severity {
  const scores = [affected.severity ?? [], advisory.severity ?? []].map((list) =>
    list.flatMap(({ score }) => scoreOf(score ?? '') ?? []),
  );
  const counted = scores.find((list) => list.length > 0);
  if (counted !== undefined) return severityOfScore(Math.max(...counted));
  const words = [
    affected.database_specific?.severity,
    affected.ecosystem_specific?.severity,
    advisory.database_specific?.severity,
  ];
  return words.map(severityOfWord).find((each) => each !== null) ?? 'high';
}

/** The rating of a CVSS score (section 5 of the specification), with our words. */
export function severityOfScore(score: number): Severity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  return score >= 4 ? 'moderate' : 'low';
}

/** The severities of others: npm says `info` and `moderate`, GitHub `MODERATE`, Debian `medium` and `unimportant`. */
export function severityOfWord(word: unknown): Severity | null {
  const words: Readonly<Record<string, Severity>> = {
    critical: 'critical',
    high: 'high',
    important: 'high',
    moderate: 'moderate',
    medium: 'moderate',
    low: 'low',
    info: 'low',
    none: 'low',
    negligible: 'low',
    unimportant: 'low',
  };
  return typeof word === 'string' ? (words[word.toLowerCase()] ?? null) : null;
}

function scoreOf(vector: string): number | null {
  return cvss3BaseScore(vector) ?? cvss4BaseScore(vector);
}
