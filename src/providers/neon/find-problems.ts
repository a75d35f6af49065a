import type { ResolvedDatabase } from '../../config/resolved.ts';
import { nameHint } from '../../config/did-you-mean.ts';
import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { branchNameOf } from './branch-name.ts';
import { chooseDatabase, missingWords } from './database-login.ts';
import { asksForOrganization, findProject, isProjectId, projectOf } from './find-project.ts';
import { hasStatus } from './neon-api-error.ts';
import type { NeonContext } from './neon-context.ts';
import { isRestorePointName } from './restore-point-name.ts';
import { roomHint } from './room.ts';
import type { NeonBranch, NeonProject } from './wire-types.ts';

/** One database that is looked at, where its project is there. */
interface Look {
  readonly context: NeonContext;
  readonly database: ResolvedDatabase;
  readonly project: NeonProject;
  readonly branches: readonly NeonBranch[];
}

/**
 * Everything that would stop a deployment at these databases later and can be seen now. A project or branch that a
 * deployment makes is no problem. What the account may have of them is known only where Neon says it.
 */
export async function findProblems(
  context: NeonContext,
  databases: readonly ResolvedDatabase[],
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  // One after the other: those of one project read the same lists, and a refused key is said once for each.
  for (const database of databases) found.push(...(await problemsOf(context, database)));
  return found;
}

async function problemsOf(context: NeonContext, database: ResolvedDatabase): Promise<Diagnostic[]> {
  try {
    const project = await findProject(context, database);
    if (project === null) return isProjectId(projectOf(database)) ? [noProject(context, database)] : [];
    const branches = await context.api.branches(project, '');
    const look: Look = { context, database, project, branches };
    const own = branches.find(({ name }) => name === branchNameOf(database));
    const standing = own === undefined ? problemsOfMaking(look) : problemsOfStanding(look, own);
    const origin = own ?? originOf(look);
    return [...standing, ...(origin === undefined ? [] : await problemsOfLogin(look, origin))];
  } catch (error) {
    const problem = problemOf(context, database, error);
    if (problem === null) throw error;
    return [problem];
  }
}

function problemsOfMaking(look: Look): Diagnostic[] {
  const { database, project, branches } = look;
  const parent = database.neon?.parent ?? null;
  const found: Diagnostic[] = [];
  if (originOf(look) === undefined && parent !== null) {
    const names = branches.map(({ name }) => name).filter((name) => !isRestorePointName(name));
    const message = `There is no branch ${parent} in project ${project.name} on Neon, to make ${branchNameOf(database)} from.`;
    found.push(
      problem(database, 'parent', 'PROVIDER_NOT_FOUND', message, nameHint(parent, names, 'branches')),
    );
  }
  if (isFull(look, 0)) {
    const message = `Project ${project.name} on Neon has ${branches.length} branches and may have no more, and ${branchNameOf(database)} is still to be made.`;
    found.push(
      problem(database, 'project', 'PROVIDER_QUOTA', message, roomHint(project, database, branches)),
    );
  }
  return found;
}

function problemsOfStanding(look: Look, own: NeonBranch): Diagnostic[] {
  const { database, project, branches } = look;
  const found: Diagnostic[] = [];
  if (database.ephemeral && (own.default || own.protected)) {
    const why = own.default ? 'the default branch of its project' : 'protected';
    const message = `Branch ${own.name} of project ${project.name} goes with its environment, and Neon does not delete it: it is ${why}.`;
    const hint = 'Give the environment a branch of its own, or write ephemeral: false.';
    found.push(problem(database, 'branches', 'PROVIDER_CONFLICT', message, hint));
  }
  if (database.restorePoints !== null && isFull(look, 0)) {
    const message = `Project ${project.name} on Neon has ${branches.length} branches and may have no more, so no restore point can be made before a migration, and nothing can be restored.`;
    const full = problem(
      database,
      'restorePoints',
      'PROVIDER_QUOTA',
      message,
      roomHint(project, database, branches),
    );
    found.push({ ...full, severity: 'warning' });
  }
  return found;
}

async function problemsOfLogin(look: Look, branch: NeonBranch): Promise<Diagnostic[]> {
  const { context, database, project } = look;
  const wanted = database.neon?.databaseName ?? null;
  const chosen = chooseDatabase(wanted, await context.api.databases(project, branch));
  const found: Diagnostic[] = [];
  if ('names' in chosen) {
    const { message, hint } = missingWords('database', chosen, { project, branch });
    found.push(problem(database, 'databaseName', 'PROVIDER_NOT_FOUND', message, hint));
  }
  const role = database.neon?.role ?? null;
  if (role === null) return found;
  const names = (await context.api.roles(project, branch)).map(({ name }) => name);
  if (names.includes(role)) return found;
  const { message, hint } = missingWords('role', { wanted: role, names }, { project, branch });
  return [...found, problem(database, 'role', 'PROVIDER_NOT_FOUND', message, hint)];
}

/** The branch that a new one is made from. */
function originOf({ database, branches }: Look): NeonBranch | undefined {
  const parent = database.neon?.parent ?? null;
  return branches.find((branch) => (parent === null ? branch.default : branch.name === parent));
}

function isFull({ project, branches }: Look, toCome: number): boolean {
  const limit = project.owner?.branches_limit ?? 0;
  // Neon says 0 or -1 where there is no limit.
  return limit > 0 && branches.length + toCome >= limit;
}

function noProject(context: NeonContext, database: ResolvedDatabase): Diagnostic {
  const message = `There is no project ${projectOf(database)} on Neon, or the key ${context.tokenName} does not see it.`;
  const hint =
    'See what there is: neonctl projects list. A project that is to be made is written by a name of yours.';
  return problem(database, 'project', 'PROVIDER_NOT_FOUND', message, hint);
}

/** What Neon said against reading at all, as a problem; null for what is none of the config's. */
function problemOf(context: NeonContext, database: ResolvedDatabase, error: unknown): Diagnostic | null {
  if (!(error instanceof ToolError)) return null;
  if (asksForOrganization(error)) {
    const message = `The key ${context.tokenName} belongs to several organizations on Neon, and ${database.name} does not say which.`;
    const hint = "See them, and name one: neonctl orgs list, neon({ org: 'org-…' })";
    return problem(database, 'org', 'PROVIDER_REJECTED', message, hint);
  }
  if (hasStatus(error, 401, 403)) return problem(database, 'token', error.code, error.message, error.hint);
  if (error.code === 'PROVIDER_CONFLICT' && !hasStatus(error, 409, 412, 423))
    return problem(database, 'project', error.code, error.message, error.hint);
  return null;
}

function problem(
  database: ResolvedDatabase,
  key: string,
  code: ErrorCode,
  message: string,
  hint: string | undefined,
): Diagnostic {
  return {
    severity: 'error',
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    path: `databases.${database.name}.${key}`,
  };
}
