import type { Document, LineCounter, Node } from 'yaml';
import type { Diagnostic } from '../../../../diagnostics/diagnostic.ts';
import type { Position } from '../model/source.ts';

/** A workflow file that is being read, and what was found wrong with it so far. */
export interface Reading {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly mistakes: Diagnostic[];
  readonly unsupported: Diagnostic[];
}

/** A value in a file that is being read: its node with aliases followed, and where it stands. */
export interface At extends Position {
  readonly reading: Reading;
  /** Null for a key without a value. */
  readonly node: Node | null;
  /** `jobs.deploy.steps[0].if` */
  readonly path: string;
}

/** Notes what GitHub would not take, in its words where they are known. */
export function invalid(at: At, message: string, hint?: string): void {
  at.reading.mistakes.push(finding('WORKFLOW_INVALID', at, message, hint));
}

/** Notes what is right, and not carried out here. `hint` says what to do instead. */
export function unsupported(at: At, message: string, hint: string): void {
  at.reading.unsupported.push(finding('WORKFLOW_UNSUPPORTED', at, message, hint));
}

function finding(
  code: 'WORKFLOW_INVALID' | 'WORKFLOW_UNSUPPORTED',
  at: At,
  message: string,
  hint: string | undefined,
): Diagnostic {
  return {
    severity: 'error',
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(at.path === '' ? {} : { path: at.path }),
    location: { file: at.reading.file, line: at.line, column: at.column },
  };
}
