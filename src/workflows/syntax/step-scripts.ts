import type { SourceFile, Span } from '../read/source-file.ts';
import { readWorkflow } from '../read/read-workflow.ts';
import { textAt } from '../read/yaml-access.ts';

/** The script of a step, as bash can be asked about it. */
export interface StepScript {
  readonly at: Span;
  /** Every expression is replaced by a word as long as nothing that means anything to a shell. */
  readonly text: string;
}

/** The scripts of a GitHub workflow that bash or sh would run; those of other shells are left out. */
export function stepScripts(file: SourceFile): readonly StepScript[] {
  const { workflow } = readWorkflow(file);
  if (workflow === null) return [];
  const top = textAt(workflow.root, 'defaults', 'run', 'shell');
  return workflow.jobs.flatMap((job) =>
    job.steps.flatMap(({ run, node }) => {
      const shell = textAt(node, 'shell') ?? textAt(job.node, 'defaults', 'run', 'shell') ?? top ?? 'bash';
      const isWindows = /windows/.test(textAt(job.node, 'runs-on') ?? '');
      if (run === null || isWindows || !/^(bash|sh)\b/.test(shell)) return [];
      return [{ at: run, text: run.text.replace(/\$\{\{(?:'[^']*'|[^'])*?\}\}/gs, 'EXPRESSION') }];
    }),
  );
}
