import type { CheckDefinition } from '../config/definition/check-definition.ts';
import type { StackDefinition } from '../config/definition/stack-definition.ts';
import { withOptions, type StackOptions } from './stack-options.ts';

/** Packages that checks are run by, named as in mix.exs. */
export type PhoenixTool = 'credo' | 'dialyxir' | 'mix_audit';

/** What `phoenix` takes. */
export interface PhoenixOptions extends StackOptions {
  /** Those that mix.exs has. Default: all of them; a check whose package is missing would fail. */
  readonly tools?: readonly PhoenixTool[];
}

/** A release of a Phoenix app, which listens on 8080 as `fly launch` sets it up. */
export function phoenix(options: PhoenixOptions = {}): StackDefinition {
  const { tools } = options;
  const checks = Object.entries(CHECKS).filter(([name]) => {
    const tool = TOOL_OF[name];
    return tool === undefined || tools === undefined || tools.includes(tool);
  });
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
      checks: Object.fromEntries(checks),
    },
    options,
  );
}

/** Apart from the build that `mix compile` makes: two that compile at the same time spoil each other's. */
const DIALYZER_BUILD = '_build/dialyzer';

/** Manifests of a project and of the apps of an umbrella; the lock file counts anyway. */
const MANIFESTS = '{mix.exs,apps/*/mix.exs}';

/** Sources of Elixir, with what is compiled into them. */
const SOURCES = ['{lib,config,priv,apps}/**', MANIFESTS];

/** What runs a check, where it is not mix itself. None of these checks is needed by one that has another tool, or none. */
const TOOL_OF: Readonly<Record<string, PhoenixTool>> = {
  credo: 'credo',
  plt: 'dialyxir',
  dialyzer: 'dialyxir',
  'deps-audit': 'mix_audit',
};

/** deps → compile ∥ format ∥ plt ∥ audits ∥ test → credo, dialyzer, release. */
const CHECKS: Readonly<Record<string, CheckDefinition>> = {
  deps: { command: 'mix deps.get' },
  compile: {
    command: 'mix compile --warnings-as-errors',
    needs: ['deps'],
    inputs: SOURCES,
    outputs: ['_build/dev'],
    weight: 2,
  },
  format: { command: 'mix format --check-formatted', needs: ['deps'] },
  credo: { command: 'mix credo --strict', needs: ['compile'] },
  // Takes minutes, and is the same until a dependency or Erlang is another one.
  plt: {
    command: `MIX_BUILD_PATH=${DIALYZER_BUILD} mix dialyzer --plt`,
    needs: ['deps'],
    inputs: [MANIFESTS],
    outputs: [`${DIALYZER_BUILD}/*.plt`, `${DIALYZER_BUILD}/*.plt.hash`],
    fast: false,
  },
  dialyzer: {
    command: `MIX_BUILD_PATH=${DIALYZER_BUILD} mix dialyzer`,
    needs: ['plt'],
    inputs: SOURCES,
    fast: false,
    weight: 2,
  },
  // What is known of packages changes without a commit: neither is kept.
  'deps-audit': { command: 'mix deps.audit', needs: ['deps'], fast: false, cache: false },
  'hex-audit': { command: 'mix hex.audit', needs: ['deps'], fast: false, cache: false },
  test: { command: 'mix test', needs: ['deps'], services: [{ service: 'postgres' }], weight: 2 },
  release: {
    command: 'MIX_ENV=prod mix do compile + assets.deploy + release --overwrite',
    needs: ['compile', 'test'],
    outputs: ['_build/prod/rel'],
    fast: false,
    weight: 2,
  },
};
