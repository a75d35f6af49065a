import type { ResolvedProject } from '../../config/resolved.ts';
import type { GeneratedFile } from '../generated-file.ts';
import { stamped } from '../stamp.ts';
import { runbookFor } from './runbook-for.ts';

/** The runbook; none where the project wants none, or has nothing that runs. */
export function runbookFiles(project: ResolvedProject): readonly GeneratedFile[] {
  const path = project.files.runbook;
  if (path === null || project.environments.every(({ apps }) => apps.length === 0)) return [];
  return [
    {
      path,
      content: stamped(runbookFor(project), { comment: 'html' }),
      reason: 'What to do by hand when Glidepath cannot be used.',
    },
  ];
}
