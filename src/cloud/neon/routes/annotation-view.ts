import type { NeonBranch } from '../records.ts';
import { timestamp } from '../views.ts';

/** What is noted on a branch (OpenAPI, `AnnotationData`). */
export function annotationView(branch: NeonBranch): object {
  return {
    object: { type: 'console/branch', id: branch.id },
    value: branch.annotation,
    created_at: timestamp(branch.createdAt),
    updated_at: timestamp(branch.updatedAt),
  };
}
