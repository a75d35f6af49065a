import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { packageCommands, type PackageManager } from './package-manager.ts';
import { scriptChecks } from './script-checks.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** What `nextjs` takes. */
export interface NextjsOptions extends StackOptions {
  /** Default `npm`. */
  readonly packageManager?: PackageManager;
  /** Installs the dependencies, instead of what the package manager does with a lock file: where there is none. */
  readonly install?: string;
  /**
   * Scripts of package.json by the check that runs them: `{ lint: 'lint', unit: 'test' }`. Then there are exactly these
   * checks. Default `format:check`, `lint`, `type-check`, `test:unit`, `test:integration` and `build`, each of which, but
   * for `build`, passes where it is not there.
   */
  readonly scripts?: NextjsScripts;
  /** Where the package.json with the scripts is, in a workspace: `apps/web`. */
  readonly directory?: string;
}

/** Scripts of package.json by the check that runs them. */
export interface NextjsScripts {
  readonly format?: string;
  readonly lint?: string;
  readonly types?: string;
  readonly unit?: string;
  /** With a database of its own behind `DATABASE_URL`. */
  readonly integration?: string;
  readonly build?: string;
}

const USUAL = {
  format: 'format:check',
  lint: 'lint',
  types: 'type-check',
  unit: 'test:unit',
  integration: 'test:integration',
} as const;

/** A Next.js app, on Vercel or as a standalone server, which listens on 3000. */
export function nextjs(options: NextjsOptions = {}): StackDefinition {
  const { packageManager = 'npm' } = options;
  const { install: locked, run } = packageCommands(packageManager);
  const install = options.install ?? locked;
  return withOptions(
    {
      name: 'nextjs',
      build: [install, run('build')],
      include: ['.next/standalone', '.next/static', 'public', 'package.json'],
      port: 3000,
      healthPath: '/',
      checks: scriptChecks({
        packageManager,
        install,
        usual: USUAL,
        scripts: options.scripts,
        directory: options.directory,
        settings: { integration: { services: [{ service: 'postgres' }], fast: false } },
        // What its compiler keeps for the next build is no part of what is deployed.
        build: {
          script: 'build',
          outputs: ['.next', '!.next/cache'],
          isScript: options.build === undefined,
        },
      }),
    },
    options,
  );
}
