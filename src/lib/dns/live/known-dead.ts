/** Name servers that do not answer are waited for once, whichever zone they serve. */
import { formatServer, type ServerAddress } from './server-address.ts';
import type { ServerResponse, LiveResolver, ServerTrouble } from './stub.ts';

type Asker = Pick<LiveResolver, 'ask'>;

/**
 * Ask through `live`, and remember the servers that are out of reach. Until a server has answered once, only one question
 * goes to it: what follows waits for how that ends.
 */
export function sparingAsker(live: Asker): Asker {
  const dead = new Map<string, ServerTrouble>();
  const first = new Map<string, Promise<ServerResponse>>();
  return {
    async ask(server: ServerAddress, name, type) {
      const key = formatServer(server);
      const before = first.get(key);
      if (before !== undefined) await before;
      const known = dead.get(key);
      if (known !== undefined) return known;
      const coming = live.ask(server, name, type);
      if (before === undefined) first.set(key, coming);
      const response = await coming;
      if ('reason' in response && (response.reason === 'timeout' || response.reason === 'unreachable'))
        dead.set(key, response);
      return response;
    },
  };
}
