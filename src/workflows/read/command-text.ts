import type { FileKind } from './file-kind.ts';
import type { SourceFile, Span } from './source-file.ts';
import type { Workflow, WorkflowJob, WorkflowStep } from './workflow.ts';

/** Text that a shell would run, or that a document tells people to run. */
export interface CommandText extends Span {
  /** As written in the file, so that an index into it plus `start` is one into the file. */
  readonly source: string;
  readonly workflow: Workflow | null;
  readonly job: WorkflowJob | null;
  readonly step: WorkflowStep | null;
  /** What it is about: names of the job and the step, the heading above it. */
  readonly about: string;
}

/** Shell code, or code of no language, in a fence of Markdown. */
const FENCE = /^[ \t]*```[ \t]*(\w*)[^\n]*\n(.*?)^[ \t]*```/gms;
const SHELLS = new Set(['', 'bash', 'sh', 'shell', 'zsh', 'console']);
const INLINE = /`([^`\n]+)`/g;

/** Every command of a file. */
export function commandsOf(
  file: SourceFile,
  kind: FileKind,
  workflow: Workflow | null,
): readonly CommandText[] {
  if (workflow !== null) return workflow.jobs.flatMap((job) => jobCommands(workflow, job));
  if (kind === 'script') return [plain(file.text, 0, file.path)];
  return kind === 'document' ? documentCommands(file.text) : [];
}

function jobCommands(workflow: Workflow, job: WorkflowJob): readonly CommandText[] {
  const jobName = job.node.entries.find(({ key }) => key === 'name')?.value;
  return job.steps.flatMap((step) => {
    if (step.run === null) return [];
    const { start, end, source } = step.run;
    const names = [
      job.id,
      jobName?.kind === 'scalar' ? jobName.text : '',
      step.name ?? '',
      workflow.name?.text ?? '',
    ];
    return [{ source, start, end, workflow, job, step, about: names.join(' ') }];
  });
}

function documentCommands(text: string): readonly CommandText[] {
  const headings = [...text.matchAll(/^#{1,6}[ \t]+.*$/gm)];
  const above = (at: number): string => headings.findLast(({ index }) => index < at)?.[0] ?? '';
  const fences = [...text.matchAll(FENCE)];
  const fenced = fences.flatMap(({ 0: whole, 1: language = '', 2: body = '', index }) => {
    const start = index + whole.indexOf('\n') + 1;
    return SHELLS.has(language.toLowerCase()) ? [plain(body, start, above(index))] : [];
  });
  // Blanked out, so that what is quoted in a fence is not read a second time.
  const prose = text.replaceAll(FENCE, (fence) => fence.replaceAll(/[^\n]/g, ' '));
  const inline = [...prose.matchAll(INLINE)].map(({ 1: body = '', index }) =>
    plain(body, index + 1, above(index)),
  );
  return [...fenced, ...inline];
}

function plain(source: string, start: number, about: string): CommandText {
  return { source, start, end: start + source.length, workflow: null, job: null, step: null, about };
}
