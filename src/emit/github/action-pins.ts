import type { ResolvedActionPin } from '../../config/resolved.ts';

/** When the list below was read: every tag was followed to its commit in the repository of the action. */
export const ACTION_PINS_READ: string = '2026-08-17';

/** The actions that are used, each at one commit: a tag can be moved to another one, a commit cannot. */
export const ACTION_PINS: Readonly<Record<ActionName, ResolvedActionPin>> = {
  'actions/checkout': { version: 'v7.0.1', sha: '3d3c42e5aac5ba805825da76410c181273ba90b1' },
  'actions/download-artifact': { version: 'v8.0.1', sha: '3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c' },
  'actions/setup-node': { version: 'v7.0.0', sha: '820762786026740c76f36085b0efc47a31fe5020' },
  'actions/upload-artifact': { version: 'v7.0.1', sha: '043fb46d1a93c77aae656e7c1c64a875d1fc6a0a' },
  'erlef/setup-beam': { version: 'v1.24.1', sha: '54075bcc5e249e4758d363f27d099f55d843f124' },
  'github/codeql-action/upload-sarif': {
    version: 'v4.36.2',
    sha: '8aad20d150bbac5944a9f9d289da16a4b0d87c1e',
  },
};

/** Brings pnpm and yarn where Node does not bring corepack itself: the newest of 2026-11-22, for Node 24 and 26. */
export const COREPACK_VERSION: string = '0.36.0';

/** An action that generated GitHub workflows use. */
export type ActionName =
  | 'actions/checkout'
  | 'actions/download-artifact'
  | 'actions/setup-node'
  | 'actions/upload-artifact'
  | 'erlef/setup-beam'
  | 'github/codeql-action/upload-sarif';
