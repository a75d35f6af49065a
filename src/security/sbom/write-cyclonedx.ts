import { createHash } from 'node:crypto';
import { ComponentScope, ComponentType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import * as Models from '@cyclonedx/cyclonedx-library/Models';
import { JSON as JsonOf, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import type { Component, Inventory, Scope } from '../components/component.ts';
import { isOneLicence, licenceExpression } from '../licences/licence-expression.ts';

/** What a bill of materials is about. */
export interface SbomSubject {
  readonly name: string;
  readonly version: string | null;
  readonly kind: 'application' | 'container';
  /** Of the commit, in milliseconds since the Unix epoch; null: the document says no time. */
  readonly timestamp: number | null;
  /** The version of Glidepath. */
  readonly toolVersion: string;
}

const SCOPES: Readonly<Record<Scope, ComponentScope>> = {
  required: ComponentScope.Required,
  optional: ComponentScope.Optional,
  // Not in what is given away; documented all the same.
  dev: ComponentScope.Excluded,
};

const ALGORITHMS = {
  'SHA-1': HashAlgorithm['SHA-1'],
  'SHA-256': HashAlgorithm['SHA-256'],
  'SHA-384': HashAlgorithm['SHA-384'],
  'SHA-512': HashAlgorithm['SHA-512'],
} as const;

/**
 * A software bill of materials as CycloneDX 1.6 in JSON: every package with its package URL, digests, licence, scope and what
 * it needs. The same inventory gives the same bytes: the serial number is made of the content.
 */
export function writeCycloneDx(inventory: Inventory, subject: SbomSubject): string {
  const first = serialize(bomOf(inventory, subject));
  const bom = bomOf(inventory, subject);
  bom.serialNumber = serialOf(first);
  return `${serialize(bom)}\n`;
}

function serialize(bom: Models.Bom): string {
  const serializer = new JsonSerializer(new JsonOf.Normalize.Factory(Spec1dot6));
  return serializer.serialize(bom, { sortLists: true, space: 2 });
}

/** A UUID of version 8: of bits that we choose (RFC 9562). */
function serialOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return `urn:uuid:${parts.join('-')}`;
}

function bomOf({ roots, components }: Inventory, subject: SbomSubject): Models.Bom {
  const bom = new Models.Bom();
  const tool = new Models.Component(ComponentType.Application, 'glidepath', { version: subject.toolVersion });
  bom.metadata.tools.components.add(tool);
  if (subject.timestamp !== null) bom.metadata.timestamp = new Date(subject.timestamp);
  const type = subject.kind === 'container' ? ComponentType.Container : ComponentType.Application;
  const root = new Models.Component(type, subject.name, {
    bomRef: 'root',
    ...(subject.version === null ? {} : { version: subject.version }),
  });
  bom.metadata.component = root;
  const models = new Map(components.map((component) => [component.id, modelOf(component)]));
  for (const { id, needs } of components) {
    const model = models.get(id);
    if (model === undefined) continue;
    bom.components.add(model);
    for (const need of needs) {
      const needed = models.get(need);
      if (needed !== undefined) model.dependencies.add(needed.bomRef);
    }
  }
  const top = roots.length > 0 ? roots : components.map(({ id }) => id);
  for (const id of top) {
    const model = models.get(id);
    if (model !== undefined) root.dependencies.add(model.bomRef);
  }
  return bom;
}

function modelOf(component: Component): Models.Component {
  const { id, name, version, purl, hashes, licence, scope, isOwn, ecosystem } = component;
  const slash = ecosystem === 'npm' && name.startsWith('@') ? name.indexOf('/') : -1;
  const model = new Models.Component(
    isOwn ? ComponentType.Application : ComponentType.Library,
    name.slice(slash + 1),
    {
      bomRef: id,
      version,
      scope: SCOPES[scope],
      ...(slash > 0 ? { group: name.slice(0, slash) } : {}),
      ...(purl === null ? {} : { purl }),
    },
  );
  for (const { algorithm, content } of hashes) model.hashes.set(ALGORITHMS[algorithm], content);
  if (licence !== null) model.licenses.add(licenceModel(licence));
  return model;
}

function licenceModel(licence: string): Models.License {
  const expression = licenceExpression(licence);
  if (expression === null) return new Models.NamedLicense(licence.slice(0, 1000));
  return isOneLicence(expression) && !expression.endsWith('+') && !expression.startsWith('LicenseRef-')
    ? new Models.SpdxLicense(expression)
    : new Models.LicenseExpression(expression);
}
