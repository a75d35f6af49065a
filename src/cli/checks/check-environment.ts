import { dirname } from 'node:path';
import type { CommandContext } from '../command-context.ts';

/**
 * What tools need to find themselves, their caches and the way out: set by version managers, setup actions and
 * proxies. Everything else has to be named by the check, so that no secret of this process reaches one by accident.
 */
const TOOL_VARIABLES: readonly RegExp[] = [
  /^(HOME|TMPDIR)$/,
  /^(\w+_HOME|MIX_ARCHIVES|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|DOCKER_HOST|CHROME_BIN|PLAYWRIGHT_BROWSERS_PATH)$/,
  /^(ASDF|COREPACK|NVM|XDG)_/,
  /^npm_config_(registry|cache|userconfig)$/i,
  /^(https?|no|all)_proxy$/i,
  /^(GITHUB_ACTIONS|GITHUB_WORKSPACE|RUNNER_TEMP|RUNNER_TOOL_CACHE|USER)$/,
];

/**
 * Sort orders, formats of numbers and dates and the collation of a new database come from these. They are the same for every check, and so
 * no part of a key: a laptop and a runner may take results of each other. A check that names one has that of its caller, which is part of its key.
 */
const FIXED = { LANG: 'C.UTF-8', TZ: 'UTC', SHELL: '/bin/sh' } as const;

/**
 * What every check on this host is given, beside what it names: PATH, with `glidepath` as this very command and `node`
 * as the Node that runs it, one language and time zone, and what tools need to find themselves.
 */
export function checkEnvironment(
  env: CommandContext['env'],
  { commandDirectory, node }: { readonly commandDirectory: string; readonly node: string },
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && TOOL_VARIABLES.some((pattern) => pattern.test(name))) kept[name] = value;
  return { ...kept, ...FIXED, PATH: [commandDirectory, dirname(node), env['PATH'] ?? ''].join(':') };
}
