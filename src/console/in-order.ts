/** Work on many items, some at a time; results come in the order of the items. */
export async function* inOrder<T, R>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const pending: Promise<R>[] = [];
  for (const item of items) {
    const one = work(item);
    one.catch(() => {}); // told when its turn comes
    pending.push(one);
    if (pending.length >= atOnce) yield await pending.shift()!;
  }
  for (const one of pending) yield await one;
}
