/** How machines are to run: as containers, as plain processes, or as what is there allows. */
export type MachinesRequest = 'auto' | 'process' | 'container';

/** How they run. */
export type MachinesMode = 'process' | 'container';

/** What decides how the machines of one app run. */
export interface MachinesQuestion {
  readonly asked: MachinesRequest;
  /** Whether a container engine answers. */
  readonly hasEngine: boolean;
  /** Whether the app has a Dockerfile, its own or a generated one. */
  readonly hasDockerfile: boolean;
}

/** The mode of an app's machines; null where containers are asked for and cannot be had. */
export function machinesMode({ asked, hasEngine, hasDockerfile }: MachinesQuestion): MachinesMode | null {
  const isPossible = hasEngine && hasDockerfile;
  if (asked === 'process') return 'process';
  if (asked === 'container') return isPossible ? 'container' : null;
  return isPossible ? 'container' : 'process';
}
