import { Code, ConnectError, createConnectRouter } from '@connectrpc/connect';
import {
  type ConnectNodeAdapterOptions,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from '@connectrpc/connect-node';
import { bulkhead } from 'cockatiel';
import type { HttpHandler } from './guard-requests.ts';

/** Bodies that are decompressed at once, in all calls of a port together. */
const DECOMPRESSIONS_MAX = 8;

export interface RpcHandlerOptions
  extends Omit<ConnectNodeAdapterOptions, 'acceptCompression' | 'fallback' | 'requestPathPrefix'> {
  /**
   * Bounds a message as it comes and after its decompression, so that no small body becomes a large
   * one.
   */
  readMaxBytes: number;
  /** Answers what is no call; 404 unless given. */
  fallback?: HttpHandler;
}

/**
 * Connect, gRPC and gRPC-Web over Node's requests. connect-node's own adapter writes failures to
 * the console and lets some of them end the process; here they are the server's to answer. gzip is
 * the only compression: brotli and others make a client of 52 bytes cost megabytes before anybody
 * knows who he is.
 */
export function createRpcHandler({
  fallback = answerNotFound,
  ...options
}: RpcHandlerOptions): HttpHandler {
  const router = createConnectRouter({ ...options, acceptCompression: [boundedGzip()] });
  options.routes(router);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return async (request, response) => {
    const handler = handlers.get(request.url?.split('?', 1)[0] ?? '');
    if (handler === undefined) return fallback(request, response);
    const call = universalRequestFromNodeRequest(
      request,
      response,
      undefined,
      options.contextValues?.(request),
    );
    try {
      await universalResponseToNodeResponse(await handler(call), response);
    } catch (error) {
      // A client that left before its answer, or in the middle of it, is told nothing.
      if (call.signal.aborted || ConnectError.from(error).code === Code.Aborted) return;
      throw error;
    }
  };
}

function boundedGzip(): typeof compressionGzip {
  const room = bulkhead(DECOMPRESSIONS_MAX, Number.POSITIVE_INFINITY);
  return {
    ...compressionGzip,
    decompress: (bytes, readMaxBytes) =>
      room.execute(() => compressionGzip.decompress(bytes, readMaxBytes)),
  };
}

const answerNotFound: HttpHandler = (_request, response) => {
  response.statusCode = 404;
  response.end();
};
