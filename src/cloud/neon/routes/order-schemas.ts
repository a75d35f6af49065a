import { z } from 'zod';
import { lsnSchema, timeSchema } from './read-request.ts';

/** Names of projects and branches. */
export const nameSchema: z.ZodString = z.string().min(1).max(256);
const id = z.string().regex(/^[a-z0-9-]{1,60}$/, 'must be an id');
/** Settings that are kept and shown. */
const settings = z.record(z.string(), z.unknown());
const computeUnits = z.number().min(0.25);

/** 0: the default; -1: never; else from a minute to a week. */
export const suspendTimeoutSchema: z.ZodType<number> = z
  .int()
  .refine(
    (seconds) => seconds === 0 || seconds === -1 || (seconds >= 60 && seconds <= 604_800),
    'must be 0, -1, or from 60 to 604800',
  );

const computeSettings = z.looseObject({
  autoscaling_limit_min_cu: computeUnits.optional(),
  autoscaling_limit_max_cu: computeUnits.optional(),
  suspend_timeout_seconds: suspendTimeoutSchema.optional(),
  settings: settings.optional(),
});

/** Settings of a compute that may be ordered. */
export interface ComputeOrder {
  readonly autoscaling_limit_min_cu?: number | undefined;
  readonly autoscaling_limit_max_cu?: number | undefined;
  readonly suspend_timeout_seconds?: number | undefined;
  readonly settings?: Record<string, unknown> | undefined;
}

/** A compute that comes with a branch. */
export interface BranchEndpointOrder extends ComputeOrder {
  readonly type: 'read_only' | 'read_write';
}

/** What a branch is ordered as. */
export interface BranchCreateOrder {
  readonly branch?:
    | {
        readonly parent_id?: string | undefined;
        readonly name?: string | undefined;
        readonly parent_lsn?: string | undefined;
        readonly parent_timestamp?: number | undefined;
        readonly protected?: boolean | undefined;
        readonly archived?: boolean | undefined;
        readonly init_source?: 'parent-data' | 'schema-only' | undefined;
        readonly expires_at?: number | undefined;
      }
    | undefined;
  readonly endpoints?: BranchEndpointOrder[] | undefined;
  readonly annotation_value?: Record<string, string> | undefined;
}

/** What a project is ordered as. */
export interface ProjectCreateOrder extends ProjectUpdateOrder {
  readonly org_id?: string | undefined;
  readonly region_id?: string | undefined;
  readonly pg_version?: number | undefined;
  readonly store_passwords?: boolean | undefined;
  readonly autoscaling_limit_min_cu?: number | undefined;
  readonly autoscaling_limit_max_cu?: number | undefined;
  readonly branch?:
    | {
        readonly name?: string | undefined;
        readonly role_name?: string | undefined;
        readonly database_name?: string | undefined;
        readonly annotations?: Record<string, string> | undefined;
      }
    | undefined;
}

/** What of a project may be changed. */
export interface ProjectUpdateOrder {
  readonly name?: string | undefined;
  readonly history_retention_seconds?: number | undefined;
  readonly settings?: Record<string, unknown> | undefined;
  readonly default_endpoint_settings?: ComputeOrder | undefined;
}

interface EndpointOrder extends ComputeOrder {
  readonly name?: string | undefined;
  readonly disabled?: boolean | undefined;
}

const branchEndpointSchema = computeSettings.extend({ type: z.enum(['read_only', 'read_write']) });

/** The body of POST …/endpoints. */
export const endpointCreateSchema: z.ZodType<{
  endpoint: EndpointOrder & BranchEndpointOrder & { readonly branch_id: string };
}> = z.looseObject({
  endpoint: branchEndpointSchema.extend({
    branch_id: id,
    name: z.string().min(1).max(64).optional(),
    disabled: z.boolean().optional(),
  }),
});

/** The body of PATCH …/endpoints/{e}. */
export const endpointUpdateSchema: z.ZodType<{
  endpoint: EndpointOrder & { readonly branch_id?: string | undefined };
}> = z.looseObject({
  endpoint: computeSettings.extend({
    branch_id: id.optional(),
    name: z.string().min(1).max(64).optional(),
    disabled: z.boolean().optional(),
  }),
});

const annotation = z.record(z.string(), z.string());

/** The body of POST …/branches; every part may be left out. */
export const branchCreateSchema: z.ZodType<BranchCreateOrder> = z.looseObject({
  branch: z
    .looseObject({
      // Empty counts as left out.
      parent_id: z.union([id, z.literal('')]).optional(),
      name: nameSchema.optional(),
      parent_lsn: lsnSchema.optional(),
      parent_timestamp: timeSchema.optional(),
      protected: z.boolean().optional(),
      archived: z.boolean().optional(),
      init_source: z.enum(['parent-data', 'schema-only']).optional(),
      expires_at: timeSchema.optional(),
    })
    .optional(),
  endpoints: z.array(branchEndpointSchema).optional(),
  annotation_value: annotation.optional(),
});

/** The body of PATCH …/branches/{b}. */
export const branchUpdateSchema: z.ZodType<{
  branch: {
    readonly name?: string | undefined;
    readonly protected?: boolean | undefined;
    readonly expires_at?: number | null | undefined;
  };
}> = z.looseObject({
  branch: z.looseObject({
    name: nameSchema.optional(),
    protected: z.boolean().optional(),
    expires_at: timeSchema.nullable().optional(),
  }),
});

/** The body of POST …/branches/{b}/restore. */
export const branchRestoreSchema: z.ZodType<{
  source_branch_id: string;
  source_lsn?: string | undefined;
  source_timestamp?: number | undefined;
  preserve_under_name?: string | undefined;
}> = z.looseObject({
  source_branch_id: id,
  source_lsn: lsnSchema.optional(),
  source_timestamp: timeSchema.optional(),
  preserve_under_name: z.string().max(256).optional(),
});

const retention = z.int().min(0).max(2_592_000);
/** Not the names that Postgres or Neon keep for themselves. */
export const roleNameSchema: z.ZodString = z.string().min(1).max(63);

/** The body of POST /projects. */
export const projectCreateSchema: z.ZodType<{ project: ProjectCreateOrder }> = z.looseObject({
  project: z.looseObject({
    name: nameSchema.optional(),
    org_id: id.optional(),
    region_id: z.string().optional(),
    pg_version: z.int().min(14).max(18).optional(),
    store_passwords: z.boolean().optional(),
    history_retention_seconds: retention.optional(),
    settings: settings.optional(),
    default_endpoint_settings: computeSettings.optional(),
    autoscaling_limit_min_cu: computeUnits.optional(),
    autoscaling_limit_max_cu: computeUnits.optional(),
    branch: z
      .looseObject({
        name: nameSchema.optional(),
        role_name: roleNameSchema.optional(),
        database_name: roleNameSchema.optional(),
        annotations: annotation.optional(),
      })
      .optional(),
  }),
});

/** The body of PATCH /projects/{p}. */
export const projectUpdateSchema: z.ZodType<{ project: ProjectUpdateOrder }> = z.looseObject({
  project: z.looseObject({
    name: nameSchema.optional(),
    history_retention_seconds: retention.optional(),
    settings: settings.optional(),
    default_endpoint_settings: computeSettings.optional(),
  }),
});
