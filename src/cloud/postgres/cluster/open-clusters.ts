import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterContext } from './cluster-context.ts';
import { readClusterRecord, writeClusterRecord } from './cluster-record.ts';
import type { ClusterRecord } from './cluster-record.ts';
import { ClusterServer } from './cluster-server.ts';
import { PostgresCluster } from './postgres-cluster.ts';
import { REMOVAL, REMOVED_SUFFIX, removeClusterDir } from './remove-cluster-dir.ts';

/**
 * Brings a directory of clusters into order and opens what is in it: what a killed process had not finished making is
 * removed, with its server; where one cluster had begun to take another's place, it is finished.
 */
export async function openClusters(dir: string, context: ClusterContext): Promise<PostgresCluster[]> {
  const removed = (await readdir(dir)).filter((name) => name.endsWith(REMOVED_SUFFIX));
  await Promise.all(removed.map((name) => rm(join(dir, name), REMOVAL)));
  const records = new Map<string, ClusterRecord>();
  for (const name of await readdir(dir)) {
    const record = await readClusterRecord(join(dir, name));
    if (record === null || record.isUnfinished) await discard(join(dir, name), context);
    else records.set(name, record);
  }
  for (const [name, record] of records) await finishSuperseding(dir, { name, record }, { records, context });
  return Promise.all(
    [...records].map(([name, record]) => PostgresCluster.reopen(join(dir, name), record, context)),
  );
}

/** Nobody was told of it. A server on it, started to finish it, is ended first. */
async function discard(dir: string, context: ClusterContext): Promise<void> {
  await new ClusterServer(dir, context, () => undefined).stop('immediate');
  await removeClusterDir(dir);
}

/** The rest of {@link PostgresCluster.yieldTo}. */
async function finishSuperseding(
  dir: string,
  { name, record }: { readonly name: string; readonly record: ClusterRecord },
  { records, context }: { readonly records: Map<string, ClusterRecord>; readonly context: ClusterContext },
): Promise<void> {
  if (record.supersedes === null) return;
  const { dir: oldName, preserveAs } = record.supersedes;
  const old = records.get(oldName);
  if (old !== undefined && preserveAs === null) {
    records.delete(oldName);
    await discard(join(dir, oldName), context);
  } else if (old !== undefined) {
    const preserved = { ...old, ...preserveAs };
    await writeClusterRecord(join(dir, oldName), preserved);
    records.set(oldName, preserved);
  }
  const finished = { ...record, supersedes: null };
  await writeClusterRecord(join(dir, name), finished);
  records.set(name, finished);
}
