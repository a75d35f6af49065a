import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Read as a file, and not imported: of nine megabytes of examples the compiler would make a type. */
const EXAMPLES = '../../node_modules/@octokit/webhooks-examples/api.github.com/index.json';

/** An event of GitHub's, with payloads that GitHub documents it by. */
export interface DocumentedEvent {
  readonly name: string;
  readonly examples: readonly Record<string, unknown>[];
}

/** Every event that GitHub's webhooks tell of. */
export function documentedEvents(): readonly DocumentedEvent[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, EXAMPLES), 'utf8')) as DocumentedEvent[];
}
