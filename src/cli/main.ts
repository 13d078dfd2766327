import { Command, CommanderError } from 'commander';
import { version } from '../config/project.ts';
import { loadDotEnv } from '../config/settings.ts';
import { KithError } from '../errors.ts';
import { bug, guardOutput, say } from '../output.ts';
import { keepSecretsOf } from '../secrets.ts';
import { refusedBySystem } from '../storage/disk-full.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addDashboardCommand } from './commands/dashboard.ts';
import { addDrawCommand } from './commands/draw.ts';
import { addEngineCommands } from './commands/engines.ts';
import { addEnqueueCommand } from './commands/enqueue.ts';
import { addEvaluateCommand } from './commands/evaluate.ts';
import { addExportCommand } from './commands/export.ts';
import { addForgetCommand } from './commands/forget.ts';
import { addGenerateCommand } from './commands/generate.ts';
import { addInspectCommand } from './commands/inspect.ts';
import { addPreviewCommand } from './commands/preview.ts';
import { addReadersCommand } from './commands/readers.ts';
import { addRebuildCommand } from './commands/rebuild.ts';
import { addReputationCommands } from './commands/reputation.ts';
import { addResetCommand } from './commands/reset.ts';
import { addRunCommand } from './commands/run.ts';
import { addRunsCommand } from './commands/runs.ts';
import { addScheduleCommand } from './commands/schedule.ts';
import { addServeCommand } from './commands/serve.ts';
import { addShowCommand } from './commands/show.ts';
import { addStepCommands } from './commands/steps.ts';
import { addWorkerCommand } from './commands/worker.ts';
import { isOutputLost, outliveReaders } from './gone-readers.ts';

const examples = `
Examples:
  Generate a network, do a run on it, and show what it found for one user:
    $ kith generate --users 2000 --activities 60000 --messages 0 --seed 1 --out graph_data/20240601
    $ kith run --input graph_data/20240601
    $ kith show 42
`;

keepSecretsOf(process.argv.slice(2));
guardOutput();

/** Where commander breaks the line of an error; a line break elsewhere is one of the arguments. */
const beforeHint = /\n(?=\(Did you mean [^\n]*\)$)/;

const program = new Command('kith')
  .description('Recommends whom to follow: from activities, through a graph in Neo4j, to three tables in Postgres.')
  .version(version(), '-V, --version', 'show the version')
  .helpOption('-h, --help', 'show help')
  .option('--env-file <file>', "read settings from this file (default: .env in Kith's checkout)")
  .hook('preAction', (kith) => loadDotEnv(kith.opts<{ envFile?: string }>().envFile))
  .configureHelp({ showGlobalOptions: true })
  .showHelpAfterError('(kith --help lists the commands, kith COMMAND --help shows its options and examples)')
  .addHelpText('after', examples)
  .configureOutput({ outputError: (text) => say(...text.trimEnd().split(beforeHint)) })
  .exitOverride();

addRunCommand(program);
addStepCommands(program);
addEngineCommands(program);
addWorkerCommand(program);
addScheduleCommand(program);
addEnqueueCommand(program);
addRunsCommand(program);
addDashboardCommand(program);
addReputationCommands(program);
addShowCommand(program);
addPreviewCommand(program);
addDrawCommand(program);
addEvaluateCommand(program);
addReadersCommand(program);
addServeCommand(program);
addExportCommand(program);
addGenerateCommand(program);
addInspectCommand(program);
addForgetCommand(program);
addRebuildCommand(program);
addResetCommand(program);
addCompletionCommand(program);
for (const command of program.commands.flatMap((command) => [command, ...command.commands]))
  command.exitOverride().showHelpAfterError('(--help shows the options and examples)');

// Whatever Kith writes is about people: nobody else may read it, unless the user allows that.
process.umask(0o077);

outliveReaders();

// Without a listener, a file that reaches the limit of `ulimit -f` ends us before the write can fail.
process.on('SIGXFSZ', () => undefined);

// Node exits with 0 if its event loop empties before the command is done, so success is set explicitly.
process.exitCode = 1;
try {
  await program.parseAsync();
  process.exitCode = isOutputLost() ? 4 : 0;
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

/** Prints what was thrown and returns the exit code for it. */
function exitCodeOf(error: unknown): number {
  // Help and the like are no errors; for wrong options commander has already printed what is wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof KithError) {
    say(`kith: ${error.message}`);
    return error.exitCode;
  }
  const refused = refusedBySystem('the files that this command writes', error);
  if (refused) return exitCodeOf(refused);
  say(...bug(error));
  return 1;
}
