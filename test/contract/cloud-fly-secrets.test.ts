import { createHmac, createPublicKey, verify } from 'node:crypto';
import { expect, test } from 'vitest';
import { FlyRig, serviceConfig } from '../support/cloud-fly-rig.ts';
import type { Answer } from '../support/cloud-fly-rig.ts';

const AT = '/v1/apps/web/secrets';
const KEYS = '/v1/apps/web/secretkeys';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

test('a secret is told by its digest, which changes with its value only; values are shown to who asks for them', async () => {
  await using rig = await FlyRig.start();
  const set = (values: object) => rig.call('POST', AT, { body: { values } });
  const list = async (query = '') => (await rig.call('GET', `${AT}${query}`)).body.secrets;
  const first = await set({ ONE: 'a', TWO: 'b' });
  expect(first.body).toMatchObject({ version: 1, secrets: [{ name: 'ONE' }, { name: 'TWO' }] });
  const [one, two] = await list();
  expect(Object.keys(one).toSorted()).toEqual(['created_at', 'digest', 'name', 'updated_at']);
  expect((await set({ ONE: 'a', TWO: 'c' })).body.version).toBe(2);
  const after = await list();
  expect(after[0]).toEqual(one);
  expect(after[1].digest).not.toBe(two.digest);
  expect((await list('?show_secrets=true')).map((each: { value: string }) => each.value)).toEqual(['a', 'c']);
  expect((await rig.call('GET', `${AT}/TWO?show_secrets=true`)).body.value).toBe('c');
  expect((await rig.call('GET', `${AT}/TWO`)).body.value).toBeUndefined();
  expect((await rig.call('GET', `${AT}?min_version=3`)).status).toBe(400);
});

test('of many secrets with one bad name none is set', async () => {
  await using rig = await FlyRig.start();
  const values = { GOOD: '1', 'bad name': '2' };
  expect((await rig.call('POST', AT, { body: { values } })).status).toBe(400);
  expect((await rig.call('GET', AT)).body.secrets).toEqual([]);
});

test('a machine without secrets has none, one with them has those of its last start', async () => {
  await using rig = await FlyRig.start();
  await rig.call('POST', AT, { body: { values: { ONE: 'a' } } });
  const config = serviceConfig(rig.image);
  const [plain, without] = await Promise.all([
    rig.machine('web', config, { body: { min_secrets_version: 1 } }),
    rig.machine('web', config, { body: { skip_secrets: true } }),
  ]);
  const envOf = async (id: string): Promise<{ ONE?: string }> => JSON.parse(await rig.ask('web', id, '/env'));
  expect((await envOf(plain.id)).ONE).toBe('a');
  expect((await envOf(without.id)).ONE).toBeUndefined();
  await rig.call('POST', `/v1/apps/web/machines/${without.id}`, { body: { config } });
  await rig.wait('web', without.id, 'started');
  expect((await envOf(without.id)).ONE).toBe('a');
});

async function key(rig: FlyRig, name: string, type: string): Promise<Answer> {
  return await rig.call('POST', `${KEYS}/${name}/generate`, { body: { type: `SECRET_TYPE_KMS_${type}` } });
}

test('keys are made, listed and deleted, never shown, and count in the version of the secrets', async () => {
  await using rig = await FlyRig.start();
  expect(await key(rig, 'signer', 'NACL_SIGN')).toMatchObject({ status: 201, body: { version: 1 } });
  expect((await key(rig, 'signer', 'NACL_SIGN')).status).toBe(409);
  expect((await key(rig, 'other', 'NONSENSE')).status).toBe(400);
  const value = base64('k'.repeat(32));
  const type = 'SECRET_TYPE_KMS_HS256';
  const set = (body: object) => rig.call('POST', `${KEYS}/mac`, { body });
  expect((await set({ type, value: base64('short') })).status).toBe(400);
  expect(await set({ type, value })).toMatchObject({ status: 201, body: { name: 'mac', type, version: 2 } });
  const { body } = await rig.call('GET', KEYS);
  expect(body.secret_keys.map((each: { name: string }) => each.name)).toEqual(['signer', 'mac']);
  expect(JSON.stringify(body)).not.toContain(value);
  expect((await rig.call('GET', `${KEYS}?types=${type}`)).body.secret_keys).toHaveLength(1);
  expect((await rig.call('DELETE', `${KEYS}/mac`)).body.version).toBe(3);
  expect((await rig.call('GET', `${KEYS}/mac`)).status).toBe(404);
});

test('what is signed with a key is verified with it, and by anybody who has the key', async () => {
  await using rig = await FlyRig.start();
  const secret = Buffer.alloc(32, 7);
  for (const [name, type] of Object.entries({ mac: 'HS256', auth: 'NACL_AUTH' }))
    await rig.call('POST', `${KEYS}/${name}`, {
      body: { type: `SECRET_TYPE_KMS_${type}`, value: secret.toString('base64') },
    });
  const { public_key: publicKey } = (await key(rig, 'pair', 'NACL_SIGN')).body;
  const plaintext = base64('text');
  const signed: Record<string, Buffer> = {};
  for (const name of ['mac', 'auth', 'pair']) {
    const { body } = await rig.call('POST', `${KEYS}/${name}/sign`, { body: { plaintext } });
    signed[name] = Buffer.from(body.signature, 'base64');
    const verified = (text: string) =>
      rig.call('POST', `${KEYS}/${name}/verify`, { body: { plaintext: text, signature: body.signature } });
    expect((await verified(plaintext)).status).toBe(204);
    expect((await verified(base64('other'))).status).toBe(400);
  }
  expect(signed['mac']).toEqual(createHmac('sha256', secret).update('text').digest());
  expect(signed['auth']).toEqual(createHmac('sha512', secret).update('text').digest().subarray(0, 32));
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey, 'base64').toString('base64url') };
  const ofPair = createPublicKey({ key: jwk, format: 'jwk' });
  expect(verify(null, Buffer.from('text'), ofPair, signed['pair'] ?? Buffer.alloc(0))).toBe(true);
});

test('what is encrypted with a key comes back with the same data beside it, and not otherwise', async () => {
  await using rig = await FlyRig.start();
  await key(rig, 'box', 'XAES256GCM');
  await key(rig, 'nacl', 'NACL_SECRETBOX');
  const about = { associated_data: base64('row 1') };
  const plaintext = base64('text');
  const { body } = await rig.call('POST', `${KEYS}/box/encrypt`, { body: { plaintext, ...about } });
  const open = (more: object) =>
    rig.call('POST', `${KEYS}/box/decrypt`, { body: { ciphertext: body.ciphertext, ...more } });
  expect(await open(about)).toMatchObject({ status: 200, body: { plaintext } });
  expect((await open({})).status).toBe(400);
  expect((await rig.call('POST', `${KEYS}/box/sign`, { body: { plaintext } })).status).toBe(400);
  expect((await rig.call('POST', `${KEYS}/nacl/encrypt`, { body: { plaintext } })).status).toBe(501);
});
