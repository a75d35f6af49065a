import type { ActionsStore } from '../store/actions-store.ts';
import type { SettingsRecord } from '../store/records.ts';

/** Two jobs at once: what a small machine can do beside the cloud itself. */
const DEFAULTS: SettingsRecord = { id: 'settings', parallelJobs: 2, withoutTool: [], variables: {} };

/** What is set for all jobs. */
export function settingsOf(store: ActionsStore): SettingsRecord {
  return store.find('settings', 'settings') ?? DEFAULTS;
}

/** Sets some of it; what is left out stays. */
export function changeSettings(
  store: ActionsStore,
  change: Partial<Omit<SettingsRecord, 'id'>>,
): SettingsRecord {
  return store.save('settings', { ...settingsOf(store), ...change });
}
