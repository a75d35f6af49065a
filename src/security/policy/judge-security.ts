import type { Severity } from '../../config/definition/ci-definition.ts';
import type { ResolvedException, ResolvedSecurity } from '../../config/resolved-ci.ts';
import type { Finding } from '../../reports/finding.ts';

/** What the policy says of findings. */
export interface SecurityJudgement {
  /** From the severity of the policy on, and not excepted: the check fails. The worst first. */
  readonly refused: readonly Finding[];
  /** Less grave than that. */
  readonly tolerated: readonly Finding[];
  readonly excepted: readonly { readonly finding: Finding; readonly exception: ResolvedException }[];
  /** Exceptions that do not hold any more, with what they were for. Those for which nothing is found are among `unused`. */
  readonly expired: readonly {
    readonly exception: ResolvedException;
    readonly findings: readonly Finding[];
  }[];
  /** Exceptions for which nothing is found any more. */
  readonly unused: readonly ResolvedException[];
}

/** From the least to the worst. */
export const SEVERITIES: readonly Severity[] = ['low', 'moderate', 'high', 'critical'];

/** The part of the policy that is judged by. */
export type SecurityPolicy = Pick<ResolvedSecurity, 'failOn' | 'exceptions'>;

/**
 * Judges findings by a policy at a moment (`now` in milliseconds since the Unix epoch). An exception holds for findings of
 * its id or alias, and only in the package or the file that it names; from `expiresAt` on it does not hold.
 */
export function judgeSecurity(
  findings: readonly Finding[],
  { failOn, exceptions }: SecurityPolicy,
  now: number,
): SecurityJudgement {
  const sorted = findings.toSorted(byGravity);
  const holding = exceptions.filter(({ expiresAt }) => now < expiresAt);
  const exceptionFor = (finding: Finding): ResolvedException | undefined =>
    holding.find((exception) => isMeant(exception, finding));
  const open = sorted.filter((finding) => exceptionFor(finding) === undefined);
  const over = exceptions.filter(({ expiresAt }) => !(now < expiresAt));
  return {
    refused: open.filter(({ severity }) => rank(severity) >= rank(failOn)),
    tolerated: open.filter(({ severity }) => rank(severity) < rank(failOn)),
    excepted: sorted.flatMap((finding) => {
      const exception = exceptionFor(finding);
      return exception === undefined ? [] : [{ finding, exception }];
    }),
    expired: over
      .map((exception) => ({ exception, findings: open.filter((finding) => isMeant(exception, finding)) }))
      .filter(({ findings: meant }) => meant.length > 0),
    unused: exceptions.filter((exception) => !sorted.some((finding) => isMeant(exception, finding))),
  };
}

/** Whether an exception speaks of a finding, whatever the day. */
export function isMeant(exception: ResolvedException, finding: Finding): boolean {
  const ids = [finding.id, ...(finding.aliases ?? [])].map((id) => id.toLowerCase());
  if (!ids.includes(exception.id.toLowerCase())) return false;
  if (exception.in === null) return true;
  const { package: name, place } = finding;
  const plain =
    name === null ? null : name.slice(0, name.indexOf('@', 1) < 0 ? undefined : name.indexOf('@', 1));
  return [name, plain, place?.path].includes(exception.in) || isInDirectory(exception.in, place?.path ?? '');
}

function isInDirectory(directory: string, path: string): boolean {
  return directory.endsWith('/') && path.startsWith(directory);
}

function rank(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

function byGravity(one: Finding, other: Finding): number {
  return rank(other.severity) - rank(one.severity) || compare(keyOf(one), keyOf(other));
}

function keyOf({ place, id, package: name, message }: Finding): string {
  return [place?.path, String(place?.line ?? 0).padStart(8, '0'), id, name, message].join('\0');
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
