import { ToolError } from '../../../diagnostics/tool-error.ts';
import type { FlyContext } from '../fly-context.ts';
import type { Machine } from '../client/wire-types.ts';

/** All machines of an app; PROVIDER_NOT_FOUND when there is no such app. */
export async function listMachines(fly: FlyContext, app: string, signal: AbortSignal): Promise<Machine[]> {
  const machines = await fly.machines.list(app, signal);
  if (machines !== null) return machines;
  throw new ToolError('PROVIDER_NOT_FOUND', `Fly has no app named ${app}.`, {
    hint: `Check the name, and that the token can see it: fly apps list`,
  });
}
