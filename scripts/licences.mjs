// The licences of what is bundled: into the npm package's programs, and into the single executable.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Where a Node.js keeps its licence: beside a tarball's bin, and where distributions put it. */
const OF_NODE = [
  join(dirname(process.execPath), '../LICENSE'),
  join(dirname(process.execPath), '../share/doc/nodejs/LICENSE'),
  join(dirname(process.execPath), '../share/doc/nodejs/copyright'),
];

/**
 * @param inputs the files that were bundled, relative to the checkout
 * @returns the text of every licence, each under the name of what it is for
 * @throws Error where one cannot be found
 */
export function licences(inputs) {
  return textsOf([['dktool', join(root, 'LICENSE')], ...bundled(inputs)]);
}

/**
 * @param inputs see `licences`
 * @returns the same, with the licence of the Node.js that runs this
 * @throws Error where one cannot be found
 */
export function licencesWithNode(inputs) {
  const node = OF_NODE.find((path) => existsSync(path));
  if (node === undefined) throw new Error(`no licence of Node.js in ${OF_NODE.join(', ')}`);
  const nodeParts = [[`Node.js ${process.version}, with what it is made of`, node]];
  return textsOf([['dktool', join(root, 'LICENSE')], ...bundled(inputs), ...nodeParts]);
}

function bundled(inputs) {
  const packages = new Set(inputs.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []));
  return Array.from(packages, (path) => [nameOf(path), licenceIn(join(root, path))]).sort(([a], [b]) =>
    a.localeCompare(b),
  );
}

function textsOf(parts) {
  return parts.map(([name, path]) => `${name}\n${'='.repeat(name.length)}\n\n${textOf(path)}`).join('\n\n');
}

function nameOf(path) {
  const { name, version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8'));
  return `${name} ${version}`;
}

function licenceIn(folder) {
  const file = readdirSync(folder).find((name) => /^(?:licen[cs]e|copying)\b/i.test(name));
  if (file === undefined) throw new Error(`${folder} has no licence`);
  return join(folder, file);
}

function textOf(path) {
  return `${readFileSync(path, 'utf8').replaceAll('\r\n', '\n').trimEnd()}\n`;
}
