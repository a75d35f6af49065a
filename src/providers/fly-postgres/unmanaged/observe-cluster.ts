import type { ResolvedDatabase } from '../../../config/resolved.ts';
import type { ObservedDatabase } from '../../database-platform.ts';
import { isAsleep, isReachable } from '../../fly/machines/machine-state.ts';
import { volumeIdOf } from '../../fly/volumes/volumes.ts';
import type { Machine } from '../../fly/client/wire-types.ts';
import { versionIn } from './cluster-config.ts';
import type { ClusterContext } from './cluster-context.ts';
import { findMachine } from './cluster-machine.ts';
import { appNameOf } from './cluster-names.ts';

/** The cluster as the platform shows it; wakes nothing. Null where there is none. */
export async function observeCluster(
  context: Pick<ClusterContext, 'machines' | 'volumes'>,
  database: ResolvedDatabase,
): Promise<ObservedDatabase | null> {
  const app = appNameOf(database);
  const machine = await findMachine(context, app);
  if (machine === null) return null;
  const volumes = (await context.volumes.list(app)) ?? [];
  const volume = volumes.find(({ id }) => id === volumeIdOf(machine.config));
  return {
    platformName: app,
    state: stateOf(machine),
    region: machine.region,
    version: versionIn(machine.config.image),
    sizeBytes: volume?.bytes_used ?? null,
    isProtected: false,
    restorableFrom: null,
  };
}

function stateOf(machine: Machine): ObservedDatabase['state'] {
  if (!isReachable(machine)) return 'failed';
  if (machine.state === 'started') return 'ready';
  if (isAsleep(machine)) return 'asleep';
  return machine.state === 'failed' ? 'failed' : 'busy';
}
