import { expect, test } from 'vitest';
import { mountScript } from './mount-script.ts';
import type { DirectoryReader } from './mount-script.ts';

/** A computer with these paths: a directory ends with a slash, a link with @. */
function computer(paths: readonly string[]): DirectoryReader {
  const isDirectory = (path: string): boolean => path === '/' || paths.includes(`${path}/`);
  return {
    kindOf: (path) => (isDirectory(path) ? 'directory' : paths.includes(path) ? 'file' : null),
    entries: (path) => {
      const base = path === '/' ? '/' : `${path}/`;
      return paths
        .filter((each) => each.startsWith(base) && /^[^/]+\/?$/u.test(each.slice(base.length)))
        .map((each) => ({
          name: each.slice(base.length).replace(/[/@]$/u, ''),
          kind: each.endsWith('/') ? 'directory' : each.endsWith('@') ? 'link' : 'file',
        }));
    },
  };
}

const volume = (path: string) => ({ kind: 'directory' as const, source: '/vol', path });
const base = {
  cwd: '/app',
  scratch: '/s',
  reader: computer(['/etc/', '/etc/hosts', '/srv/', '/init', '/srv/a/', '/lib@']),
};

test('onto a directory that is there the volume is mounted and nothing else happens', () => {
  const lines = mountScript({ ...base, bindings: [volume('/srv/a')] }).split('\n');
  expect(lines.slice(3)).toEqual([`mount -o bind '/vol' '/srv/a'`, 'PATH=$own_path', 'exec "$@"']);
});

test('for a path that is not there the process gets a root with everything that is, and the path', () => {
  const lines = mountScript({ ...base, bindings: [volume('/data')] }).split('\n');
  expect(lines.slice(5, -1)).toEqual([
    `cp -P '/lib' '/s/'`,
    `mkdir '/s/etc' '/s/srv'`,
    `mount -o rbind '/etc' '/s/etc'`,
    `mount -o rbind '/srv' '/s/srv'`,
    `: > '/s/init'`,
    `mount -o bind '/init' '/s/init'`,
    `mkdir -p '/s/data'`,
    `mount -o bind '/vol' '/s/data'`,
  ]);
  expect(lines.at(-1)).toContain(`exec chroot '/s'`);
});

test('only the directory that lacks something is made anew, and a file is a place to mount onto', () => {
  const file = { kind: 'file' as const, source: '/f', path: '/etc/app/conf' };
  const lines = mountScript({ ...base, bindings: [file, volume('/srv/a')] }).split('\n');
  expect(lines.slice(5, -1)).toEqual([
    `cp -P '/lib' '/s/'`,
    `mkdir '/s/srv'`,
    `mount -o rbind '/srv' '/s/srv'`,
    `: > '/s/init'`,
    `mount -o bind '/init' '/s/init'`,
    `mkdir '/s/etc'`,
    `: > '/s/etc/hosts'`,
    `mount -o bind '/etc/hosts' '/s/etc/hosts'`,
    `mkdir -p '/s/etc/app'`,
    `: > '/s/etc/app/conf'`,
    `mount -o bind '/f' '/s/etc/app/conf'`,
    `mount -o bind '/vol' '/s/srv/a'`,
  ]);
});

test('a path with quotes in it stays one word', () => {
  expect(mountScript({ ...base, bindings: [volume("/it's $HOME")] })).toContain(`'/s/it'\\''s $HOME'`);
});
