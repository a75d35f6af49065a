import type { Json } from '../../util/json.ts';
import type {
  HostCheckRun,
  HostComment,
  HostDeployment,
  HostDeploymentStatus,
  HostPendingReview,
  HostPermission,
  HostPullRequest,
  HostReview,
  HostWorkflowRun,
} from '../code-host.ts';
import { withoutKey } from './deployment-key.ts';
import { isTrusted } from './is-trusted.ts';
import type {
  WireCheckRun,
  WireComment,
  WireDeployment,
  WireDeploymentStatus,
  WirePendingReview,
  WirePullRequest,
  WireReview,
  WireReviewer,
  WireWorkflowRun,
} from './wire-types.ts';

/** What GitHub itself shows for an account that was deleted. */
const GHOST = 'ghost';

/** A deployment as the port has it. */
export function deploymentFrom(wire: WireDeployment): HostDeployment {
  return {
    id: Number(wire.id),
    sha: wire.sha,
    ref: wire.ref,
    environment: wire.environment,
    task: wire.task,
    payload: withoutKey(parsedPayload(wire.payload as Json)),
    creator: wire.creator?.login ?? GHOST,
    createdAt: Date.parse(wire.created_at),
  };
}

/** GitHub keeps an object as it is, and a text as a text, even where that is JSON. */
function parsedPayload(payload: Json): Json {
  if (typeof payload !== 'string' || !payload.trimStart().startsWith('{')) return payload;
  try {
    return JSON.parse(payload) as Json;
  } catch {
    return payload;
  }
}

/** A status of a deployment. */
export function deploymentStatusFrom(wire: WireDeploymentStatus): HostDeploymentStatus {
  return {
    state: wire.state,
    description: wire.description,
    logUrl: filled(wire.log_url),
    environmentUrl: filled(wire.environment_url),
    createdAt: Date.parse(wire.created_at),
    creator: wire.creator?.login ?? GHOST,
  };
}

/** GitHub answers with an empty text where no address was given. */
function filled(url: string | null | undefined): string | null {
  return url === undefined || url === null || url === '' ? null : url;
}

/** A pull request, from a list or alone. */
export function pullRequestFrom(wire: WirePullRequest): HostPullRequest {
  return {
    number: wire.number,
    title: wire.title,
    author: wire.user?.login ?? GHOST,
    state: wire.state === 'open' ? 'open' : 'closed',
    isMerged: wire.merged_at !== null,
    isDraft: wire.draft ?? false,
    headSha: wire.head.sha,
    headRef: wire.head.ref,
    // The published type says that it is always there; of a fork that was deleted it is null.
    headRepository: (wire.head.repo as { full_name: string } | null)?.full_name ?? null,
    baseRef: wire.base.ref,
    labels: wire.labels.map(({ name }) => name),
    url: wire.html_url,
  };
}

/** A comment. */
export function commentFrom(wire: WireComment): HostComment {
  return {
    id: Number(wire.id),
    author: wire.user?.login ?? GHOST,
    isByApp: wire.user?.type === 'Bot',
    isByInsider: isTrusted(wire),
    body: wire.body ?? '',
    createdAt: Date.parse(wire.created_at),
    updatedAt: Date.parse(wire.updated_at),
    url: wire.html_url,
  };
}

/** A check run. GitHub knows more states while it waits; all of them mean that it has not begun. */
export function checkRunFrom(wire: WireCheckRun): HostCheckRun {
  const { status } = wire;
  return {
    name: wire.name,
    status: status === 'completed' || status === 'in_progress' ? status : 'queued',
    conclusion: wire.conclusion,
    app: wire.app?.slug ?? '',
    url: wire.html_url,
  };
}

/** A run of a GitHub workflow. */
export function workflowRunFrom(wire: WireWorkflowRun): HostWorkflowRun {
  return {
    id: Number(wire.id),
    attempt: wire.run_attempt ?? 1,
    // A run of another ref has it behind an @.
    path: wire.path.replace(/@.*$/, ''),
    event: wire.event,
    status: wire.status ?? 'queued',
    conclusion: wire.conclusion,
    headSha: wire.head_sha,
    headBranch: wire.head_branch,
    actor: (wire.triggering_actor ?? wire.actor)?.login ?? GHOST,
    title: wire.display_title,
    url: wire.html_url,
  };
}

/** What a reviewer said; of somebody who was asked and has said nothing yet there is no record. */
export function reviewFrom(wire: WireReview): HostReview {
  return {
    by: wire.user?.login ?? GHOST,
    isApproved: wire.state === 'approved',
    environments: wire.environments.flatMap(({ name }) => (name === undefined ? [] : [name])),
  };
}

/** What a run waits for. */
export function pendingReviewFrom(owner: string, wire: WirePendingReview): HostPendingReview {
  return {
    environmentId: Number(wire.environment.id),
    environment: wire.environment.name ?? '',
    reviewers: wire.reviewers.map((each) => reviewerName(owner, each as WireReviewer)),
    mayDecide: wire.current_user_can_approve,
  };
}

/** `ada`, or a team as `org/team`. */
export function reviewerName(owner: string, { reviewer = {} }: WireReviewer): string {
  return 'login' in reviewer ? reviewer.login : `${owner}/${'slug' in reviewer ? reviewer.slug : ''}`;
}

const PERMISSIONS: readonly HostPermission[] = ['admin', 'maintain', 'write', 'triage', 'read', 'none'];

/** A role by name; a custom one is taken as the plain permission that it is built on. */
export function permissionFrom(role: string | undefined, permission: string): HostPermission {
  return (
    PERMISSIONS.find((known) => known === role) ?? PERMISSIONS.find((known) => known === permission) ?? 'none'
  );
}

/** The highest of the rights that a repository lists for the token. */
export function permissionOfToken(rights: Readonly<Record<string, boolean>> | undefined): HostPermission {
  const names = [
    ['admin', 'admin'],
    ['maintain', 'maintain'],
    ['push', 'write'],
    ['triage', 'triage'],
    ['pull', 'read'],
  ] as const;
  return names.find(([right]) => rights?.[right] === true)?.[1] ?? 'none';
}
