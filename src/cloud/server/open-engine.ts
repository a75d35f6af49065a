import { rememberEngine, removeLeftContainers } from '../containers/engine-file.ts';
import { engineAddress, formatEngineAddress } from '../containers/engine-address.ts';
import { findEngine } from '../containers/find-engine.ts';
import type { Engine } from '../containers/find-engine.ts';
import { machinesMode } from '../containers/machines-mode.ts';
import type { MachinesRequest } from '../containers/machines-mode.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';

/** How machines are to run, and what decides which engine there is. */
export interface MachinesChoice {
  readonly asked: MachinesRequest;
  /** `DOCKER_HOST` and the like. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The engine that a cloud's container machines run on; null when its machines are processes. Throws `ENGINE_MISSING`
 * when containers were asked for and no engine answers. What an earlier cloud here left in its engine is removed when
 * this one will not look after it.
 */
export async function openEngine(stateDir: string, { asked, env }: MachinesChoice): Promise<Engine | null> {
  const engine = asked === 'process' ? null : await findEngine(env);
  const mode = machinesMode({ asked, hasEngine: engine !== null, hasDockerfile: true });
  if (mode === null) throw engineMissing(env);
  if (engine === null) await removeLeftContainers(stateDir);
  else rememberEngine(stateDir, engine);
  return engine;
}

function engineMissing(env: MachinesChoice['env']): ToolError {
  const address = engineAddress(env);
  const where =
    address === null
      ? 'on this computer: the local cloud speaks to a local socket, or to a port of 127.0.0.1'
      : `at ${formatEngineAddress(address)}`;
  return new ToolError('ENGINE_MISSING', `No container engine answers ${where}.`, {
    hint: 'Start Docker, or run machines as processes: glidepath cloud up --machines process',
  });
}
