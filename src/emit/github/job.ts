import { noted, type Yaml, type YamlMap } from '../yaml/yaml-data.ts';
import type { WorkflowContext } from './workflow-context.ts';

/** What a job of a GitHub workflow may do on GitHub; each but `contents: read` with the reason for it. */
export interface Grant {
  readonly scope:
    | 'actions'
    | 'checks'
    | 'contents'
    | 'deployments'
    | 'issues'
    | 'pull-requests'
    | 'security-events'
    | 'statuses'
    | 'packages'
    | 'id-token'
    | 'attestations';
  readonly access: 'read' | 'write';
  readonly why: string;
}

/** One job that runs steps. */
export interface JobOptions {
  readonly name: string;
  readonly needs?: readonly string[];
  readonly if?: string;
  readonly timeoutMinutes: number;
  /** Besides reading the repository. Null: it does not even do that. */
  readonly grants?: readonly Grant[] | null;
  readonly concurrency?: Yaml;
  readonly environment?: Yaml | undefined;
  readonly outputs?: YamlMap;
  readonly steps: readonly Yaml[];
}

/** A job, with its keys in the order in which one wants to know them. */
export function job({ project }: WorkflowContext, options: JobOptions): YamlMap {
  const { needs = [] } = options;
  return {
    name: options.name,
    needs: needs.length === 0 ? undefined : needs,
    if: options.if,
    'runs-on': project.github.runner,
    'timeout-minutes': options.timeoutMinutes,
    permissions: options.grants === null ? {} : permissions(options.grants ?? []),
    concurrency: options.concurrency,
    environment: options.environment,
    outputs: options.outputs,
    steps: options.steps,
  };
}

/** Reading the repository, and what is granted besides. */
export function permissions(grants: readonly Grant[]): YamlMap {
  const written = grants.map(({ scope, access, why }) => [scope, noted(access, { beside: why })] as const);
  const own = Object.fromEntries(written);
  return { ...('contents' in own ? {} : { contents: 'read' }), ...own };
}

/** Jobs with an empty line between them. */
export function apart(jobs: YamlMap): YamlMap {
  return Object.fromEntries(
    Object.entries(jobs)
      .flatMap(([id, value]) => (value === undefined ? [] : [[id, value] as const]))
      .map(([id, value], index) => [id, index === 0 ? value : noted(value, { isApart: true })]),
  );
}
