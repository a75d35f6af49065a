import type { AppLabels, PlatformWork } from '../app-platform.ts';
import { METADATA, metadataOf } from './machines/machine-config.ts';
import { isGone } from './machines/machine-state.ts';
import type { MachinesApi } from './client/machines-api.ts';
import type { Machine } from './client/wire-types.ts';

/**
 * Writes labels as metadata on every machine of an app. An update of a machine replaces its metadata, so that they are
 * written after each deployment. Apps themselves have no place for notes on Fly.
 */
export async function labelApp(
  machines: MachinesApi,
  app: string,
  { environment, expiresAt }: AppLabels,
  work: PlatformWork,
): Promise<void> {
  // An empty value takes a key away.
  const metadata = {
    [METADATA.environment]: environment ?? '',
    [METADATA.expires]: expiresAt === null ? '' : new Date(expiresAt).toISOString(),
  };
  for (const { id } of await writableMachines(machines, app, work.signal))
    await machines.setMetadata({ app, id }, metadata, { signal: work.signal });
}

/** What the machines of an app say; of several expiries the latest counts. Null when there is no such app. */
export async function labelsOf(machines: MachinesApi, app: string): Promise<AppLabels | null> {
  const all = await machines.list(app);
  if (all === null) return null;
  const present = all.filter((machine) => !isGone(machine));
  const expiries = present.map(({ config }) => Date.parse(metadataOf(config, 'expires') ?? ''));
  const known = expiries.filter((at) => !Number.isNaN(at));
  return {
    environment:
      present.map(({ config }) => metadataOf(config, 'environment')).find((name) => name !== null) ?? null,
    expiresAt: known.length === 0 ? null : Math.max(...known),
  };
}

async function writableMachines(
  machines: MachinesApi,
  app: string,
  signal: AbortSignal,
): Promise<readonly Machine[]> {
  const all = (await machines.list(app, signal)) ?? [];
  // Nothing can be written on a machine whose host does not answer; the others say enough.
  return all.filter((machine) => !isGone(machine) && (machine.host_status ?? 'ok') === 'ok');
}
