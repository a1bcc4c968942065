/**
 * Body canonicalisation sixteen octets at a time, by the WebAssembly module that simd-body.wat is the source of. As in
 * word-body.ts, what it does not settle goes through the reference's `step`.
 */
import type { ByteConsumer } from './body-canonicalizer.ts';
import { OUTPUT_SIZE, PlainNofwsBody, PlainRelaxedBody, PlainSimpleBody } from './plain-body.ts';
import { SIMD_MODULE } from './simd-module.ts';

/** In the memory of the module: the output from 0 on, with room for what goes past its end, then the input. */
const INPUT_START = 2 * OUTPUT_SIZE;
const INPUT_SIZE = 4 * OUTPUT_SIZE;

type Copy = (at: number, end: number, out: number, outEnd: number) => number;

interface Exports extends Record<'simple' | 'relaxed' | 'nofws', Copy> {
  readonly memory: { readonly buffer: ArrayBuffer };
  /** Where the last copy stopped writing. */
  readonly to: { readonly value: number };
}

/** What we use of it; the types of Node do not have it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** The instance of the module, shared by all: whatever is in its memory is done with before `write` returns. */
export class SimdCopier {
  readonly #exports: Exports;
  readonly #input: Buffer;
  readonly output: Buffer;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.output = Buffer.from(exports.memory.buffer, 0, OUTPUT_SIZE + 16);
    this.#input = Buffer.from(exports.memory.buffer, INPUT_START, INPUT_SIZE);
  }

  /** The chunk in pieces, each moved into the memory of the module. */
  *pieces(chunk: Uint8Array): Iterable<Buffer> {
    for (let at = 0; at < chunk.length; at += INPUT_SIZE) {
      const piece = chunk.subarray(at, at + INPUT_SIZE);
      this.#input.set(piece);
      yield this.#input.subarray(0, piece.length);
    }
  }

  /** Copy from a piece of this length. @returns where it stopped reading */
  copy(form: 'simple' | 'relaxed' | 'nofws', from: number, length: number, to: number): number {
    return this.#exports[form](INPUT_START + from, INPUT_START + length, to, OUTPUT_SIZE) - INPUT_START;
  }

  /** Where the last copy stopped writing. */
  get to(): number {
    return this.#exports.to.value;
  }
}

let copier: SimdCopier | false | undefined;

/** The module, compiled when it is first asked for; `undefined` where this machine or this Node cannot run it. */
export function simdCopier(): SimdCopier | undefined {
  copier ??= instantiate() ?? false;
  return copier === false ? undefined : copier;
}

function instantiate(): SimdCopier | undefined {
  try {
    const module = new WebAssembly.Module(Buffer.from(SIMD_MODULE, 'base64'));
    return new SimdCopier(new WebAssembly.Instance(module).exports as Exports);
  } catch {
    return undefined; // no SIMD, or no WebAssembly at all (V8 without a compiler): word-body.ts does the same
  }
}

export class SimdSimpleBody extends PlainSimpleBody {
  readonly #copier: SimdCopier;

  constructor(consumer: ByteConsumer, simd: SimdCopier) {
    super(consumer, simd.output);
    this.#copier = simd;
  }

  override write(chunk: Uint8Array): void {
    for (const piece of this.#copier.pieces(chunk)) super.write(piece);
  }

  protected override copy(piece: Uint8Array, from: number): number {
    return this.copied(this.#copier.copy('simple', from, piece.length, this.to), this.#copier.to);
  }
}

export class SimdRelaxedBody extends PlainRelaxedBody {
  readonly #copier: SimdCopier;

  constructor(consumer: ByteConsumer, simd: SimdCopier) {
    super(consumer, simd.output);
    this.#copier = simd;
  }

  override write(chunk: Uint8Array): void {
    for (const piece of this.#copier.pieces(chunk)) super.write(piece);
  }

  protected override copy(piece: Uint8Array, from: number): number {
    return this.copied(this.#copier.copy('relaxed', from, piece.length, this.to), this.#copier.to);
  }
}

export class SimdNofwsBody extends PlainNofwsBody {
  readonly #copier: SimdCopier;

  constructor(consumer: ByteConsumer, simd: SimdCopier) {
    super(consumer, simd.output);
    this.#copier = simd;
  }

  override write(chunk: Uint8Array): void {
    for (const piece of this.#copier.pieces(chunk)) super.write(piece);
  }

  protected override copy(piece: Uint8Array, from: number): number {
    return this.copied(this.#copier.copy('nofws', from, piece.length, this.to), this.#copier.to);
  }
}
