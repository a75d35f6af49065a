import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Finding } from '../../reports/finding.ts';
import { askNpm } from '../../security/advisories/ask-npm.ts';
import { indexAdvisories, matchAdvisories } from '../../security/advisories/match-advisories.ts';
import { bulkQuestion, matchBulkAdvisories } from '../../security/advisories/npm-advisories.ts';
import { npmRegistry } from '../../security/advisories/npm-registry.ts';
import { readAdvisories } from '../../security/advisories/read-advisories.ts';
import type { Inventory } from '../../security/components/component.ts';
import { isLockFile } from '../../security/locks/read-lock.ts';
import { systemClock } from '../../util/clock.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { finishSecurity } from '../security/finish-security.ts';
import { gatherLocks } from '../security/gather-locks.ts';
import { isAdvisoryId } from '../security/kinds-of-ids.ts';
import { runMixAudits } from '../security/run-mix-audits.ts';
import { openSecurity, type SecurityWork, type TypedSecurityOptions } from '../security/security-work.ts';
import { counted } from '../views/text/counted.ts';

/** What was typed behind `security audit`. */
export interface TypedAuditOptions extends TypedSecurityOptions {
  /** `--offline`: only the advisories of the config. */
  readonly isOffline: boolean;
}

interface Asked {
  readonly findings: readonly Finding[];
  readonly skipped: readonly string[];
}

/** `glidepath security audit`: what is known against the packages of the lock files. */
export async function securityAudit(context: CommandContext, typed: TypedAuditOptions): Promise<ExitCode> {
  const work = await openSecurity(context);
  const { inventories, findings, skipped } = await auditLocks(work, typed);
  const packages = inventories.flatMap(({ components }) => components).filter(({ isOwn }) => !isOwn).length;
  return finishSecurity(work, typed, {
    command: 'security audit',
    findings,
    looked: `${counted(packages, 'package')} of ${counted(inventories.length, 'lock file')}`,
    tools: ['advisories'],
    skipped,
    // One that cannot be read is there, and was named.
    notes: work.paths.some(isLockFile) ? [] : ['There is no lock file here.'],
    concerns: isAdvisoryId,
  });
}

/** What is known against the packages of all lock files of a checkout, and what could not be asked. */
export async function auditLocks(
  work: SecurityWork,
  { isOffline }: Pick<TypedAuditOptions, 'isOffline'>,
): Promise<Asked & { readonly inventories: readonly Inventory[] }> {
  const { inventories, skipped } = gatherLocks(work);
  const asked = [
    localAdvisories(work, inventories),
    ...(isOffline ? [] : [await npmAdvisories(work, inventories)]),
    ...(isOffline ? [] : await mixAdvisories(work, inventories)),
  ];
  return {
    inventories,
    findings: once(asked.flatMap(({ findings }) => findings)),
    skipped: [...skipped, ...asked.flatMap((each) => each.skipped)],
  };
}

function localAdvisories({ root, project }: SecurityWork, inventories: readonly Inventory[]): Asked {
  const { advisories: path } = project.security;
  if (path === null) return { findings: [], skipped: [] };
  const { advisories, problems } = readAdvisories(resolve(root, path));
  const index = indexAdvisories(advisories);
  return {
    findings: inventories.flatMap((inventory) => matchAdvisories(index, inventory, 'advisories')),
    skipped: problems,
  };
}

async function npmAdvisories(
  { context, root }: SecurityWork,
  inventories: readonly Inventory[],
): Promise<Asked> {
  const question = bulkQuestion(inventories);
  if (Object.keys(question).length === 0) return { findings: [], skipped: [] };
  const files = [
    join(root, '.npmrc'),
    context.env['npm_config_userconfig'] ?? join(context.env['HOME'] ?? '', '.npmrc'),
  ];
  const registry = npmRegistry(
    context.env,
    files.filter((file) => existsSync(file)).map((file) => readFileSync(file, 'utf8')),
  );
  const answer = await askNpm({ fetch, clock: systemClock, signal: context.interrupt }, registry, question);
  if ('problem' in answer)
    return {
      findings: [],
      skipped: [
        `${hostOf(registry.url)} ${answer.problem} when it was asked for advisories about ${counted(Object.keys(question).length, 'package')} of npm.`,
      ],
    };
  return {
    findings: inventories.flatMap((inventory) => matchBulkAdvisories(answer.advisories, inventory)),
    skipped: [],
  };
}

/** Never the address itself, which may hold a password. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'The registry of npm';
}

async function mixAdvisories(
  work: SecurityWork,
  inventories: readonly Inventory[],
): Promise<readonly Asked[]> {
  const asked: Asked[] = [];
  for (const inventory of inventories.filter(({ source }) => source.endsWith('mix.lock')))
    asked.push(await runMixAudits(work, inventory));
  return asked;
}

/** Two sources may know the same advisory; its aliases tell. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ id, aliases = [], package: name, place }) => {
    const keys = [id, ...aliases].map((each) => `${each} ${name} ${place?.path}`);
    const isNew = !keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return isNew;
  });
}
