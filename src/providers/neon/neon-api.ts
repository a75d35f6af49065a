import type {
  ComputeSettings,
  NeonBranch,
  NeonDatabase,
  NeonEndpoint,
  NeonOperation,
  NeonProject,
  NeonRole,
} from './wire-types.ts';

/** A project by id, with the name that people know it by. */
export type ProjectRef = Pick<NeonProject, 'id' | 'name'>;
/** A branch likewise. */
export type BranchRef = Pick<NeonBranch, 'id' | 'name'>;

/** What a change answered: the thing, and the work that goes on. */
export interface Changed {
  readonly branch?: NeonBranch;
  readonly project?: NeonProject;
  readonly operations?: readonly NeonOperation[];
}

/** A new project, as Neon takes it. */
export interface ProjectOrder {
  readonly name: string;
  readonly org_id?: string;
  readonly region_id?: string;
  readonly branch: { readonly name: string; readonly role_name?: string; readonly database_name?: string };
  readonly default_endpoint_settings?: ComputeSettings;
}

/** A new branch, as Neon takes it. */
export interface BranchOrder {
  readonly branch: {
    readonly name: string;
    readonly parent_id: string;
    /** ISO 8601; without it the parent's newest data. */
    readonly parent_timestamp?: string;
    readonly init_source?: 'schema-only';
    /** ISO 8601, to the second. */
    readonly expires_at?: string;
  };
  readonly endpoints?: readonly ({ readonly type: 'read_write' } & ComputeSettings)[];
}

/** What is restored from where. */
export interface RestoreOrder {
  readonly source_branch_id: string;
  readonly source_timestamp?: string;
  readonly preserve_under_name: string;
}

/** Whose URL is asked for. */
export interface LoginOrder {
  readonly branch: BranchRef;
  readonly role: string;
  readonly database: string;
  readonly pooled: boolean;
}

/** The routes about projects that are used, with what they answer. */
export interface ProjectRoutes {
  projects(query: { search: string; org: string | null }, signal?: AbortSignal): Promise<NeonProject[]>;
  /** Null when there is none, or the key does not see it. */
  project(id: string, signal?: AbortSignal): Promise<NeonProject | null>;
  createProject(order: ProjectOrder, signal?: AbortSignal): Promise<Changed>;
  operation(project: ProjectRef, id: string, signal?: AbortSignal): Promise<NeonOperation>;
  /** The newest hundred: more than can be under way. */
  operations(project: ProjectRef, signal?: AbortSignal): Promise<readonly NeonOperation[]>;
  /** Holds a password. */
  connectionUri(project: ProjectRef, login: LoginOrder, signal?: AbortSignal): Promise<string>;
}

/** Those about branches and their computes. */
export interface BranchRoutes {
  /** Those whose name or id has `search` in it. */
  branches(project: ProjectRef, search: string, signal?: AbortSignal): Promise<NeonBranch[]>;
  /** Null when it is gone. */
  branch(project: ProjectRef, id: string, signal?: AbortSignal): Promise<NeonBranch | null>;
  createBranch(project: ProjectRef, order: BranchOrder, signal?: AbortSignal): Promise<Changed>;
  /** Takes away the time at which a branch is removed by itself. */
  keepBranch(project: ProjectRef, branch: BranchRef, signal?: AbortSignal): Promise<Changed>;
  /** From then on Neon deletes it by itself; `expiresAt` in ISO 8601, 30 days from now at most. */
  expireBranch(
    project: ProjectRef,
    branch: BranchRef,
    expiresAt: string,
    signal?: AbortSignal,
  ): Promise<Changed>;
  /** One that is gone is no error. */
  deleteBranch(project: ProjectRef, branch: BranchRef, signal?: AbortSignal): Promise<Changed>;
  restoreBranch(
    project: ProjectRef,
    branch: BranchRef,
    order: RestoreOrder,
    signal?: AbortSignal,
  ): Promise<Changed>;
  endpoints(project: ProjectRef, branch: BranchRef, signal?: AbortSignal): Promise<readonly NeonEndpoint[]>;
  createEndpoint(
    project: ProjectRef,
    branch: BranchRef,
    settings: ComputeSettings,
    signal?: AbortSignal,
  ): Promise<Changed>;
  updateEndpoint(
    project: ProjectRef,
    endpoint: NeonEndpoint,
    settings: ComputeSettings,
    signal?: AbortSignal,
  ): Promise<Changed>;
  databases(project: ProjectRef, branch: BranchRef, signal?: AbortSignal): Promise<readonly NeonDatabase[]>;
  roles(project: ProjectRef, branch: BranchRef, signal?: AbortSignal): Promise<readonly NeonRole[]>;
}

/** The routes of Neon's API that are used. */
export type NeonApi = ProjectRoutes & BranchRoutes;
