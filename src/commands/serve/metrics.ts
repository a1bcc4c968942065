/** The metrics of a service: over HTTP on a socket, or in a file for the textfile collector of node_exporter. */
import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { DktoolError } from '../../lib/errors.ts';
import { systemReason } from '../../console/streams/system-reason.ts';
import type { Log } from './log.ts';
import type { MetricsPlace } from './settings.ts';
import { listenAt } from './sockets.ts';

/** Seconds between two writings of the file. */
const INTERVAL = 15;

export interface Metrics {
  readonly stop: () => void;
}

/**
 * @param text the metrics as they are now
 * @throws DktoolError where the socket or the file cannot be used
 */
export async function publishMetrics(
  place: MetricsPlace,
  mode: number,
  text: () => string,
  log: Log,
): Promise<Metrics> {
  if ('file' in place) return writtenTo(place.file, text, log);
  const http = httpServer(text);
  const server = await listenAt(place.address, mode, (socket) => http.emit('connection', socket));
  return {
    stop: () => {
      server.close();
      http.closeAllConnections();
    },
  };
}

/** RFC 9110: GET and HEAD of /metrics, and nothing else. */
function httpServer(text: () => string): Server {
  const server = createServer((request, response) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isThere = request.url === '/metrics';
    response.setHeader('Connection', 'close');
    if (!isRead || !isThere) {
      response.writeHead(isThere ? 405 : 404).end();
      return;
    }
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(request.method === 'HEAD' ? undefined : text());
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  server.maxHeadersCount = 50;
  server.on('clientError', (_, socket) => socket.destroy());
  return server;
}

function writtenTo(file: string, text: () => string, log: Log): Metrics {
  const write = () => {
    writeFileSync(`${file}.new`, text(), { mode: 0o644 });
    renameSync(`${file}.new`, file); // its reader finds it whole
  };
  try {
    write();
  } catch (error) {
    throw new DktoolError('output-unwritable', `cannot write ${file}: ${systemReason(error)}`, {
      kind: 'temporary',
      cause: error,
    });
  }
  let isFailing = false;
  const timer = setInterval(() => {
    try {
      write();
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.write('problem', 'metrics-failed', { file, why: systemReason(error) });
      isFailing = true;
    }
  }, INTERVAL * 1000).unref();
  return {
    stop: () => {
      clearInterval(timer);
      try {
        write(); // the last word
      } catch {
        // The service ends.
      }
    },
  };
}
