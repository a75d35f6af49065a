import type { DatabasePlatform, DatabasePlatformReader } from '../database-platform.ts';
import { createPacer, type Pacer } from '../http/pacer.ts';
import { readOnlyFetch } from '../http/read-only-fetch.ts';
import { branchAddress } from './branch-address.ts';
import { listBranches, makeBranch, removeBranch } from './database-branches.ts';
import { destroyBranch } from './destroy-branch.ts';
import { ensureBranch } from './ensure-branch.ts';
import { findProblems } from './find-problems.ts';
import { branchRoutes } from './branch-routes.ts';
import { neonCalls } from './neon-calls.ts';
import { createNeonClient } from './neon-client.ts';
import type { NeonContext } from './neon-context.ts';
import type { NeonOptions } from './neon-options.ts';
import { NEON_TIMING } from './neon-timing.ts';
import { observeBranch } from './observe-branch.ts';
import { projectRoutes } from './project-routes.ts';
import { restoreBranch } from './restore-branch.ts';
import { createRestorePoint, deleteRestorePoint, listRestorePoints } from './restore-points.ts';
import { namingRoom } from './room.ts';

/** Databases on Neon, or on whatever speaks its API. Reading goes through the reader, whose transport cannot write. */
export function createNeonPlatform(options: NeonOptions): DatabasePlatform {
  const pacer = pacerOf(options);
  const context = contextOf(options, pacer);
  return {
    ...readerWith(options, pacer),
    ensure: async (database, work) =>
      namingRoom(context, database, () => ensureBranch(context, database, work)),
    address: async (database, purpose, signal) => branchAddress(context, database, purpose, signal),
    createRestorePoint: async (database, asked, work) =>
      namingRoom(context, database, () => createRestorePoint(context, database, asked, work)),
    deleteRestorePoint: async (database, name, work) => deleteRestorePoint(context, database, name, work),
    restore: async (database, asked, work) =>
      namingRoom(context, database, () => restoreBranch(context, database, asked, work)),
    branch: async (database, asked, work) =>
      namingRoom(context, database, () => makeBranch(context, database, asked, work)),
    deleteBranch: async (database, name, work) => removeBranch(context, database, name, work),
    // Neon knows nothing of apps.
    detach: () => Promise.resolve(),
    destroy: async (database, work) => destroyBranch(context, database, work),
  };
}

/** The half of Neon that cannot change anything; its transport refuses whatever is not a GET. */
export function createNeonReader(options: NeonOptions): DatabasePlatformReader {
  return readerWith(options, pacerOf(options));
}

function pacerOf({ pacer, clock }: NeonOptions): Pacer {
  return pacer ?? createPacer(clock);
}

function readerWith(options: NeonOptions, pacer: Pacer): DatabasePlatformReader {
  const context = contextOf({ ...options, fetch: readOnlyFetch(options.fetch) }, pacer);
  return {
    observe: async (database) => observeBranch(context, database),
    restorePoints: async (database) => listRestorePoints(context, database),
    branches: async (database) => listBranches(context, database),
    names: async (database) => (await listBranches(context, database)).map(({ name }) => name),
    findProblems: async (databases) => findProblems(context, databases),
  };
}

function contextOf(options: NeonOptions, pacer: Pacer): NeonContext {
  const calls = neonCalls(createNeonClient(options, pacer));
  return {
    api: { ...projectRoutes(calls), ...branchRoutes(calls) },
    clock: options.clock,
    timing: { ...NEON_TIMING, ...options.timing },
    tokenName: options.tokenName,
    knownProjects: new Map(),
  };
}
