import type { ResolvedCheck } from '../../config/resolved.ts';
import type { CheckClaim, CheckClaims, ClaimWait } from './check-claims.ts';

/** What a check that runs has claimed. */
export interface RunClaims {
  /** What it makes. */
  readonly made: CheckClaim;
  /** What it needs. */
  readonly used: CheckClaim;
}

const NOTHING: CheckClaim = { hasWaited: false, giveBack: () => undefined };

/** Claims what a check makes, and what the checks that it needs have made, through all needs. Null claims: nobody else runs checks. */
export async function claimForRun(
  claims: CheckClaims | null,
  check: ResolvedCheck,
  checks: ReadonlyMap<string, ResolvedCheck>,
  wait: ClaimWait,
): Promise<RunClaims> {
  if (claims === null) return { made: NOTHING, used: NOTHING };
  const used = await claims.use(makersBefore(check, checks), wait);
  try {
    return { made: await claims.make(check.name, wait), used };
  } catch (error) {
    used.giveBack();
    throw error;
  }
}

/** Whether it leaves files in the checkout that somebody may take for what they are not. */
export function makesFiles({ outputs, leaves }: ResolvedCheck): boolean {
  return outputs.length > 0 || leaves.length > 0;
}

/** In an order that is the same for every run. */
function makersBefore(check: ResolvedCheck, checks: ReadonlyMap<string, ResolvedCheck>): string[] {
  const found = new Set<string>();
  const visit = ({ needs }: ResolvedCheck): void => {
    for (const name of needs) {
      const need = checks.get(name);
      if (need === undefined || found.has(name)) continue;
      found.add(name);
      visit(need);
    }
  };
  visit(check);
  return [...found].filter((name) => makesFiles(checks.get(name) ?? check)).sort();
}
