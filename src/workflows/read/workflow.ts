import type { Expression } from './expression.ts';
import type { SourceFile, Span } from './source-file.ts';
import type { UsesRef } from './uses-ref.ts';
import type { YamlMap, YamlNode, YamlScalar } from './yaml-tree.ts';

/** A GitHub workflow, with the place of everything. What is not read into a field is in `root` and the nodes. */
export interface Workflow {
  readonly file: SourceFile;
  readonly root: YamlMap;
  readonly name: YamlScalar | null;
  readonly triggers: readonly WorkflowTrigger[];
  readonly permissions: YamlNode | null;
  readonly concurrency: YamlNode | null;
  readonly jobs: readonly WorkflowJob[];
}

/** One event that starts it. */
export interface WorkflowTrigger {
  readonly event: string;
  readonly at: Span;
  /** Its filters and inputs; null where only the event is named. */
  readonly node: YamlNode | null;
}

/** One job. */
export interface WorkflowJob {
  readonly id: string;
  /** Of its id. */
  readonly at: Span;
  readonly node: YamlMap;
  readonly needs: readonly YamlScalar[];
  readonly condition: Expression | null;
  readonly conditionNode: YamlScalar | null;
  /** The GitHub workflow that it calls. */
  readonly uses: UsesRef | null;
  /** `production`; with expressions in it as written; null without one. */
  readonly environment: YamlScalar | null;
  readonly steps: readonly WorkflowStep[];
}

/** One step. */
export interface WorkflowStep {
  readonly at: Span;
  readonly node: YamlMap;
  readonly id: string | null;
  readonly name: string | null;
  readonly condition: Expression | null;
  readonly conditionNode: YamlScalar | null;
  readonly uses: UsesRef | null;
  readonly run: YamlScalar | null;
  readonly with: YamlMap | null;
}
