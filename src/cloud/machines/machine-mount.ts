/** A directory or file of this computer that a machine sees at a path of its own. */
export interface MachineMount {
  readonly kind: 'volume' | 'file';
  /** Absolute, on this computer. */
  readonly source: string;
  /** Absolute, as the machine's config says it: `/data`. */
  readonly path: string;
  /** The same place inside the unpacked image, for a process that has no root of its own; null when it is outside. */
  readonly inImage: string | null;
}

/** Leads a process to its volume, whatever it can be given on this computer. */
export const VOLUME_PATH_VARIABLE = 'FLY_VOLUME_PATH';
