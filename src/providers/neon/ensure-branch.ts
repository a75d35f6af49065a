import type { ResolvedDatabase } from '../../config/resolved.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { PlatformWork } from '../app-platform.ts';
import { ensureCompute } from './branch-compute.ts';
import { branchNameOf } from './branch-name.ts';
import { makeOnce } from './make-once.ts';
import { computeSettings } from './compute-settings.ts';
import { findBranch } from './find-branch.ts';
import { findProject, isProjectId, orgOf, projectOf } from './find-project.ts';
import type { BranchOrder, ProjectOrder, ProjectRef } from './neon-api.ts';
import type { NeonContext } from './neon-context.ts';
import { readyBranch } from './settle.ts';
import type { NeonBranch } from './wire-types.ts';

/** Makes the project, the branch and its compute where they are missing, and brings the compute to what is written. */
export async function ensureBranch(
  context: NeonContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<{ readonly created: boolean }> {
  const there = await findProject(context, database, work.signal);
  const project = there ?? (await createProject(context, database, work));
  const name = branchNameOf(database);
  const found = await findBranch(context, project, name, work.signal);
  const branch = found ?? (await createBranch(context, project, database, work));
  await readyBranch(context, project, branch, work.signal);
  await ensureCompute(context, { project, branch, database }, work);
  return { created: there === null || found === null };
}

/** The first environment that comes makes the project, and in it the branch that all others are made from. */
async function createProject(
  context: NeonContext,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<ProjectRef> {
  const name = projectOf(database);
  if (isProjectId(name)) throw unknownId(context, name);
  work.log(`project ${name} on Neon: creating`);
  return makeOnce(
    context,
    {
      what: `project ${name}`,
      project: null,
      send: () => context.api.createProject(projectOrder(database), work.signal),
      // Names are not unique on Neon: look before a second project is made.
      find: () => findProject(context, database, work.signal),
    },
    work.signal,
  );
}

function projectOrder(database: ResolvedDatabase): ProjectOrder {
  const org = orgOf(database);
  const settings = computeSettings(database);
  const role = database.neon?.role ?? null;
  const databaseName = database.neon?.databaseName ?? null;
  return {
    name: projectOf(database),
    ...(org === null ? {} : { org_id: org }),
    ...(database.region === null ? {} : { region_id: database.region }),
    branch: {
      name: firstBranch(database),
      ...(role === null ? {} : { role_name: role }),
      ...(databaseName === null ? {} : { database_name: databaseName }),
    },
    ...(Object.keys(settings).length === 0 ? {} : { default_endpoint_settings: settings }),
  };
}

/** Neon's own name for it. */
const FIRST_BRANCH = 'main';

/** A project's default branch cannot be deleted: one that goes with its environment must be another. */
function firstBranch(database: ResolvedDatabase): string {
  const parent = database.neon?.parent ?? null;
  return parent ?? (database.ephemeral ? FIRST_BRANCH : branchNameOf(database));
}

async function createBranch(
  context: NeonContext,
  project: ProjectRef,
  database: ResolvedDatabase,
  work: PlatformWork,
): Promise<NeonBranch> {
  const name = branchNameOf(database);
  const parent = await parentBranch(context, project, database, work.signal);
  work.log(`branch ${name} of project ${project.name}: creating from ${parent.name}`);
  const order: BranchOrder = {
    branch: {
      name,
      parent_id: parent.id,
      ...(database.neon?.schemaOnly === true ? { init_source: 'schema-only' } : {}),
    },
    endpoints: [{ type: 'read_write', ...computeSettings(database) }],
  };
  return makeOnce(
    context,
    {
      what: `branch ${name}`,
      project,
      send: () => context.api.createBranch(project, order, work.signal),
      find: () => findBranch(context, project, name, work.signal),
    },
    work.signal,
  );
}

/** The branch that a new one is made from; throws PROVIDER_NOT_FOUND. */
async function parentBranch(
  context: NeonContext,
  project: ProjectRef,
  database: ResolvedDatabase,
  signal: AbortSignal,
): Promise<NeonBranch> {
  const name = database.neon?.parent ?? null;
  const all = await context.api.branches(project, name ?? '', signal);
  const found = all.find((branch) => (name === null ? branch.default : branch.name === name));
  if (found !== undefined) return found;
  throw new ToolError(
    'PROVIDER_NOT_FOUND',
    `There is no branch ${name ?? 'that is the default one'} in project ${project.name} on Neon, to make ${branchNameOf(database)} from.`,
    { hint: `Deploy the environment that has it first, or name another: parent: '…'` },
  );
}

function unknownId(context: NeonContext, id: string): ToolError {
  return new ToolError(
    'PROVIDER_NOT_FOUND',
    `There is no project ${id} on Neon, or the key ${context.tokenName} does not see it; one cannot be made by an id of Neon's.`,
    { hint: "See what there is: neonctl projects list. Or write a name: neon({ project: 'shop' })" },
  );
}
