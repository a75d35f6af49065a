import type { Machine, MachineConfig } from '../client/wire-types.ts';

/** A machine as the API answers it: `config` is missing while its host cannot be reached (fly-go, `Machine.GetConfig`). */
type Answer = Omit<Machine, 'config'> & {
  readonly config?: MachineConfig | null;
  readonly incomplete_config?: Partial<MachineConfig> | null;
};

/** A machine of an answer, always with a config, so that nobody who reads one needs to look for it. Pure. */
export function answeredMachine(answer: unknown): Machine {
  const { config, incomplete_config: known, ...rest } = answer as Answer;
  if (config !== undefined && config !== null) return { ...rest, config };
  // A config that is not whole is never to be sent back, whatever the platform says of the host.
  return { ...rest, host_status: 'unreachable', config: { image: '', ...known } };
}
