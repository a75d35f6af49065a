import { audit } from '../config/builders/own-checks.ts';
import type { CheckDefinition } from '../config/definition/check-definition.ts';
import { packageCommands, type PackageManager } from './package-manager.ts';

/** What the checks of a Node project are made from. `S` are the checks that a script runs. */
export interface ScriptChecks<S extends string> {
  readonly packageManager: PackageManager;
  /** Installs the dependencies. */
  readonly install: string;
  /** Where the scripts are looked for by default, by the check that runs them. */
  readonly usual: Readonly<Record<S, string>>;
  /** What the project says: only these, and each has to be there. */
  readonly scripts: Readonly<Partial<Record<NoInfer<S> | 'build', string>>> | undefined;
  /** Where the package.json with the scripts is; undefined: the directory of the config file. */
  readonly directory: string | undefined;
  /** What single checks say besides. */
  readonly settings: Readonly<Partial<Record<NoInfer<S>, Partial<CheckDefinition>>>>;
  /** Null where the build is not a script: then there is no check for it, unless `scripts` names one. */
  readonly build: {
    readonly script: string;
    readonly outputs: readonly string[];
    readonly isScript: boolean;
  };
}

/**
 * install → one check for each script ∥ audit → build. Where the project names no scripts, one that package.json does not
 * have passes: a config that nobody has adapted yet must not fail for what was never asked for.
 */
export function scriptChecks<S extends string>(options: ScriptChecks<S>): Record<string, CheckDefinition> {
  const { scripts, usual, directory, build } = options;
  const commands = packageCommands(options.packageManager);
  const place = directory === undefined ? {} : { directory };
  const checks: Record<string, CheckDefinition> = { install: { command: options.install } };
  for (const name of Object.keys(usual) as S[]) {
    const script = scripts === undefined ? usual[name] : scripts[name];
    if (script === undefined) continue;
    const run = scripts === undefined ? commands.runIfPresent : commands.run;
    checks[name] = { command: run(script), needs: ['install'], ...place, ...options.settings[name] };
  }
  const script = scripts === undefined ? (build.isScript ? build.script : undefined) : scripts.build;
  const before = ['lint', 'types'].filter((name) => name in checks);
  if (script !== undefined) {
    checks['build'] = {
      command: commands.run(script),
      needs: before.length === 0 ? ['install'] : before,
      ...place,
      outputs: build.outputs,
      fast: false,
    };
  }
  checks['audit'] = audit();
  return checks;
}
