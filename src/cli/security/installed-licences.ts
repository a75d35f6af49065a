import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Component, Inventory } from '../../security/components/component.ts';
import { hexLicence } from '../../security/licences/hex-licence.ts';
import { licenceOf } from '../../security/locks/lock-source.ts';
import { manifestAt } from './gather-locks.ts';

/** An inventory with the licences of what is installed, and whether a package was there to be asked. */
export interface LicensedInventory {
  readonly inventory: Inventory;
  readonly isInstalled: (component: Component) => boolean;
}

/**
 * Asks packages that are installed for their licence, where the lock file does not know it: `node_modules` by name or in the
 * store of pnpm, `deps` of mix.
 */
export function withInstalledLicences(root: string, inventory: Inventory): LicensedInventory {
  const folder = join(root, dirname(inventory.source));
  const store = pnpmStore(folder);
  const installed = new Map<string, string | null>();
  const components = inventory.components.map((component) => {
    if (component.isOwn) return component;
    const said =
      component.ecosystem === 'npm' ? npmLicence(folder, store, component) : mixLicence(folder, component);
    if (said !== undefined) installed.set(component.id, said);
    return component.licence === null && said !== undefined ? { ...component, licence: said } : component;
  });
  return { inventory: { ...inventory, components }, isInstalled: ({ id }) => installed.has(id) };
}

/** Undefined: it is not installed; null: it says nothing. */
function npmLicence(
  folder: string,
  store: ReadonlyMap<string, string>,
  { name, version }: Component,
): string | null | undefined {
  const places = [
    join(folder, 'node_modules', name),
    store.get(`${name.replace('/', '+')}@${version}`) ?? '',
  ];
  for (const place of places.filter((each) => each !== '')) {
    const manifest = manifestAt(join(place, 'package.json'));
    if (manifest?.version === version) return licenceOf(manifest);
  }
  return undefined;
}

/** `name@version` → its folder, of `node_modules/.pnpm/name@version_peers/node_modules/name`. */
function pnpmStore(folder: string): ReadonlyMap<string, string> {
  const store = join(folder, 'node_modules', '.pnpm');
  if (!existsSync(store)) return new Map();
  return new Map(
    readdirSync(store).map((entry) => {
      const key = entry.replace(/[_(].*$/, '');
      const name = key.slice(0, key.indexOf('@', 1)).replace('+', '/');
      return [key, join(store, entry, 'node_modules', name)] as const;
    }),
  );
}

function mixLicence(folder: string, { name }: Component): string | null | undefined {
  const file = join(folder, 'deps', name, 'hex_metadata.config');
  return existsSync(file) ? hexLicence(readFileSync(file, 'utf8')) : undefined;
}
