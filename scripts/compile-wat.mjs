// node scripts/compile-wat.mjs: src/lib/canonicalize/simd-module.ts from the text form of the module. Also what vitest calls
// before it runs (globalSetup), so that nobody tests an old one.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import wabt from 'wabt';

const folder = fileURLToPath(new URL('../src/lib/canonicalize/', import.meta.url));

export default async function compileWat() {
  const toolkit = await wabt();
  const module = toolkit.parseWat('simd-body.wat', readFileSync(`${folder}simd-body.wat`, 'utf8'), { simd: true });
  const { buffer } = module.toBinary({});
  module.destroy();
  const text =
    '// Made of simd-body.wat by scripts/compile-wat.mjs: do not change it.\n' +
    `export const SIMD_MODULE =\n  '${Buffer.from(buffer).toString('base64')}';\n`;
  const path = `${folder}simd-module.ts`;
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
  return undefined;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await compileWat();
