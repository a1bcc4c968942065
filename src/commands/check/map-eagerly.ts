/** Work on many things of which some take long: those that do are not waited for before others begin. */

export interface EagerLimits {
  /** Under way at once, apart from those that take long. */
  readonly atOnce: number;
  /** Seconds after which one takes long. */
  readonly moment: number;
  /** Under way in all. */
  readonly most: number;
}

/** @returns the results in the order of the items */
export function mapEagerly<T, R>(
  items: readonly T[],
  action: (item: T) => Promise<R>,
  { atOnce, moment, most }: EagerLimits,
): Promise<R[]> {
  if (items.length === 0) return Promise.resolve([]);
  return new Promise((resolve, reject) => {
    const results: R[] = [];
    let next = 0;
    let quick = 0;
    let underWay = 0;
    let done = 0;
    const hasRoom = () => quick < atOnce && underWay < most && next < items.length;
    const start = (): void => {
      while (hasRoom()) void run(next++).catch(reject);
    };
    const run = async (at: number): Promise<void> => {
      let isQuick = true;
      quick++;
      underWay++;
      const letGo = () => {
        if (isQuick) quick--;
        isQuick = false;
        start();
      };
      const timer = setTimeout(letGo, moment * 1000);
      try {
        results[at] = await action(items[at]!);
      } finally {
        clearTimeout(timer);
        underWay--;
      }
      if (++done === items.length) resolve(results);
      else letGo();
    };
    start();
  });
}
