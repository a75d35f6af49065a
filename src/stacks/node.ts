import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { packageCommands, type PackageManager } from './package-manager.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** What `node` takes. */
export interface NodeOptions extends StackOptions {
  /** Default `npm`. */
  readonly packageManager?: PackageManager;
}

/** A Node.js process: a service or a worker, so it has no port and no health path unless the app says so. */
export function node(options: NodeOptions = {}): StackDefinition {
  const { install, run } = packageCommands(options.packageManager ?? 'npm');
  return withOptions(
    {
      name: 'node',
      build: [install, run('build')],
      include: ['dist', 'package.json'],
      port: null,
      healthPath: null,
      checks: {
        install: { command: install },
        test: { command: run('test'), needs: ['install'] },
      },
    },
    options,
  );
}
