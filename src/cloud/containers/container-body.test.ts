import { expect, test } from 'vitest';
import { containerBody } from './container-body.ts';
import type { ContainerSpec } from './container-spec.ts';

const SPEC: ContainerSpec = {
  app: 'web',
  digest: 'sha256:1',
  repository: 'web',
  reference: 'host/web@sha256:1',
  entrypoint: null,
  cmd: null,
  env: { A: '1' },
  internalPort: 8080,
  port: 21_000,
  memoryMb: 512,
  cpus: 4,
  cpuKind: 'shared',
  mounts: [{ kind: 'volume', source: '/vol/data', path: '/data', inImage: null }],
};
const PLACE = {
  machineId: 'm1',
  cloud: '/state',
  image: 'glidepath.localhost/web:1',
  network: 'glidepath-1',
  hostAddress: '172.18.0.1',
  engineCpus: 2,
};

test('a container is limited, published on loopback alone, labelled, and never restarted by the engine', () => {
  expect(containerBody(SPEC, PLACE)).toMatchObject({
    Image: 'glidepath.localhost/web:1',
    Env: ['A=1'],
    Labels: { 'dev.glidepath.cloud': '/state', 'dev.glidepath.machine': 'm1', 'dev.glidepath.app': 'web' },
    HostConfig: {
      Memory: 536_870_912,
      MemorySwap: 536_870_912,
      // The engine has two cores and promises no more; shared ones weigh a sixteenth.
      NanoCpus: 2e9,
      CpuShares: 128,
      PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: '21000' }] },
      ExtraHosts: ['host.docker.internal:172.18.0.1'],
      RestartPolicy: { Name: 'no' },
      Mounts: [{ Type: 'bind', Source: '/vol/data', Target: '/data' }],
    },
  });
});

test('what the config does not say stays as the image says it', () => {
  const plain = containerBody({ ...SPEC, internalPort: null }, { ...PLACE, hostAddress: null });
  expect(plain).not.toHaveProperty('Entrypoint');
  expect(plain).not.toHaveProperty('Cmd');
  expect(plain).not.toHaveProperty('ExposedPorts');
  expect(plain).toMatchObject({ HostConfig: { ExtraHosts: ['host.docker.internal:host-gateway'] } });
  expect(containerBody({ ...SPEC, entrypoint: ['a'], cmd: [] }, PLACE)).toMatchObject({
    Entrypoint: ['a'],
    Cmd: [],
  });
});
