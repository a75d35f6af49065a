import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { packageCommands, type PackageManager } from './package-manager.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** What `nextjs` takes. */
export interface NextjsOptions extends StackOptions {
  /** Default `npm`. */
  readonly packageManager?: PackageManager;
}

/** A Next.js app, on Vercel or as a standalone server, which listens on 3000. */
export function nextjs(options: NextjsOptions = {}): StackDefinition {
  const { install, run } = packageCommands(options.packageManager ?? 'npm');
  return withOptions(
    {
      name: 'nextjs',
      build: [install, run('build')],
      include: ['.next/standalone', '.next/static', 'public', 'package.json'],
      port: 3000,
      healthPath: '/',
      checks: {
        install: { command: install },
        lint: { command: run('lint'), needs: ['install'] },
        types: { command: run('type-check'), needs: ['install'] },
        unit: { command: run('test:unit'), needs: ['install'] },
        integration: {
          command: run('test:integration'),
          needs: ['install'],
          services: [{ service: 'postgres' }],
          fast: false,
        },
        build: { command: run('build'), needs: ['lint', 'types'], outputs: ['.next'], fast: false },
      },
    },
    options,
  );
}
