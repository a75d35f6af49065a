import type { ReviewReaders } from '../../pipeline/review/find-review-apps.ts';
import type { Workbench } from '../workbench.ts';

/** The platforms of a project, as review apps are looked for. Asking throws SECRET_MISSING where a token is not set. */
export function reviewReaders({ deps, history }: Workbench): ReviewReaders {
  return {
    appsOf: (app) => deps.platformOf(app),
    databasesOf: (database) => deps.databasePlatformOf(database),
    history,
  };
}
