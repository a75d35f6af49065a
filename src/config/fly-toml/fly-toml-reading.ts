import type { Json } from '../../util/json.ts';
import type { Diagnostic, SourceLocation } from '../../diagnostics/diagnostic.ts';
import type { ConfigPath } from '../config-path.ts';
import type { AppOverrides } from '../definition/app-definition.ts';

/** A fly.toml in the words of the config. Every key of it is a setting, or kept, or named in a diagnostic. */
export interface FlyTomlReading {
  /** Relative to the project, as named in the config. */
  readonly path: string;
  readonly settings: AppOverrides;
  /** What the config has no setting for: kept as it is in the generated files. */
  readonly extra: Readonly<Record<string, Json>>;
  /** The keys of `extra` that machines do not take over, as they are written: `experimental.cmd`. */
  readonly kept: readonly string[];
  /** Everything wrong, and every key that is kept, left out or read in another way than it is written. */
  readonly diagnostics: readonly Diagnostic[];
  /** Where a setting is from. */
  locate(setting: ConfigPath): SourceLocation;
}

/** The fly.toml files that a config names, read before it is looked at: by their path as it is written there. */
export interface FlyTomlImports {
  readonly readings: ReadonlyMap<string, FlyTomlReading>;
  /** Files that are not there, with the names of the fly.toml files that are. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
}

/** For a config that names none. */
export const NO_IMPORTS: FlyTomlImports = { readings: new Map(), missing: new Map() };
