/** The manual pages that come with the program, for where they are not installed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../console/context.ts';
import type { Outcome } from '../../console/outcome.ts';
import { usage } from '../../console/options/usage.ts';

/** The sections that there are pages in. */
const SECTIONS = [1, 7, 8];

/**
 * Show the manual page of a command, of another program or of a subject.
 *
 * @param topic `sign`, `dktool-sign`, `qmail`, `dknewkey`; `undefined`: that of dktool itself
 * @throws DktoolError where there is no such page
 */
export function showManual(topic: string | undefined, context: Context): Outcome {
  const { name, source } = manualPage(topic, context);
  if (!context.stdout.isTerminal || !shownByMan(name, source)) context.stdout.write(source);
  return 'ok';
}

function manualPage(topic: string | undefined, { packageFile, env }: Context): { name: string; source: string } {
  const names = topic === undefined ? ['dktool'] : /^[a-z][a-z0-9-]*$/.test(topic) ? [`dktool-${topic}`, topic] : [];
  for (const name of names.flatMap((page) => SECTIONS.map((section) => `${page}.${section}`))) {
    for (const directory of directories(env)) {
      const source = packageFile?.(`${directory}/${name}`);
      if (source !== undefined) return { name, source };
    }
  }
  throw usage(
    `there is no manual page for ${topic ?? 'dktool'}`,
    'dktool help lists the commands; the other pages are qmail, recipes, dknewkey, dktest, dktool-queue and dktool-remote',
  );
}

/** Where the page may be, the language of the reader first. It is found as man(1) finds it: locale(7). */
function directories({ LC_ALL, LC_MESSAGES, LANG }: Context['env']): string[] {
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '') ?? '';
  const [language] = /^[a-z]{2,3}(?![^_.@])/.exec(locale) ?? [];
  return language === undefined ? ['man'] : [`man/${language}`, 'man'];
}

/** man has the pager and the width of the terminal. @returns whether there is one and it showed the page */
function shownByMan(name: string, source: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'dktool-man-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, source);
    return spawnSync('man', ['-l', file], { stdio: 'inherit' }).status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
