import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { runInstruction } from './instructions.ts';
import type { Recipe } from './recipe.ts';

/** What of the packages survives a build: the archives, never the compiled code. */
const CACHES = ['/root/.hex/packages', '/root/.cache/rebar3'] as const;
const DEPENDENCIES = /^(\w+=\S+ )*mix deps\.get\b/;

/** A mix release; dependencies are fetched and compiled before the rest is copied, so that they are done only once. */
export function elixirRecipe(app: ResolvedFlyApp): Recipe {
  const { secrets } = app.build;
  const fetch = app.stack.build.find((command) => DEPENDENCIES.test(command)) ?? 'mix deps.get --only prod';
  const rest = app.stack.build.filter((command) => command !== fetch);
  const run = (command: string): string => runInstruction(command, { caches: CACHES, secrets });
  return {
    stages: [
      [
        'FROM ${ELIXIR_IMAGE} AS build',
        runInstruction(
          'command -v git >/dev/null && command -v make >/dev/null || { \\\n      apt-get update && \\\n      apt-get install --yes --no-install-recommends build-essential git && \\\n      rm -rf /var/lib/apt/lists/*; \\\n    }',
        ),
        'WORKDIR /app',
        'ENV MIX_ENV=prod LANG=C.UTF-8',
        runInstruction('mix local.hex --force && mix local.rebar --force'),
        'COPY mix.exs mix.lock* ./',
        run(fetch),
        'COPY config ./config',
        run('mix deps.compile'),
        'COPY . .',
        ...rest.map((command) => runInstruction(command, { secrets })),
        // Fails where there are several releases: then it has to be said which one this app is.
        runInstruction('mv _build/prod/rel/* /release && chmod -R a+rX /release'),
      ],
    ],
    copies: ['COPY --from=build /release ./'],
    isBuilt: true,
    env: { LANG: 'C.UTF-8', RELEASE_TMP: '/tmp', ERL_CRASH_DUMP: '/tmp/erl_crash.dump' },
    // Written by mix phx.gen.release.
    command: ['/app/bin/server'],
  };
}
