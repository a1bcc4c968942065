import type { Command } from 'commander';
import { type Configuration, EXCLUDED, optionValue } from './configuration.ts';

/** Give a command that has been parsed the settings that its command line leaves open. */
export function applyConfiguration(command: Command, configuration: Configuration): void {
  const optionOf = (name: string) => command.options.find(({ long }) => long === `--${name}`);
  const sourceOf = (name: string) => command.getOptionValueSource(optionOf(name)?.attributeName() ?? name);
  for (const [name, configured] of configuration) {
    const option = optionOf(name);
    if (option === undefined || configured.setting.commands?.includes(command.name()) === false) continue;
    const isOpen = sourceOf(name) === undefined || sourceOf(name) === 'default';
    const isExcluded = EXCLUDED.some(([weak, strong]) => weak === name && sourceOf(strong) === 'cli');
    if (!isOpen || isExcluded) continue;
    command.setOptionValueWithSource(option.attributeName(), optionValue(configured), 'config');
  }
}
