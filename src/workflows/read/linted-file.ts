import { commandsOf, type CommandText } from './command-text.ts';
import { documentWorkflows } from './document-workflows.ts';
import { fileKind, type FileKind } from './file-kind.ts';
import { readWorkflow } from './read-workflow.ts';
import type { SourceFile } from './source-file.ts';
import type { Workflow } from './workflow.ts';
import { readYaml, type YamlMistake, type YamlNode } from './yaml-tree.ts';

/** A file, read as what it is. */
export interface LintedFile extends SourceFile {
  readonly kind: FileKind;
  /** Of a GitHub workflow, and of nothing else. */
  readonly workflow: Workflow | null;
  /** Parts of GitHub workflows that a document shows. */
  readonly shown: readonly Workflow[];
  /** Of other YAML. */
  readonly yaml: YamlNode | null;
  /** What a shell would run. */
  readonly commands: readonly CommandText[];
  readonly mistakes: readonly YamlMistake[];
}

/** Everything that is looked at together. */
export interface LintedRepository {
  readonly files: readonly LintedFile[];
  readonly workflows: readonly Workflow[];
}

/** Reads a file; null for one that there are no rules for. */
export function readFileAs(file: SourceFile, kind: FileKind | null = fileKind(file.path)): LintedFile | null {
  if (kind === null) return null;
  const base = { ...file, kind, workflow: null, shown: [], yaml: null, mistakes: [] };
  if (kind === 'workflow') {
    const { workflow, mistakes } = readWorkflow(file);
    return { ...base, workflow, mistakes, commands: commandsOf(file, kind, workflow) };
  }
  if (kind === 'dependabot' || kind === 'action') {
    const { root, mistakes } = readYaml(file.text);
    return { ...base, yaml: root, mistakes, commands: [] };
  }
  const shown = kind === 'document' ? documentWorkflows(file) : [];
  return { ...base, shown, commands: commandsOf(file, kind, null) };
}
