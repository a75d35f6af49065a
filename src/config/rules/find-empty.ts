import { entriesOf, isRecord, valueAt } from '../config-path.ts';
import type { Mistake } from '../mistake.ts';
import { impossible } from './conflict.ts';

/**
 * A project has apps and environments to put them in, or else at least something to check or to publish. Takes a config
 * of any shape: what is written wrongly is not there for the other rules, but it is not missing either.
 */
export function findEmpty(config: unknown): Mistake[] {
  const environments = entriesOf(valueAt(config, ['environments']));
  const isDeployedTo = environments.some(([, value]) => !isRecord(value) || value['kind'] !== 'test');
  const ci = valueAt(config, ['ci']);
  const hasOther = isRecord(ci) && ('checks' in ci || 'release' in ci);
  const isEmpty = (key: string): boolean => {
    const value = valueAt(config, [key]);
    return isRecord(value) && Object.keys(value).length === 0;
  };
  if (isEmpty('apps') && (isDeployedTo || !hasOther)) {
    return [impossible(['apps'], 'is empty', 'Write at least one app.')];
  }
  return isEmpty('environments') && !isEmpty('apps')
    ? [impossible(['environments'], 'is empty', 'Write at least one environment.')]
    : [];
}
