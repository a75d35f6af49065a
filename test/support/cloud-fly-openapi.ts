import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OpenApiDocument } from './openapi-document.ts';
import type { OpenApi } from './openapi-document.ts';

const SPECS =
  process.env['GLIDEPATH_SPECS'] ?? resolve(dirname(fileURLToPath(import.meta.url)), '../../../shared/specs');
const DOCUMENT = join(SPECS, 'fly-machines.openapi.json');

/** Whether the platform's document is there to test against. */
export const HAS_FLY_DOCUMENT: boolean = existsSync(DOCUMENT);

/** Fly's published API document, as a judge of exchanges. */
export class FlyDocument extends OpenApiDocument {
  constructor() {
    super(JSON.parse(readFileSync(DOCUMENT, 'utf8')) as OpenApi, 'ErrorResponse');
  }
}
