import type { Clock } from '../../util/clock.ts';
import type { Spawn } from '../../util/run-process.ts';
import type { OwnFiles } from '../own-files/own-files.ts';

/** Where tools are looked for, and where their versions are remembered. */
export interface ToolVersionsOptions {
  /** The directory of the config file, absolute: version managers look there which version is meant. */
  readonly root: string;
  /** `.glidepath/cache` of this checkout. */
  readonly directory: string;
  readonly own: OwnFiles;
  readonly spawn: Spawn;
  readonly clock: Clock;
  /** The environment that checks get: its PATH is searched. */
  readonly env: Readonly<Record<string, string>>;
  /** Versions that are known already, by the name of the tool: Glidepath's own. */
  readonly known: Readonly<Record<string, string>>;
}
