import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { packageCommands, type PackageManager } from './package-manager.ts';
import { scriptChecks } from './script-checks.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** What `node` takes. */
export interface NodeOptions extends StackOptions {
  /** Default `npm`. */
  readonly packageManager?: PackageManager;
  /** Installs the dependencies, instead of what the package manager does with a lock file: where there is none. */
  readonly install?: string;
  /**
   * Scripts of package.json by the check that runs them: `{ lint: 'lint', types: 'tsc' }`. Then there are exactly these
   * checks. Default `format:check`, `lint`, `typecheck`, `test` and `build`, each of which passes where it is not there.
   */
  readonly scripts?: NodeScripts;
  /** Where the package.json with the scripts is, in a workspace: `packages/api`. */
  readonly directory?: string;
  /** What the script `build` makes, from there. Default `['dist']`. */
  readonly outputs?: readonly string[];
}

/** Scripts of package.json by the check that runs them. */
export interface NodeScripts {
  readonly format?: string;
  readonly lint?: string;
  readonly types?: string;
  readonly test?: string;
  readonly build?: string;
}

const USUAL = { format: 'format:check', lint: 'lint', types: 'typecheck', test: 'test' } as const;

/** A Node.js process: a service or a worker, so it has no port and no health path unless the app says so. */
export function node(options: NodeOptions = {}): StackDefinition {
  const { packageManager = 'npm' } = options;
  const { install: locked, run } = packageCommands(packageManager);
  const install = options.install ?? locked;
  return withOptions(
    {
      name: 'node',
      build: [install, run('build')],
      include: ['dist', 'package.json'],
      port: null,
      healthPath: null,
      checks: scriptChecks({
        packageManager,
        install,
        usual: USUAL,
        scripts: options.scripts,
        directory: options.directory,
        settings: {},
        build: {
          script: 'build',
          outputs: options.outputs ?? ['dist'],
          isScript: options.build === undefined,
        },
      }),
    },
    options,
  );
}
