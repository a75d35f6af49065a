import type { ResolvedFlyApp } from '../../config/resolved.ts';
import { copyInstruction, runInstruction } from './instructions.ts';
import type { Recipe } from './recipe.ts';

/** Whatever the project says, on a plain Debian: `build.args.BASE_IMAGE` of the app names another base. */
export function plainRecipe(app: ResolvedFlyApp): Recipe {
  const { build, include } = app.stack;
  const isBuilt = build.length > 0;
  const { secrets } = app.build;
  return {
    stages: isBuilt
      ? [['FROM base AS build', 'COPY . .', ...build.map((command) => runInstruction(command, { secrets }))]]
      : [],
    copies: include.map((path) => copyInstruction(path, isBuilt ? 'build' : null)),
    isBuilt,
    env: {},
    command: null,
  };
}
