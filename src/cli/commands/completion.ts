import type { Command } from 'commander';
import { BadInputError } from '../../errors.ts';
import { print } from '../../output.ts';

const examples = `
Examples:
  $ source <(kith completion bash)
  $ kith completion zsh > ~/.zfunc/_kith
  $ kith completion fish > ~/.config/fish/completions/kith.fish
`;

/** Adds `kith completion`, which knows all commands that were added before. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .description('print what completes commands and options in a shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText('after', examples)
    .action((shell: string) => {
      const words = wordsOf(program);
      if (shell === 'bash') print(...bash(words));
      else if (shell === 'zsh') print('#compdef kith', 'autoload -U +X bashcompinit && bashcompinit', ...bash(words));
      else if (shell === 'fish') print(...fish(words));
      else throw new BadInputError(`There is no completion for "${shell}": the shells are bash, zsh and fish.`);
    });
}

/** What can follow a command: subcommands and options. The empty command is `kith` itself. */
type Words = Map<string, string[]>;

function wordsOf(program: Command): Words {
  const words: Words = new Map();
  const add = (path: string, command: Command) => {
    const options = command.options.flatMap(({ long }) => long ?? []);
    words.set(path, [...command.commands.map((each) => each.name()), ...options, '--help']);
    for (const each of command.commands) add(`${path} ${each.name()}`.trim(), each);
  };
  add('', program);
  return words;
}

function bash(words: Words): string[] {
  return [
    '_kith() {',
    '  local path="" word',
    `  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do [[ $word == -* ]] || path="$path $word"; done`,
    `  case "\${path# }" in`,
    // The longest paths first, as what follows a command may be an argument of its own.
    ...[...words]
      .reverse()
      .map(
        ([path, following]) =>
          `    ${path === '' ? '*' : `"${path}"|"${path} "*`}) COMPREPLY=($(compgen -W "${following.join(' ')}" -- "\${COMP_WORDS[COMP_CWORD]}")) ;;`,
      ),
    '  esac',
    '}',
    'complete -o default -F _kith kith',
  ];
}

function fish(words: Words): string[] {
  return [...words].flatMap(([path, following]) => {
    const names = path.split(' ').filter(Boolean);
    const when =
      path === '' ? '__fish_use_subcommand' : names.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ');
    return following.map((word) =>
      word.startsWith('--')
        ? `complete -c kith -n '${when}' -l ${word.slice(2)}`
        : `complete -c kith -f -n '${when}' -a ${word}`,
    );
  });
}
