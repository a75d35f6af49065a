import type { CheckDefinition } from './check-definition.ts';

/** The stacks there are. */
export const STACK_NAMES = ['node', 'nextjs', 'phoenix', 'generic'] as const;

/** One of the stacks. */
export type StackName = (typeof STACK_NAMES)[number];

/** How an app of a kind is built, listened to and checked: data, made by `node()`, `nextjs()`, `phoenix()`, `generic()`. */
export interface StackDefinition {
  readonly name: StackName;
  /** Shell commands run in an export of the commit before the image is packed. */
  readonly build: readonly string[];
  /** Paths, relative to the repository, that make up the image. `['.']` for everything. */
  readonly include: readonly string[];
  /** The port that such an app listens on when the app says nothing; null for none, as of a worker. */
  readonly port: number | null;
  /** The path that answers when such an app is healthy, when the app says nothing; null for none. */
  readonly healthPath: string | null;
  /** The checks of a project that has such an app and names none. */
  readonly checks: Readonly<Record<string, CheckDefinition>>;
}
