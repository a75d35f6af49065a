import type { GeneratedFile } from '../generated-file.ts';
import { stamped } from '../stamp.ts';
import { noted, type Yaml, type YamlMap } from '../yaml/yaml-data.ts';
import { writeYaml } from '../yaml/write-yaml.ts';
import { comment } from './comment.ts';
import { apart } from './job.ts';

/** A GitHub workflow. */
interface Workflow {
  /** `ci.yml`. */
  readonly file: string;
  readonly name: string;
  readonly runName?: string;
  /** What it is for, in one or a few sentences. */
  readonly about: string;
  readonly on: YamlMap;
  readonly concurrency?: Yaml;
  readonly jobs: YamlMap;
  readonly reason: string;
}

/** The file of a GitHub workflow: no right of its own, and a shell that stops at the first error, also in a pipe. */
export function workflowFile(workflow: Workflow): GeneratedFile {
  const body = writeYaml({
    name: workflow.name,
    'run-name': workflow.runName,
    on: noted(workflow.on, { isApart: true }),
    permissions: noted(
      {},
      { isApart: true, above: 'No permissions by default; each job requests what it needs.' },
    ),
    ...(workflow.concurrency === undefined
      ? {}
      : { concurrency: noted(workflow.concurrency, { isApart: true }) }),
    defaults: noted({ run: { shell: 'bash' } }, { isApart: true }),
    jobs: noted(apart(workflow.jobs), { isApart: true }),
  });
  return {
    path: `.github/workflows/${workflow.file}`,
    content: stamped(`${comment(workflow.about)}\n${body}`),
    reason: workflow.reason,
  };
}
