import { mkdir, realpath } from 'node:fs/promises';
import { openClusterTemplate } from '../postgres/cluster/cluster-template.ts';
import type { ClusterTemplate } from '../postgres/cluster/cluster-template.ts';
import { locatePostgresBinaries } from '../postgres/server/postgres-binaries.ts';
import type { PostgresBinaries } from '../postgres/server/postgres-binaries.ts';
import { choosePostgresLauncher } from '../postgres/server/postgres-launcher.ts';
import type { PostgresLauncher } from '../postgres/server/postgres-launcher.ts';

/** What machines with Postgres in them are run with. */
export interface PostgresPrograms {
  readonly binaries: PostgresBinaries;
  readonly launcher: PostgresLauncher;
  /** An empty cluster to be copied; made at the first call. */
  template(): Promise<ClusterTemplate>;
}

/** Finds the programs when they are first asked for. `stateDir` is that of the Postgres service: one template does for both. */
export function postgresPrograms(stateDir: string): () => Promise<PostgresPrograms> {
  let found: Promise<PostgresPrograms> | null = null;
  return () => {
    found ??= find(stateDir).catch((error: unknown) => {
      found = null;
      throw error;
    });
    return found;
  };
}

async function find(stateDir: string): Promise<PostgresPrograms> {
  await mkdir(stateDir, { recursive: true });
  const dir = await realpath(stateDir);
  const binaries = await locatePostgresBinaries();
  const launcher = choosePostgresLauncher(binaries);
  return { binaries, launcher, template: () => openClusterTemplate(dir, binaries, launcher) };
}
