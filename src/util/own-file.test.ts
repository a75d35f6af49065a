import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ownFile } from './own-file.ts';

test.each(['index', 'cli/main', 'cloud/guard', 'cloud/main', 'config/native-import'])(
  '%s is found beside the package',
  (name) => {
    const file = ownFile(name);
    expect(file.endsWith(`/src/${name}.ts`)).toBe(true);
    expect(existsSync(file)).toBe(true);
  },
);
