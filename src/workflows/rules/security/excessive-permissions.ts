import type { Workflow } from '../../read/workflow.ts';
import { entriesOf, entryAt, textAt, valueAt } from '../../read/yaml-access.ts';
import { inWorkflow, ofWorkflows } from '../check.ts';
import type { Found, WorkflowRule } from '../rule.ts';

/** More than the job needs. */
export const excessivePermissions: WorkflowRule = {
  id: 'excessive-permissions',
  title: 'A token that may do more than it needs',
  severity: 'warning',
  persona: 'regular',
  what: 'No `permissions` anywhere, `read-all` and `write-all`, and the right to write given to all jobs at once. What one job is given is left alone.',
  why: 'Without them the token has whatever the repository or the organization gives by default, often the right to write everything; any step of any job may use that.',
  hint: 'Say `permissions: {}` on top, and give each job what it needs.',
  bad: inWorkflow('on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n'),
  good: inWorkflow(
    'on: push\npermissions: {}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n    steps:\n      - run: make\n',
  ),
  check: ofWorkflows((workflow) => [...topFound(workflow), ...jobFound(workflow)]),
};

function topFound({ permissions, root, jobs, file }: Workflow): readonly Found[] {
  const entry = entryAt(root, 'permissions');
  if (entry === null || permissions === null) {
    const bare = jobs.filter((job) => valueAt(job.node, 'permissions') === null);
    const [first] = root.entries;
    if (bare.length === 0 || first === undefined) return [];
    const at = entryAt(root, 'jobs')?.at ?? first.at;
    const who =
      bare.length === jobs.length
        ? 'Nothing is said'
        : `Nothing is said for ${bare.map(({ id }) => id).join(', ')}`;
    return file.text === ''
      ? []
      : [{ at, message: `${who} of what the token may do.`, code: 'permissions: {}' }];
  }
  const all = textAt(permissions);
  if (all !== null && /^(read|write)-all$/.test(all)) {
    return [
      {
        at: entry.at,
        message: `${all} gives every job every right.`,
        severity: all === 'write-all' ? 'error' : 'warning',
      },
    ];
  }
  return entriesOf(permissions)
    .filter(({ value }) => textAt(value) === 'write')
    .map(({ key, at }) => ({
      at,
      message: `Every job may write ${key}.`,
      hint: `Give ${key}: write to the job that needs it, and say permissions: {} on top.`,
    }));
}

function jobFound({ jobs }: Workflow): readonly Found[] {
  return jobs.flatMap((job) => {
    const entry = entryAt(job.node, 'permissions');
    const all = textAt(entry?.value);
    if (entry === null || all === null || !/^(read|write)-all$/.test(all)) return [];
    return [
      {
        at: entry.at,
        message: `${all} gives the job ${job.id} every right.`,
        severity: all === 'write-all' ? 'error' : 'warning',
      },
    ];
  });
}
