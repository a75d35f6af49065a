import type { Diagnostic } from '../../diagnostics/diagnostic.ts';
import type { ToolError } from '../../diagnostics/tool-error.ts';
import { annotation, data } from './annotations.ts';

/** What a mistake in the config is shown as, at its line; ends with a line break. */
export function diagnosticAnnotation({ severity, code, message, hint, location }: Diagnostic): string {
  const place = {
    title: code,
    ...(location === undefined ? {} : { file: location.file }),
    ...(location?.line === undefined ? {} : { line: location.line }),
  };
  return annotation(severity, place, hint === undefined ? message : `${message}\n${hint}`);
}

/** What an error is shown as beside the run: each mistake at its line, or the one thing that went wrong. */
export function problemAnnotations({ code, message, hint, diagnostics }: ToolError): string {
  if (diagnostics.length > 0) return diagnostics.map(diagnosticAnnotation).join('');
  return annotation('error', { title: code }, hint === undefined ? message : `${message}\n${hint}`);
}

/** Too short to hide anything, and the runner would put stars into every line that has them. */
const SHORTEST_MASKED = 4;

/**
 * Commands that have the runner put stars in the place of a value, in everything that is printed after them: of the value
 * as it is, of each of its lines, and as it stands in an address. Empty where there is nothing to hide.
 */
export function maskCommands(value: string): string {
  const forms = new Set([value, ...value.split(/\r?\n/), ...encoded(value)]);
  return [...forms]
    .filter((form) => form.trim().length >= SHORTEST_MASKED)
    .map((form) => `::add-mask::${data(form)}\n`)
    .join('');
}

function encoded(value: string): string[] {
  // Half of a surrogate pair cannot stand in an address.
  return value.isWellFormed() ? [encodeURIComponent(value)] : [];
}

/**
 * A line that something else printed, so that the runner reads no command out of it: what a build or an app prints could
 * otherwise mask words, make annotations or end a group.
 */
export function inertLine(line: string): string {
  // The runner takes `::x::` at the beginning of a line, and `##[x]` anywhere in it.
  return `│ ${line.replaceAll(/[\r\n]+/g, ' ').replaceAll('##[', '##\u200B[')}`;
}
