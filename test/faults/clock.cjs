// For `node --require`: what FAULT_CLOCK says of the time. A number is seconds since 1970; `jumps` is a clock that jumps.
const { FAULT_CLOCK } = process.env;
const start = Date.now();
let calls = 0;
const RealDate = Date;
const now =
  FAULT_CLOCK === 'jumps'
    ? () => start + (calls++ % 2 === 0 ? -86_400_000 : 86_400_000)
    : () => Number(FAULT_CLOCK) * 1000 + (performance.now() | 0);
globalThis.Date = class extends RealDate {
  constructor(...args) {
    if (args.length === 0) super(now());
    else super(...args);
  }

  static now() {
    return now();
  }
};
