import type { ResolvedFlyApp } from '../../config/resolved.ts';
import type { Language } from './base-images.ts';

/** What no build needs: history, our own state, secrets of a working copy, other people's machines. */
const ALWAYS = ['.git', '.github', '.glidepath', '**/.DS_Store', '**/*.log'];
/** Never part of a commit, but of the working copy that `fly deploy` and `docker build .` send. */
const SECRETS = ['**/.env', '**/.env.local', '**/.env.*.local'];
/** The image does not change because its own description did. */
const DESCRIPTIONS = ['**/Dockerfile*', '**/*.dockerignore', '**/fly*.toml'];

/** Made again by the build; what a working copy has of it is of another machine. */
const MADE: Record<Language, readonly string[]> = {
  node: ['**/node_modules', '**/.next', '**/coverage', 'dist'],
  elixir: ['_build', 'deps', 'cover', 'doc', '**/node_modules', 'priv/static/assets', 'erl_crash.dump'],
  plain: [],
};

/** What of the repository is not sent to the build of an app. Never what its image is made of as it is. */
export function dockerignoreFor(app: ResolvedFlyApp, language: Language, isBuilt: boolean): string {
  const { include } = app.stack;
  const made = MADE[language].filter((pattern) => isBuilt || !include.some((path) => covers(pattern, path)));
  const parts = [
    ALWAYS,
    ['# Secrets of a working copy.', ...SECRETS],
    ['# What describes the image.', ...DESCRIPTIONS],
    ...(made.length === 0 ? [] : [['# Made again by the build.', ...made]]),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** Whether a path is what a pattern names, or lies in it. */
function covers(pattern: string, path: string): boolean {
  const name = pattern.replace('**/', '');
  return path.split('/').includes(name) || path === name;
}
