import type { Mistake } from '../mistake.ts';
import { lastWritten } from '../resolve/layers.ts';
import type { CheckedScope } from './checked-scope.ts';
import { conflict } from './conflict.ts';

/** A volume belongs to one machine, so that a machine beside the old one can never have its data. */
export function volumeRules(scope: CheckedScope): Mistake[] {
  const { resolved: app, layers, appName } = scope;
  if (app.platform !== 'fly' || app.volume === null) return [];
  if (app.strategy !== 'bluegreen' && app.strategy !== 'canary') return [];
  const place = lastWritten(layers, 'strategy') ?? lastWritten(layers, 'volume');
  return [
    conflict(
      place?.path ?? ['apps', appName],
      `is ${app.strategy}, which starts new machines beside the old ones, but the volume ${app.volume.name} of ${appName} stays with its machine`,
      "Use strategy: 'rolling', or take the volume out.",
    ),
  ];
}
