/**
 * Commits of actions that are tags of them, as their repositories had them in August 2026: what the comment behind a pin can
 * be held against. Old ones stay, for workflows that have not been touched since.
 */
export const KNOWN_COMMITS: ReadonlyMap<string, string> = new Map([
  ['actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', 'v7.0.1'],
  ['actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd', 'v6.0.2'],
  ['actions/setup-node@820762786026740c76f36085b0efc47a31fe5020', 'v7.0.0'],
  ['actions/setup-node@249970729cb0ef3589644e2896645e5dc5ba9c38', 'v6.5.0'],
  ['actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae', 'v5.0.5'],
  ['actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9', 'v6.1.0'],
  ['actions/upload-artifact@043fb46d1a93c77aae656e7c1c64a875d1fc6a0a', 'v7.0.1'],
  ['actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f', 'v7.0.0'],
  ['actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c', 'v8.0.1'],
  ['docker/setup-buildx-action@37fe631027851001ddb9b187196cc803df7f5f0e', 'v4.3.0'],
  ['docker/setup-buildx-action@bb05f3f5519dd87d3ba754cc423b652a5edd6d2c', 'v4.2.0'],
  ['docker/build-push-action@53b7df96c91f9c12dcc8a07bcb9ccacbed38856a', 'v7.3.0'],
  ['superfly/flyctl-actions@ed8efb33836e8b2096c7fd3ba1c8afe303ebbff1', '1.6'],
  ['erlef/setup-beam@54075bcc5e249e4758d363f27d099f55d843f124', 'v1.24.1'],
  ['github/codeql-action@8aad20d150bbac5944a9f9d289da16a4b0d87c1e', 'v4.36.2'],
  ['actions/github-script@3a2844b7e9c422d3c10d287c895573f7108da1b3', 'v9.0.0'],
  ['pnpm/action-setup@0ebf47130e4866e96fce0953f49152a61190b271', 'v6.0.9'],
]);
