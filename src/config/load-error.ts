import { pathToFileURL } from 'node:url';
import type { SourceLocation } from '../diagnostics/diagnostic.ts';
import { ToolError } from '../diagnostics/tool-error.ts';

/** Codes of Node for text that is not TypeScript, or not the part of it that can be taken out. */
const TYPESCRIPT_CODES = ['ERR_INVALID_TYPESCRIPT_SYNTAX', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX'];

/** What a config file did instead of being loaded, with the line where it did it. `shown` is the file as people see it. */
export function loadError(file: string, shown: string, thrown: unknown): ToolError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const stack = thrown instanceof Error ? (thrown.stack ?? '') : '';
  const place = placeInStack(stack, file);
  const location: SourceLocation = { file: shown, ...place };
  const { sentence, hint } = explain(thrown, message, shown);
  const at = place === null ? shown : `${shown}:${place.line}`;
  return new ToolError('CONFIG_THREW', `${at} ${sentence}`, {
    hint,
    cause: thrown,
    diagnostics: [
      { severity: 'error', code: 'CONFIG_THREW', message: `${shown} ${sentence}`, hint, location },
    ],
  });
}

function explain(thrown: unknown, message: string, shown: string): { sentence: string; hint: string } {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;
  const first = firstLine(message);
  if (code === 'ERR_MODULE_NOT_FOUND') {
    return {
      sentence: `imports something that is not there: ${first}`,
      hint: 'Correct the import, or install what it names.',
    };
  }
  const isSyntax = thrown instanceof SyntaxError || TYPESCRIPT_CODES.includes(code ?? '');
  if (!isSyntax)
    return { sentence: `threw while it was loaded: ${first}`, hint: `Make ${shown} load without an error.` };
  const missing = /does not provide an export named '([^']+)'/.exec(message)?.[1];
  if (missing !== undefined) {
    return {
      sentence: `imports ${missing}, which does not exist: ${first}`,
      hint: 'Correct the name in the import.',
    };
  }
  return {
    sentence: `has a syntax error: ${first}`,
    hint: 'Correct the line; types and plain JavaScript are understood, enums and namespaces are not.',
  };
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\.$/, '').concat('.');
}

/** `file:///…/glidepath.config.ts?version=1:4:9` in a stack, or `…:4` with the column under a row of carets. */
function placeInStack(stack: string, file: string): { line: number; column?: number } | null {
  const names = [pathToFileURL(file).href, file].map((name) =>
    name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  const found = new RegExp(`(?:${names.join('|')})(?:\\?[^:\\s]*)?:(\\d+)(?::(\\d+))?`).exec(stack);
  if (found === null) return null;
  const column = found[2] === undefined ? caretColumn(stack) : Number(found[2]);
  return { line: Number(found[1]), ...(column === null ? {} : { column }) };
}

function caretColumn(stack: string): number | null {
  const carets = /^( *)\^+ *$/m.exec(stack);
  return carets === null ? null : (carets[1] ?? '').length + 1;
}
