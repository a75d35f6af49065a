import { readControlFile } from './control-file.ts';
import type { PostgresCluster } from '../cluster/postgres-cluster.ts';

/** The end of a cluster's log of changes (`0/3A1B2C8`); of a suspended one without starting it. */
export async function logEndOf(cluster: PostgresCluster): Promise<string> {
  if (cluster.state !== 'running') return (await readControlFile(cluster.dataDir)).checkpoint;
  return cluster.withAdmin(undefined, async (client) => {
    const { rows } = await client.query<{ lsn: string }>('select pg_current_wal_lsn()::text as lsn');
    return rows[0]?.lsn ?? '0/0';
  });
}
