import { createHash } from 'node:crypto';
import type { Finding } from '../finding.ts';

/** Under which name a fingerprint stands in `partialFingerprints`. */
export const FINGERPRINT_NAME: string = 'glidepathFinding/v1';

/** Long enough that no two findings of a repository share one. */
const FINGERPRINT_LENGTH = 32;

/** What a finding is told by. */
export type FingerprintedFinding = Pick<Finding, 'id' | 'tool' | 'message' | 'package'> & {
  readonly path: string | null;
};

/**
 * A fingerprint of each finding, in the same order: by its tool, rule, file, package and message, and not by its line,
 * so that it stays while lines above it come and go. The same thing twice is told apart by which one it is.
 */
export function findingFingerprints(findings: readonly FingerprintedFinding[]): readonly string[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const { tool, id, path, message } = finding;
    const words = message.replaceAll(/\s+/g, ' ').trim();
    const what = JSON.stringify([tool, id, path, finding.package, words]);
    const nth = (seen.get(what) ?? 0) + 1;
    seen.set(what, nth);
    return createHash('sha256').update(`${what}\0${nth}`).digest('hex').slice(0, FINGERPRINT_LENGTH);
  });
}
