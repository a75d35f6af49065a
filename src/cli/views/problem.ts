import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { paint } from './text/paint.ts';
import { printedLines } from './text/printed-lines.ts';

/** An error as `--json` shows it. */
export interface ProblemDocument {
  readonly error: {
    readonly code: ErrorCode | 'INTERNAL';
    readonly message: string;
    readonly hint: string | null;
    readonly output: readonly string[];
    readonly diagnostics: readonly Diagnostic[];
  };
}

/** The same object that people see, for machines. */
export function problemDocument(error: ToolError, isLocal: boolean): ProblemDocument {
  return {
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint === undefined ? null : localHint(error.hint, isLocal),
      output: error.output,
      diagnostics: error.diagnostics,
    },
  };
}

/** An error for people: what happened, what was printed, what to do, and where to read more. */
export function renderProblem(error: ToolError, options: { color: boolean; isLocal: boolean }): string {
  const { bold, dim, red, cyan } = paint(options.color);
  const lines: string[] = [];
  if (error.diagnostics.length > 0) {
    for (const diagnostic of error.diagnostics) lines.push(renderDiagnostic(diagnostic, options.color), '');
    const errors = error.diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
    if (errors > 1) lines.push(red(bold(`${errors} mistakes`)));
    return `${lines.join('\n').trimEnd()}\n`;
  }
  lines.push(`${red(bold('✗'))} ${bold(error.message)}`);
  for (const line of printedLines(error.output)) lines.push(`  ${dim('│')} ${line}`);
  for (const hint of error.hint?.split('\n') ?? [])
    lines.push(`  ${cyan('→')} ${localHint(hint, options.isLocal)}`);
  lines.push(`  ${dim(`${error.code} · glidepath explain ${error.code}`)}`);
  return `${lines.join('\n')}\n`;
}

/** One mistake in the config, with its place first so that terminals can open it. */
export function renderDiagnostic(diagnostic: Diagnostic, color: boolean): string {
  const { bold, dim, red, yellow, cyan } = paint(color);
  const mark = diagnostic.severity === 'error' ? red('✗') : yellow('!');
  const { location } = diagnostic;
  const place =
    location === undefined
      ? ''
      : [location.file, location.line, location.column].filter((part) => part !== undefined).join(':');
  const lines = [`${mark} ${bold(diagnostic.message)}`];
  const where = [place, diagnostic.path, diagnostic.code].filter((part) => part !== undefined && part !== '');
  lines.push(`  ${dim(where.join('  '))}`);
  if (diagnostic.hint !== undefined) lines.push(`  ${cyan('→')} ${diagnostic.hint}`);
  return lines.join('\n');
}

const COMMANDS =
  /(glidepath (?:deploy|promote|rollback|scale|status|health|releases|history|logs|runs|run|approve|reject|plan|db (?:probe|backup|restore|branch|url|diff)|github setup)\b(?:(?! < )[^\n,;()])*)/g;

/** A hint that names a command must work when pasted: on the local cloud it needs the same flag. */
export function localHint(hint: string, isLocal: boolean): string {
  if (!isLocal) return hint;
  const here = hint.replaceAll(
    'Fly says how it is at status.flyio.net.',
    'See whether the local cloud runs: glidepath cloud status',
  );
  return here.replaceAll(COMMANDS, (command) => {
    const trimmed = command.trimEnd().replace(/\.$/, '');
    return /--(local|help)\b/.test(trimmed) ? command : `${trimmed} --local${command.slice(trimmed.length)}`;
  });
}
