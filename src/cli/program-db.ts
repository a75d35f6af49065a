import type { Command } from 'commander';
import type { Register } from './program.ts';

/** The commands of databases and their migrations. */
export function addDbCommands(program: Command, _register: Register): void {
  program.command('db').description('databases and their migrations');
}
