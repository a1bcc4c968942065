import type { ByteSink } from './bytes.ts';

/** Octets that are worth a write of their own: each costs as much as reading a message. */
const BLOCK = 32 * 1024;

/** Collects whole lines and writes them a block at a time, never half a line. To a terminal each goes out at once. */
export class BlockSink implements ByteSink {
  readonly isTerminal: boolean;
  readonly #sink: ByteSink;
  #held = '';

  constructor(sink: ByteSink) {
    this.#sink = sink;
    this.isTerminal = sink.isTerminal;
  }

  get columns(): number {
    return this.#sink.columns;
  }

  /** @param lines whole ones */
  write(lines: Uint8Array | string): void {
    this.#held += typeof lines === 'string' ? lines : Buffer.from(lines).toString('utf8');
    if (this.isTerminal || this.#held.length >= BLOCK) this.flush();
  }

  flush(): void {
    const lines = this.#held;
    this.#held = '';
    if (lines !== '') this.#sink.write(lines);
  }
}

/** Writes at once, behind what `blocks` holds: so that lines on stdout and stderr keep their order. */
export function sinkBehind(blocks: BlockSink, sink: ByteSink): ByteSink {
  return {
    isTerminal: sink.isTerminal,
    columns: sink.columns,
    write: (bytes) => {
      blocks.flush();
      sink.write(bytes);
    },
  };
}
