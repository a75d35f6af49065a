/** A directive that leaves out findings: `glidepath-ignore secret-aws: the key of the vendor's documentation`. */
interface Directive {
  readonly line: number;
  readonly id: string;
  readonly reason: string;
}

const DIRECTIVE = /glidepath-ignore\s+([\w-]+)\s*:\s*(\S[^\n]*)/g;

/**
 * The reason for which a finding of an id on a line (from 1) is left out: a directive on that line or on the one above it.
 * One without a reason leaves nothing out.
 */
export function ignoredLines(text: string): (id: string, line: number) => string | null {
  const directives: readonly Directive[] = text.includes('glidepath-ignore') ? directivesOf(text) : [];
  return (id, line) =>
    directives.find((each) => each.id === id && (each.line === line || each.line === line - 1))?.reason ??
    null;
}

function directivesOf(text: string): readonly Directive[] {
  return text.split('\n').flatMap((line, at) =>
    [...line.matchAll(DIRECTIVE)].map(([, id = '', reason = '']) => ({
      line: at + 1,
      id,
      reason: reason.replace(/\s*(\*\/|-->)\s*$/, ''),
    })),
  );
}
