import { expect, test } from 'vitest';
import { networkVariables } from './network-variables.ts';

test('a job is handed the certificates and the registry of the machine, and nothing else of it', () => {
  expect(
    networkVariables({
      NODE_EXTRA_CA_CERTS: '/etc/ca.pem',
      npm_config_registry: 'https://packages.example/',
      SSL_CERT_FILE: '',
      AWS_SECRET_ACCESS_KEY: 'x',
      GITHUB_TOKEN: 'y',
    }),
  ).toEqual({ NODE_EXTRA_CA_CERTS: '/etc/ca.pem', npm_config_registry: 'https://packages.example/' });
});

test('a proxy is never asked for the platforms on this machine', () => {
  const given = networkVariables({ https_proxy: 'http://proxy:3128', NO_PROXY: 'git.example, localhost' });
  const none = 'git.example,localhost,127.0.0.1,::1';
  expect(given).toEqual({ https_proxy: 'http://proxy:3128', NO_PROXY: none, no_proxy: none });
});
