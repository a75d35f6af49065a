import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { assert } from '../../util/assert.ts';
import { hasStatus } from './neon-api-error.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonProject } from './wire-types.ts';

/** Names that Neon makes up for projects: `shiny-wind-02883412`. A key for one project may read it by id and list none. */
const ID = /^[a-z]+-[a-z]+-\d{6,}$/;

/** The project of a database, by id or by name; null when there is none. Two of one name are PROVIDER_CONFLICT. */
export async function findProject(
  context: NeonContext,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<NeonProject | null> {
  const written = projectOf(database);
  const key = `${orgOf(database) ?? ''} ${written}`;
  const known = context.knownProjects.get(key) ?? (isProjectId(written) ? written : undefined);
  if (known !== undefined) {
    const found = await context.api.project(known, signal);
    if (found !== null) return found;
  }
  const all = await context.api.projects({ search: written, org: orgOf(database) }, signal);
  const byId = all.find((project) => project.id === written);
  const matches = byId === undefined ? all.filter((project) => project.name === written) : [byId];
  const [first] = matches;
  if (first === undefined) return null;
  if (matches.length > 1) throw ambiguous(written, matches);
  context.knownProjects.set(key, first.id);
  return (await context.api.project(first.id, signal)) ?? first;
}

/** The same where there must be one. */
export async function requireProject(
  context: NeonContext,
  database: ResolvedDatabase,
  signal?: AbortSignal,
): Promise<NeonProject> {
  const found = await findProject(context, database, signal);
  if (found !== null) return found;
  throw new ToolError(
    'PROVIDER_NOT_FOUND',
    `There is no project ${projectOf(database)} on Neon, or the key ${context.tokenName} does not see it.`,
    { hint: 'A deployment makes the one that is named; see what there is: neonctl projects list' },
  );
}

/** Whether a project is written by the id that Neon gave it, so that it cannot be made under it. */
export function isProjectId(written: string): boolean {
  return ID.test(written);
}

/** The project as it is written. */
export function projectOf(database: ResolvedDatabase): string {
  assert(database.project !== null, `database ${database.name} is on Neon and names no project`);
  return database.project;
}

/** The organization as it is written. */
export function orgOf(database: ResolvedDatabase): string | null {
  return database.neon?.org ?? null;
}

/** Whether Neon asks for the organization: a personal key that belongs to several must name one. */
export function asksForOrganization(error: unknown): boolean {
  return hasStatus(error, 400, 422) && /\borg(_id|anization)\b/i.test(error.detail);
}

function ambiguous(written: string, matches: readonly NeonProject[]): ToolError {
  return new ToolError(
    'PROVIDER_CONFLICT',
    `${matches.length} projects on Neon are called ${written}: ${matches.map(({ id }) => id).join(', ')}.`,
    { hint: `Write the id of the one that is meant: neon({ project: '${matches[0]?.id ?? ''}' })` },
  );
}
