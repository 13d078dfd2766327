import { type Command, CommanderError } from 'commander';
import { BadInputError } from '../src/errors.ts';

/**
 * Parses the options of a program that takes nothing else.
 *
 * @returns false if there was nothing but help to show
 * @throws BadInputError naming the option that is wrong
 */
export function parseOptions(program: Command, args: readonly string[]): boolean {
  program
    .helpOption('-h, --help', 'show help')
    .configureOutput({ writeErr: () => undefined })
    .exitOverride();
  try {
    program.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw new BadInputError(`${error.message.replace(/^error: /, '')} (--help shows the options)`);
  }
  if (program.args.length > 0)
    throw new BadInputError(`There is no option ${program.args[0]} (--help shows the options)`);
  return true;
}
