import type { Json } from '../../util/json.ts';
import { objectOf, objectsOf, textOf, type SarifObject } from '../sarif/sarif-log.ts';
import type { MaterialsSummary } from './reports-summary.ts';

/** The components of a CycloneDX bill, each with its licences; null for what is none. Never throws. */
export function readMaterials(text: string): readonly Material[] | null {
  let bill: Json;
  try {
    bill = JSON.parse(text.replace(/^\uFEFF/, '')) as Json;
  } catch {
    return null;
  }
  if (objectOf(bill)['bomFormat'] !== 'CycloneDX') return null;
  return objectsOf(objectOf(bill)['components']).map((component) => ({
    name: [textOf(component['purl']) ?? textOf(component['name']), textOf(component['version'])].join('@'),
    licences: objectsOf(component['licenses']).map(licenceOf),
  }));
}

/** One thing that an app is made of. */
export interface Material {
  /** By which the same one in two bills is recognized. */
  readonly name: string;
  readonly licences: readonly string[];
}

/** Counts what several bills hold; what is in two of them counts once. */
export function sumMaterials(materials: readonly Material[]): MaterialsSummary {
  const byName = new Map(materials.map((material) => [material.name, material]));
  const counts = new Map<string, number>();
  for (const { licences } of byName.values()) {
    for (const licence of licences.length === 0 ? ['unknown'] : licences)
      counts.set(licence, (counts.get(licence) ?? 0) + 1);
  }
  const licences = [...counts].map(([licence, components]) => ({ licence, components }));
  return {
    components: byName.size,
    licences: licences.sort(
      (one, other) => other.components - one.components || (one.licence < other.licence ? -1 : 1),
    ),
  };
}

function licenceOf(choice: SarifObject): string {
  const licence = objectOf(choice['license']);
  return textOf(choice['expression']) ?? textOf(licence['id']) ?? textOf(licence['name']) ?? 'unknown';
}
