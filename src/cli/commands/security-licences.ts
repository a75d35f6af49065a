import { countLicences, judgeLicences, type LicenceCount } from '../../security/licences/judge-licences.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { finishSecurity } from '../security/finish-security.ts';
import { gatherLocks } from '../security/gather-locks.ts';
import { withInstalledLicences } from '../security/installed-licences.ts';
import { openSecurity, type TypedSecurityOptions } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';
import { renderTable } from '../views/text/table.ts';

/** Of packages of one license so many are named. */
const NAMED_MAX = 3;

/** `glidepath security licenses`: the licenses of all packages, and those that the project does not allow. */
export async function securityLicences(
  context: CommandContext,
  typed: TypedSecurityOptions,
): Promise<ExitCode> {
  const work = await openSecurity(context);
  const { inventories, skipped } = gatherLocks(work);
  const licensed = inventories.map((inventory) => withInstalledLicences(work.root, inventory));
  const all = licensed.map(({ inventory }) => inventory);
  const { licences: allowed } = work.project.security;
  const counts = countLicences(all, allowed);
  const findings = licensed.flatMap(({ inventory, isInstalled }) =>
    judgeLicences([inventory], allowed, isInstalled),
  );
  const missing = licensed.flatMap(({ inventory, isInstalled }) =>
    inventory.components.filter((each) => !each.isOwn && each.licence === null && !isInstalled(each)),
  );
  if (!context.output.json && counts.length > 0) context.output.write(`${tableOf(counts)}\n`);
  return finishSecurity(work, typed, {
    command: 'security licenses',
    findings,
    looked: `${counted(
      counts.reduce((sum, { packages }) => sum + packages.length, 0),
      'package',
    )} of ${counted(all.length, 'lock file')}`,
    tools: ['licences'],
    skipped: [...skipped, ...(missing.length === 0 ? [] : [unknownWords(missing.map(({ name }) => name))])],
    notes: allowed === null ? ['Every license is allowed: ci.security.licences is not set.'] : [],
    concerns: (id) => id.startsWith('licence-'),
    more: { licences: counts },
  });
}

function tableOf(counts: readonly LicenceCount[]): string {
  const rows = counts.map(({ licence, packages, isAllowed }) => [
    isAllowed === null ? '' : licence === null ? '?' : isAllowed ? '✓' : '✗',
    licence ?? 'unknown',
    String(packages.length),
    namesOf(packages),
  ]);
  return renderTable(['', 'LICENSE', 'PACKAGES', ''], rows);
}

function unknownWords(names: readonly string[]): string {
  const words =
    names.length === 1
      ? 'package is not installed here, so its license is'
      : 'packages are not installed here, so their licenses are';
  return `${names.length} ${words} unknown: ${namesOf(names)}.`;
}

function namesOf(names: readonly string[]): string {
  const rest = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
