import type { History } from '../history.ts';
import { releaseIn } from './deployment-payload.ts';
import { isTerminal, type FoundDeployment } from './unfinished.ts';

/** Where what was read is put. */
type Records = Pick<
  History,
  | 'saveRelease'
  | 'record'
  | 'noteMigrated'
  | 'newDatabase'
  | 'recordSeed'
  | 'restoredDatabase'
  | 'saveSettings'
  | 'firstImport'
>;

/**
 * Puts what deployments on GitHub tell into the history of this machine, as if their runs had been here: what was live and
 * when, with its digests, migration files, restore points and verdict; and of those that failed what stays of them.
 * `environment`: as the history calls it. Of a run that was here everything is known already: leave it out of `found`.
 * What was put in before is left as it is.
 */
export function importHistory(
  history: Records,
  environment: string,
  found: readonly FoundDeployment[],
): void {
  const oldestFirst = found.toSorted((a, b) => a.at - b.at || a.id - b.id);
  for (const deployment of oldestFirst) {
    const { payload, state, at } = deployment;
    if (isTerminal(state) && history.firstImport(payload.run))
      importDatabases(history, environment, deployment);
    if (state === 'success') importRelease(history, environment, deployment, at);
  }
}

function importRelease(
  history: Records,
  environment: string,
  { payload }: FoundDeployment,
  at: number,
): void {
  const release = releaseIn(payload);
  const becameLive = ['deploy', 'promote', 'rollback'].includes(payload.action) && payload.apps === null;
  if (release === null || !becameLive) return;
  history.saveRelease(release, at);
  history.record({
    environment,
    release,
    runId: payload.run,
    action: payload.action,
    at,
    by: payload.by,
    restorePoints: payload.restorePoints,
    migrations: payload.migrations,
    probes: payload.probes,
    back: payload.back,
  });
  if (payload.settings !== null) history.saveSettings(payload.run, payload.settings);
}

/** What a run does to databases stays, however it ends. */
function importDatabases(
  history: Records,
  environment: string,
  { payload, at, state }: FoundDeployment,
): void {
  const { run } = payload;
  for (const database of payload.made) history.newDatabase(environment, database, run, at);
  for (const database of payload.seeded) history.recordSeed(environment, database, run, at);
  for (const note of payload.migrated) history.noteMigrated({ ...note, environment, run });
  if (payload.restored !== null && state === 'success')
    history.restoredDatabase(environment, payload.restored.database, payload.restored.target, at);
}
