import type { NeonBranch, NeonProject } from '../../src/providers/neon/wire-types.ts';

/** A project as Neon shows it by id, with what the provider reads. */
export function neonProject(more: Partial<NeonProject> = {}): NeonProject {
  return {
    id: 'shiny-wind-02883412',
    name: 'shop',
    region_id: 'aws-eu-central-1',
    pg_version: 17,
    history_retention_seconds: 86_400,
    ...more,
  };
}

/** A branch as Neon shows it. */
export function neonBranch(name: string, more: Partial<NeonBranch> = {}): NeonBranch {
  return {
    id: `br-${name.replaceAll(/\W/g, '-')}`,
    name,
    current_state: 'ready',
    default: false,
    protected: false,
    created_at: '2026-03-01T00:00:00Z',
    ...more,
  };
}
