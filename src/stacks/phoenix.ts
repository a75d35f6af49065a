import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** A release of a Phoenix app, which listens on 8080 as `fly launch` sets it up. */
export function phoenix(options: StackOptions = {}): StackDefinition {
  return withOptions(
    {
      name: 'phoenix',
      build: [
        'mix deps.get --only prod',
        'MIX_ENV=prod mix compile',
        'MIX_ENV=prod mix assets.deploy',
        'MIX_ENV=prod mix release --overwrite',
      ],
      include: ['_build/prod/rel'],
      port: 8080,
      healthPath: '/',
      checks: {
        deps: { command: 'mix deps.get' },
        quality: {
          command:
            'mix format --check-formatted && mix compile --warnings-as-errors && mix credo && mix dialyzer',
          needs: ['deps'],
        },
        security: { command: 'mix deps.audit && mix hex.audit', needs: ['deps'], fast: false },
        test: { command: 'mix test', needs: ['deps'], services: [{ service: 'postgres' }] },
        build: {
          command: 'MIX_ENV=prod mix do compile + assets.deploy + release --overwrite',
          needs: ['quality', 'security', 'test'],
          outputs: ['_build/prod/rel'],
          fast: false,
        },
      },
    },
    options,
  );
}
