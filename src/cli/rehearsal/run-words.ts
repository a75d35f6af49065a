/** What is known of a run by which it is called. */
interface NamedRun {
  readonly workflowName: string;
  readonly title: string;
  readonly number: number;
  readonly attempt: number;
}

/** What a run is called: by its own title where that says the workflow too, else by both. The number is the workflow's. Pure. */
export function runTitle({ workflowName, title, number, attempt }: NamedRun): string {
  const again = attempt > 1 ? `, attempt ${attempt}` : '';
  const words = new Set(title.toLowerCase().split(/\s+/));
  const saysAll = workflowName
    .toLowerCase()
    .split(/\s+/)
    .every((word) => words.has(word));
  if (saysAll) return `${title} #${number}${again}`;
  return `${workflowName} #${number}${title === '' ? '' : `: ${title}`}${again}`;
}

const CONDITION = /^its if is false: /;

/** Why a job does not run, where that is a condition of ours: the condition itself stands in the file. Pure. */
export function skipReason(why: string): string {
  if (!CONDITION.test(why)) return why;
  if (why.includes('needs.changes.outputs')) return 'the change does not need it';
  if (why.includes('outputs.approved')) return 'what it needs failed, or is not approved';
  if (why.includes('head.repo.full_name')) return 'the pull request is of a fork, or not in the state for it';
  return why.replace(/^its if is false: .{60,}$/s, 'its if is false');
}
