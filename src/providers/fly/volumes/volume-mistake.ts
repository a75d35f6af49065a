import type { ResolvedFlyApp } from '../../../config/resolved.ts';
import type { Volume } from './volumes-api.ts';

/** Why the volumes that are there cannot be as written. */
export interface VolumeMistake {
  readonly message: string;
  readonly hint: string;
  /** The setting of the app that says otherwise. */
  readonly setting: 'regions' | 'volume.size';
}

/**
 * What of an app's volumes cannot be as the config says, or null: Fly lets a volume grow and never shrink, and it lies
 * on a host of its region for good. Pure.
 */
export function volumeMistake(app: ResolvedFlyApp, all: readonly Volume[]): VolumeMistake | null {
  const wanted = app.volume;
  if (wanted === null) return null;
  const there = all.filter((volume) => volume.name === wanted.name);
  const larger = there.find((volume) => volume.size_gb > wanted.sizeGb);
  if (larger !== undefined) {
    return {
      message: `The volume ${larger.id} (${larger.name}) of ${app.name} has ${larger.size_gb} GB and the config says ${wanted.sizeGb} GB: Fly cannot make a volume smaller.`,
      hint: `Write the size that it has: volume: { size: '${larger.size_gb}gb' }`,
      setting: 'volume.size',
    };
  }
  const [first] = there;
  const written = new Set(app.regions.filter(({ count }) => count > 0).map(({ region }) => region));
  if (first === undefined || written.size === 0 || there.some((volume) => written.has(volume.region)))
    return null;
  const places = [...new Set(there.map((volume) => volume.region))].join(', ');
  const [target] = written;
  return {
    message: `The volume ${wanted.name} of ${app.name} is in ${places} (${first.id}, ${first.size_gb} GB) and the config says ${[...written].join(', ')}: a volume cannot leave its region, so new machines would start without its data.`,
    hint: `Write regions: ['${first.region}'], or copy the data first: fly volumes fork ${first.id} --region ${target} -a ${app.platformName}`,
    setting: 'regions',
  };
}
