import { conditionOf } from './expression.ts';
import type { SourceFile } from './source-file.ts';
import { usesRef } from './uses-ref.ts';
import type { Workflow, WorkflowJob, WorkflowStep, WorkflowTrigger } from './workflow.ts';
import { entriesOf, itemsOf, mapAt, scalarAt, scalarsOf, textAt, valueAt } from './yaml-access.ts';
import { readYaml, type YamlEntry, type YamlMap, type YamlMistake, type YamlNode } from './yaml-tree.ts';

/** Reads a GitHub workflow; null where the text is no mapping. What it should not hold is kept and left to the rules. */
export function readWorkflow(file: SourceFile): {
  readonly workflow: Workflow | null;
  readonly mistakes: readonly YamlMistake[];
} {
  const { root, mistakes } = readYaml(file.text);
  if (root?.kind !== 'map') return { workflow: null, mistakes };
  return { workflow: workflowOf(file, root), mistakes };
}

function workflowOf(file: SourceFile, root: YamlMap): Workflow {
  return {
    file,
    root,
    name: scalarAt(root, 'name'),
    triggers: triggersOf(valueAt(root, 'on')),
    permissions: valueAt(root, 'permissions'),
    concurrency: valueAt(root, 'concurrency'),
    jobs: entriesOf(valueAt(root, 'jobs')).flatMap((entry) => jobOf(entry, file.text)),
  };
}

function triggersOf(on: YamlNode | null): readonly WorkflowTrigger[] {
  if (on?.kind === 'map') {
    return on.entries.map(({ key, at, value }) => ({
      event: key,
      at,
      node: value.kind === 'scalar' && value.text === '' ? null : value,
    }));
  }
  return scalarsOf(on).map((event) => ({ event: event.text, at: event, node: null }));
}

function jobOf({ key, at, value }: YamlEntry, text: string): readonly WorkflowJob[] {
  if (value.kind !== 'map') return [];
  const conditionNode = scalarAt(value, 'if');
  const environment = valueAt(value, 'environment');
  return [
    {
      id: key,
      at,
      node: value,
      needs: scalarsOf(valueAt(value, 'needs')),
      condition: conditionOf(conditionNode),
      conditionNode,
      uses: usesRef(scalarAt(value, 'uses'), text),
      environment: environment?.kind === 'scalar' ? environment : scalarAt(environment, 'name'),
      steps: itemsOf(valueAt(value, 'steps')).flatMap((step) => stepOf(step, text)),
    },
  ];
}

function stepOf(node: YamlNode, text: string): readonly WorkflowStep[] {
  if (node.kind !== 'map') return [];
  const conditionNode = scalarAt(node, 'if');
  const first = node.entries[0]?.at ?? node;
  return [
    {
      at: first,
      node,
      id: textAt(node, 'id'),
      name: textAt(node, 'name'),
      condition: conditionOf(conditionNode),
      conditionNode,
      uses: usesRef(scalarAt(node, 'uses'), text),
      run: scalarAt(node, 'run'),
      with: mapAt(node, 'with'),
    },
  ];
}
