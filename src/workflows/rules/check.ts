import type { CommandText } from '../read/command-text.ts';
import type { FileKind } from '../read/file-kind.ts';
import type { LintedFile, LintedRepository } from '../read/linted-file.ts';
import type { Workflow, WorkflowJob, WorkflowStep } from '../read/workflow.ts';
import type { Check, Example, Found } from './rule.ts';

/** A check of GitHub workflows, those that documents show among them where the rule is for them. */
export function ofWorkflows(
  check: (workflow: Workflow, repository: LintedRepository) => readonly Found[],
): Check {
  return (file, repository) =>
    [...(file.workflow === null ? [] : [file.workflow]), ...file.shown].flatMap((each) =>
      check(each, repository),
    );
}

/** A check of every job. */
export function ofJobs(check: (job: WorkflowJob, workflow: Workflow) => readonly Found[]): Check {
  return ofWorkflows((workflow) => workflow.jobs.flatMap((job) => check(job, workflow)));
}

/** A check of every step. */
export function ofSteps(
  check: (step: WorkflowStep, job: WorkflowJob, workflow: Workflow) => readonly Found[],
): Check {
  return ofJobs((job, workflow) => job.steps.flatMap((step) => check(step, job, workflow)));
}

/** A check of whatever a shell runs, or a document tells people to run. */
export function ofCommands(
  check: (text: CommandText, file: LintedFile, repository: LintedRepository) => readonly Found[],
): Check {
  return (file, repository) => file.commands.flatMap((text) => check(text, file, repository));
}

/** A check of files of one kind. */
export function ofKind(kind: FileKind, check: Check): Check {
  return (file, repository) => (file.kind === kind ? check(file, repository) : []);
}

/** Where a pattern is found in a command; the pattern must be global. What stands behind `#` is no command. */
export function findIn(
  text: CommandText,
  pattern: RegExp,
): readonly { start: number; end: number; match: RegExpMatchArray }[] {
  return [...text.source.matchAll(pattern)].flatMap((match) => {
    const index = match.index;
    const line = text.source.slice(text.source.lastIndexOf('\n', index) + 1, index);
    if (/(^|\s)#(?!\{)/.test(line)) return [];
    return [{ start: text.start + index, end: text.start + index + match[0].trimEnd().length, match }];
  });
}

/** An example that is one GitHub workflow. */
export function inWorkflow(text: string): Example {
  return { '.github/workflows/example.yml': text };
}
