/**
 * Work that may have to wait, written once: it runs through at once where everything it asks for is in memory, and behind
 * promises where it is not. A batch with a warm cache stays free of promises.
 */

/** Yields each promise that it waits for. */
export type Steps<T> = Generator<Promise<unknown>, T>;

/** Use as `yield* settled(value)`, where async code has `await value`. */
export function* settled<T>(value: T | Promise<T>): Steps<T> {
  return value instanceof Promise ? ((yield value) as T) : value;
}

/** @returns the result, or a promise of it where the work had to wait. Throws, or rejects, as the work does. */
export function runSteps<T>(steps: Steps<T>): T | Promise<T> {
  const step = steps.next();
  return step.done === true ? step.value : finish(steps, step.value);
}

async function finish<T>(steps: Steps<T>, first: Promise<unknown>): Promise<T> {
  for (let awaited = first; ; ) {
    const step = await awaited.then(
      (value) => steps.next(value),
      (error: unknown) => steps.throw(error),
    );
    if (step.done === true) return step.value;
    awaited = step.value;
  }
}
