import type { ActionVersions } from './action-versions.ts';
import { ActionFailure } from './known-action.ts';
import type { ActionCall, ActionInput, KnownAction } from './known-action.ts';
import { placeOfProgram } from './place-of-program.ts';

/** An action that brings a program, as one that only looks whether it is there. */
function setsUp(
  name: string,
  versions: ActionVersions,
  programs: readonly string[],
  inputs: Readonly<Record<string, ActionInput>>,
  /** What is typed to have the programs. */
  install = '',
): KnownAction {
  return {
    versions,
    inputs,
    run(call) {
      const missing = programs.filter((program) => placeOfProgram(call, program) === null);
      for (const program of programs) {
        const place = placeOfProgram(call, program);
        if (place !== null) call.output.say(`Found ${program} in ${place}`);
      }
      if (missing.length > 0) withoutThem(call, name, { missing, install });
      return Promise.resolve({ outputs: {} });
    },
  };
}

function withoutThem(
  call: ActionCall,
  name: string,
  { missing, install }: { readonly missing: readonly string[]; readonly install: string },
): void {
  const what = `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not on this machine`;
  if (!call.services.withoutTool.has(name))
    throw new ActionFailure(
      `${what}, and the local GitHub installs nothing. Install it${install === '' ? '' : ` (${install})`}, or rehearse with --without-tool ${name}`,
    );
  call.output.warning(`${what}: going on without, as was allowed`);
}

const BEAM: ActionVersions = { newest: 'v1.24.1', commits: ['54075bcc5e249e4758d363f27d099f55d843f124'] };
const FLYCTL: ActionVersions = { newest: '1.6', commits: ['ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1'] };

/** erlef/setup-beam: Elixir and Erlang must be there. */
export const setupBeam: KnownAction = setsUp('erlef/setup-beam', BEAM, ['elixir', 'erl', 'mix'], {
  'otp-version': {},
  'elixir-version': {},
  'gleam-version': {},
  'rebar3-version': {},
  'version-file': {},
  'version-type': { default: 'loose' },
  'install-hex': { default: 'true' },
  'install-rebar': { default: 'true' },
  disable_problem_matchers: { default: 'false' },
  'github-token': {},
  'hexpm-mirrors': {},
});

const PNPM: ActionVersions = { newest: 'v6.0.9', commits: ['0ebf47130e4866e96fce0953f49152a61190b271'] };

/** pnpm/action-setup: pnpm must be there; it takes the version that package.json names by itself. */
export const setupPnpm: KnownAction = {
  ...setsUp(
    'pnpm/action-setup',
    PNPM,
    ['pnpm'],
    {
      version: {},
      dest: { default: '~/setup-pnpm' },
      run_install: { default: 'null' },
      cache: { default: 'false' },
      cache_dependency_path: { default: 'pnpm-lock.yaml' },
      package_json_file: { default: 'package.json' },
      standalone: { default: 'false' },
    },
    'corepack enable pnpm',
  ),
  refuses: ({ run_install: asked = 'null' }) =>
    /^(?:|null|false)$/u.test(asked.trim()) ? null : 'input run_install: write pnpm install in a run step',
};

/** superfly/flyctl-actions/setup-flyctl: flyctl must be there. */
export const setupFlyctl: KnownAction = setsUp('superfly/flyctl-actions/setup-flyctl', FLYCTL, ['flyctl'], {
  version: { default: 'latest' },
});
