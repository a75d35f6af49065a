import { expect, test } from 'vitest';
import { FlyDocument, HAS_FLY_DOCUMENT } from '../support/cloud-fly-openapi.ts';
import { FlyRig } from '../support/cloud-fly-rig.ts';

/** What the document has and the local Fly has not: nothing that a deployment uses. */
const NOT_BUILT: readonly string[] = [
  'POST /tokens/authenticate',
  'POST /tokens/authorize',
  'POST /tokens/kms',
  'POST /tokens/oidc',
];

test.skipIf(!HAS_FLY_DOCUMENT)(
  'every operation of the published document is built, or says that it is not (needs GLIDEPATH_SPECS)',
  async () => {
    await using rig = await FlyRig.start();
    const { id } = await rig.machine('web', { image: rig.image });
    const operations = new FlyDocument().operations();
    const answers: { operation: string; status: number; error: string }[] = [];
    for (const { method, path, takesBody } of operations) {
      // What is asked of a thing that is there shows a missing route best; deleting it is left to the end.
      const filled = path
        .replace('{app_name}', 'web')
        .replace('{org_slug}', 'personal')
        .replace('{machine_id}', method === 'DELETE' && path.endsWith('{machine_id}') ? 'none' : id)
        .replaceAll(/\{\w+\}/gu, 'none');
      if (method === 'DELETE' && path === '/apps/{app_name}') continue;
      const { status, body } = await rig.call(method, `/v1${filled}`, takesBody ? { body: {} } : {});
      answers.push({ operation: `${method} ${path}`, status, error: String(body?.error ?? '') });
    }
    expect(answers.length).toBeGreaterThan(70);
    expect(answers.filter(({ error }) => error.startsWith('no such route'))).toEqual([]);
    const missing = answers.filter(({ status }) => status === 501);
    expect(missing.map(({ operation }) => operation).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(NOT_BUILT);
    for (const { operation, error } of missing)
      expect(error).toBe(`${operation.replace(' ', ' /v1')} is not supported by the local cloud`);
  },
);
