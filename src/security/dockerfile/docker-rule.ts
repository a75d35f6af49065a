import type { Severity } from '../../config/definition/ci-definition.ts';
import type { Dockerfile } from './parse-dockerfile.ts';

/** What stands beside a Dockerfile. */
export interface DockerfileContext {
  /** The text of the .dockerignore that holds for it; null where there is none. */
  readonly dockerignore: string | null;
  /** Paths in the build context, from its root. */
  readonly files: readonly string[];
}

/** What a rule finds. */
export interface DockerFound {
  /** From 1. */
  readonly line: number;
  /** One sentence. */
  readonly message: string;
  /** Where this one is graver or less grave than its rule is otherwise. */
  readonly severity?: Severity;
}

/** One rule for Dockerfiles. */
export interface DockerRule {
  /** `docker-…`, kebab-case. */
  readonly id: string;
  /** What it is against, in a few words. */
  readonly title: string;
  readonly severity: Severity;
  /** What would happen. */
  readonly why: string;
  /** What to write instead. */
  readonly hint: string;
  /** It is found in this Dockerfile, and not in `good`. */
  readonly bad: string;
  readonly good: string;
  /** What stands beside the examples; nothing, with a .dockerignore that leaves out what it should, otherwise. */
  readonly badContext?: DockerfileContext;
  readonly goodContext?: DockerfileContext;
  readonly check: (file: Dockerfile, context: DockerfileContext) => readonly DockerFound[];
}
