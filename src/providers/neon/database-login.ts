import { nameHint } from '../../config/did-you-mean.ts';
import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { BranchRef, ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonDatabase } from './wire-types.ts';

/** Which database on a branch, and as whom. */
export interface DatabaseLogin {
  readonly database: string;
  readonly role: string;
}

/** What Neon calls a project's first database when nobody says otherwise. */
const NEONS_OWN = 'neondb';

/** The database and role that are written, else the only ones that are there. Throws PROVIDER_NOT_FOUND. */
export async function databaseLogin(
  context: NeonContext,
  { project, branch, database, role }: LoginQuestion,
  signal?: AbortSignal,
): Promise<DatabaseLogin> {
  const found = chooseDatabase(
    database.neon?.databaseName ?? null,
    await context.api.databases(project, branch, signal),
  );
  if ('names' in found) throw unknown('database', found, { project, branch });
  const wanted = role ?? database.neon?.role ?? null;
  if (wanted === null) return { database: found.name, role: found.owner_name };
  const names = (await context.api.roles(project, branch, signal)).map(({ name }) => name);
  if (!names.includes(wanted)) throw unknown('role', { wanted, names }, { project, branch });
  return { database: found.name, role: wanted };
}

/** Where a login is looked for. */
export interface LoginQuestion {
  readonly project: ProjectRef;
  readonly branch: BranchRef;
  readonly database: ResolvedDatabase;
  /** In place of the role that is written. */
  readonly role?: string | undefined;
}

/** What was looked for in vain, and what there is. */
export interface Missing {
  readonly wanted: string | null;
  readonly names: readonly string[];
}

/** The database of that name; without one the only one, else Neon's own. */
export function chooseDatabase(wanted: string | null, all: readonly NeonDatabase[]): NeonDatabase | Missing {
  const found =
    wanted === null && all.length === 1 ? all[0] : all.find(({ name }) => name === (wanted ?? NEONS_OWN));
  return found ?? { wanted, names: all.map(({ name }) => name) };
}

/** Words for what is not there, with what to write instead. */
export function missingWords(
  kind: 'database' | 'role',
  { wanted, names }: Missing,
  { project, branch }: { project: ProjectRef; branch: BranchRef },
): { message: string; hint: string } {
  const place = `on branch ${branch.name} of project ${project.name} on Neon`;
  const key = kind === 'database' ? 'databaseName' : 'role';
  if (wanted !== null)
    return { message: `There is no ${kind} ${wanted} ${place}.`, hint: nameHint(wanted, names, `${kind}s`) };
  if (names.length === 0) {
    return {
      message: `There is no ${kind} ${place}.`,
      hint: `Make one: neonctl ${kind}s create --project-id ${project.id} --branch ${branch.name}`,
    };
  }
  return {
    message: `There are ${names.length} ${kind}s ${place}, and none is named in the config: ${names.join(', ')}.`,
    hint: `Say which is meant: ${key}: '${names[0] ?? ''}'`,
  };
}

function unknown(
  kind: 'database' | 'role',
  missing: Missing,
  place: { project: ProjectRef; branch: BranchRef },
): ToolError {
  const { message, hint } = missingWords(kind, missing, place);
  return new ToolError('PROVIDER_NOT_FOUND', message, { hint });
}
