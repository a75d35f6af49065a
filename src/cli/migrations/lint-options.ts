import { nameHint } from '../../config/did-you-mean.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { OPT_IN_RULES } from '../../migrations/lint/lint-files.ts';
import type { CommandContext } from '../command-context.ts';

/** What was typed behind `db lint`. */
export interface TypedLintOptions {
  readonly format: string | null;
  readonly environment: string | null;
  readonly postgres: string | null;
  readonly since: string | null;
  readonly failOn: string | null;
  readonly include: string | null;
  readonly inTransaction: boolean;
}

const FORMATS = ['human', 'json', 'sarif', 'github'] as const;
const FAIL_ON = ['error', 'warning'] as const;

/** Servers that somebody maintains, and whose locks were measured. */
const VERSION_MIN = 14;
const VERSION_MAX = 18;

/** What was meant. */
export interface LintOptions {
  readonly format: (typeof FORMATS)[number];
  readonly failOn: (typeof FAIL_ON)[number];
  /** Null: nobody said. */
  readonly postgresVersion: number | null;
  /** Rules that are looked for only where they are asked for. */
  readonly included: readonly string[];
}

/** Throws CLI_USAGE for what cannot be meant. */
export function lintOptions(context: CommandContext, typed: TypedLintOptions): LintOptions {
  const format = oneOf('--format', typed.format ?? (context.output.json ? 'json' : 'human'), FORMATS);
  if (context.output.json && format !== 'json') {
    throw usage(`--json and --format ${format} cannot be combined.`, 'Use one of them.');
  }
  const failOn = oneOf('--fail-on', typed.failOn ?? 'error', FAIL_ON);
  const included = (typed.include?.split(',') ?? []).map((rule) => oneOf('--include', rule, OPT_IN_RULES));
  return { format, failOn, postgresVersion: versionOf(typed.postgres), included };
}

function versionOf(typed: string | null): number | null {
  if (typed === null) return null;
  const version = /^\d{1,3}$/.test(typed) ? Number(typed) : Number.NaN;
  if (version >= VERSION_MIN && version <= VERSION_MAX) return version;
  throw usage(
    `Postgres ${typed} is not known here.`,
    `Name a major version from ${VERSION_MIN} to ${VERSION_MAX}: --postgres ${VERSION_MAX}`,
  );
}

function oneOf<T extends string>(option: string, typed: string, known: readonly T[]): T {
  const found = known.find((one) => one === typed);
  if (found !== undefined) return found;
  throw usage(`${option} cannot be ${typed === '' ? 'empty' : typed}.`, nameHint(typed, known, 'values'));
}

function usage(message: string, hint: string): ToolError {
  return new ToolError('CLI_USAGE', message, { hint });
}
