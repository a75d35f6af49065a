import { durationWords } from '../words.ts';
import { sideBySide, type Stage, type StageContext } from './stage.ts';

/** Stopping and removing every machine of an app. */
const DESTROY_APP_MS = 5 * 60_000;
const DESTROY_DATABASE_MS = 10 * 60_000;

/** Removes every app of a review environment, all at once. */
export function destroyAppStage({ match, apps, observed }: StageContext, after: readonly string[]): Stage {
  return sideBySide(
    apps.map((app) => ({
      id: `destroy-app:${app.name}`,
      needs: after,
      title: `Destroy ${app.name}`,
      reason: `pull request ${match.pullRequest} is closed: ${app.platformName} ${
        observed?.apps[app.name] === null ? 'is gone already' : 'goes with all that runs of it'
      }`,
      mutates: true,
      undo: null,
      timeoutMs: DESTROY_APP_MS,
      action: { kind: 'destroy-app', app: app.name },
    })),
  );
}

/** Removes the databases that were made for the environment, when no app uses them any more. */
export function destroyDatabaseStage({ match }: StageContext, after: readonly string[]): Stage {
  const ephemeral = match.environment.databases.filter((database) => database.ephemeral);
  return sideBySide(
    ephemeral.map((database) => ({
      id: `destroy-database:${database.name}`,
      needs: after,
      title: `Destroy database ${database.name}`,
      reason: `databases.${database.name} of ${match.name} is ephemeral: ${
        database.platformName ?? database.name
      } goes with its environment`,
      mutates: true,
      undo: null,
      timeoutMs: DESTROY_DATABASE_MS,
      action: { kind: 'destroy-database', database: database.name },
    })),
  );
}

/** When a review environment disappears by itself, or null. */
export function expiryNote({ match }: StageContext): string | null {
  const { expiresAfterMs } = match.environment;
  if (expiresAfterMs === null || match.pullRequest === null) return null;
  return `It disappears when the pull request is closed, or ${durationWords(expiresAfterMs)} after its last deployment (expires).`;
}
