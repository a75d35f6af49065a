import { mkdir, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterContext } from './cluster/cluster-context.ts';
import { openClusterTemplate, removeOldTemplates } from './cluster/cluster-template.ts';
import type { ClusterTemplate } from './cluster/cluster-template.ts';
import { LocalPostgres } from './local-postgres.ts';
import { locatePostgresBinaries } from './server/postgres-binaries.ts';
import { probeCopyMethod } from './copy/copy-method.ts';
import { choosePostgresLauncher } from './server/postgres-launcher.ts';
import type { PostgresService, PostgresServiceOptions } from './postgres-service.ts';
import { DEFAULT_POSTGRES_SETTINGS } from './server/postgres-settings.ts';

const IDLE_MS = 5 * 60_000;
/** As on Neon's free plan. */
const RETENTION_MS = 6 * 3_600_000;
const START_TIMEOUT_MS = 30_000;

/**
 * Opens the service on its directory: clusters of an earlier process are there again on their ports, and servers it
 * left running are adopted. Throws `CLOUD_POSTGRES_FAILED` when Postgres cannot be run here.
 */
export async function createPostgresService(options: PostgresServiceOptions): Promise<PostgresService> {
  const clustersDir = join(options.stateDir, 'clusters');
  await mkdir(clustersDir, { recursive: true });
  const stateDir = await realpath(options.stateDir);
  const binaries = await locatePostgresBinaries();
  const launcher = choosePostgresLauncher(binaries, options.runMode);
  let template: Promise<ClusterTemplate> | null = null;
  const context: ClusterContext = {
    stateDir,
    copyMethod: await probeCopyMethod(stateDir),
    program: binaries.postgres,
    launcher,
    template: () => {
      // Once for all that ask; a failure is not kept.
      template ??= openClusterTemplate(stateDir, binaries, launcher).catch((error: unknown) => {
        template = null;
        throw error;
      });
      return template;
    },
    settings: { ...DEFAULT_POSTGRES_SETTINGS, ...options.settings },
    clock: options.clock,
    idleMs: options.idleMs === undefined ? IDLE_MS : options.idleMs,
    retentionMs: options.retentionMs ?? RETENTION_MS,
    startTimeoutMs: options.startTimeoutMs ?? START_TIMEOUT_MS,
  };
  await removeRemains(stateDir);
  const service = await LocalPostgres.open(join(stateDir, 'clusters'), context);
  await removeOldTemplates(stateDir, binaries.version);
  return service;
}

/** What a killed process had not finished making or removing. */
async function removeRemains(stateDir: string): Promise<void> {
  const names = await readdir(stateDir);
  const remains = names.filter((name) => name.startsWith('.template-') || name.startsWith('.copy-probe-'));
  await Promise.all(remains.map((name) => rm(join(stateDir, name), { recursive: true, force: true })));
}
