/** What a check that installs dependencies depends on and fills, told by the words that its command begins with. */
interface Installation {
  readonly command: RegExp;
  /** Directories that it fills: none where the package manager keeps them outside of the project. */
  readonly leaves: readonly string[];
  /** Where it does nothing else: one glob of which some part is always there. Lock files count anyway. */
  readonly inputs: string;
}

/** Scripts of packages that run after an installation read what is patched and what Prisma makes its client of. */
const NODE_INPUTS =
  '{**/package.json,.npmrc,.yarnrc.yml,.yarn/**,.pnpmfile.cjs,pnpm-workspace.yaml,patches/**,**/prisma/schema.prisma}';

const INSTALLATIONS: readonly Installation[] = [
  {
    command:
      /^\s*(npm (ci|i|install|clean-install)|pnpm (i|install)|yarn( install|\s*$|\s+--)|bun (i|install))\b/,
    leaves: ['node_modules'],
    inputs: NODE_INPUTS,
  },
  { command: /^\s*mix deps\.get\b/, leaves: ['deps'], inputs: '{mix.exs,apps/*/mix.exs}' },
  {
    command: /^\s*bundle install\b/,
    leaves: [],
    inputs: '{Gemfile,*.gemspec,.bundle/config}',
  },
  { command: /^\s*composer install\b/, leaves: ['vendor'], inputs: 'composer.json' },
  {
    command: /^\s*(poetry install|uv sync)\b/,
    leaves: [],
    inputs: '{pyproject.toml,poetry.toml,uv.toml}',
  },
  {
    command: /^\s*pip install\b/,
    leaves: [],
    inputs: '{*requirements*.txt,pyproject.toml,setup.py,setup.cfg}',
  },
];

/** Where a command goes on with something else. */
const GOES_ON = /[;&|\n]/;

/** How a command installs dependencies, or null where it does not begin with that. `inputs` is null where it goes on with something else, for then it may depend on anything. */
export function installationOf(
  command: string,
): { readonly leaves: readonly string[]; readonly inputs: string | null } | null {
  const found = INSTALLATIONS.find((each) => each.command.test(command));
  if (found === undefined) return null;
  return { leaves: found.leaves, inputs: GOES_ON.test(command) ? null : found.inputs };
}
