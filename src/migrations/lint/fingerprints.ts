import { createHash } from 'node:crypto';
import type { Finding } from './finding.ts';

/** Long enough that no two findings of a repository share one. */
const FINGERPRINT_LENGTH = 32;

/** What a finding is told by. */
type FingerprintedFinding = Pick<Finding, 'rule' | 'statement'>;

/**
 * A fingerprint of each finding of one file, in the same order: by its rule and its statement, blanks and lines left
 * aside. The same statement twice is told apart by which one it is.
 */
export function fingerprints(findings: readonly FingerprintedFinding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map(({ rule, statement }) => {
    const what = `${rule}\0${statement.replace(/\s+/g, ' ').trim()}`;
    const nth = (seen.get(what) ?? 0) + 1;
    seen.set(what, nth);
    return createHash('sha256').update(`${what}\0${nth}`).digest('hex').slice(0, FINGERPRINT_LENGTH);
  });
}
