import type { Json } from '../../util/json.ts';

/** A part of a SARIF log, as it is read: nothing of it is sure before it is looked at. */
export type SarifObject = { readonly [key: string]: Json };

/** What it is where it is an object; an empty one otherwise. */
export function objectOf(value: Json | undefined): SarifObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as SarifObject) : {};
}

/** The objects of a list; none where it is no list. */
export function objectsOf(value: Json | undefined): readonly SarifObject[] {
  return Array.isArray(value) ? value.map((item: Json) => objectOf(item)) : [];
}

/** What it is where it is text that says something. */
export function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** What it is where it is a whole number from 1, as lines are. */
export function lineOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : null;
}

/** SARIF 2.1.0 as OASIS names it; editors and GitHub know this address. */
export const SARIF_SCHEMA: string = 'https://json.schemastore.org/sarif-2.1.0.json';
