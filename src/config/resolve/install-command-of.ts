/** Commands that install what a lock file says, or without one what is newest, by what a project runs. */
const INSTALLS: readonly (readonly [RegExp, string])[] = [
  [/(^|[\s;&|(])pnpm install --no-lockfile\b/, 'pnpm install --no-lockfile'],
  [/(^|[\s;&|(])npm install --no-package-lock\b/, 'npm install --no-package-lock'],
  [/(^|[\s;&|(])pnpm\s/, 'pnpm install --frozen-lockfile'],
  [/(^|[\s;&|(])yarn install --frozen-lockfile\b/, 'yarn install --frozen-lockfile'],
  [/(^|[\s;&|(])yarn(\s|$)/, 'yarn install --immutable'],
  [/(^|[\s;&|(])(npm|npx)\s/, 'npm ci'],
];

/**
 * What installs the dependencies of a repository, told by the commands that it runs anyway; null where none of them
 * is of Node and no app is (`isNode`), for then there is no package.json.
 */
export function installCommandOf(commands: readonly string[], isNode: boolean): string | null {
  for (const [pattern, install] of INSTALLS) {
    if (commands.some((command) => pattern.test(command))) return install;
  }
  return isNode ? 'npm ci' : null;
}
