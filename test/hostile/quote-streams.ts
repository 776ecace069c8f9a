import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { STREAM_PATH } from './http2-frames.ts';

// A gRPC client as others have it, to be killed or frozen: asks for quote streams, reads those that
// it gets, and ends with its parent. Arguments: port, streams asked for, how many are meant to
// open, token.
const [port, streams, granted, token] = process.argv.slice(2);

const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
const metadata = new Metadata();
metadata.set('authorization', `Bearer ${token}`);
const asIs = (bytes: Buffer): Buffer => bytes;

process.once('disconnect', () => process.exit());

let heard = 0;
for (let index = 0; index < Number(streams); index += 1) {
  const call = client.makeServerStreamRequest(STREAM_PATH, asIs, asIs, Buffer.alloc(0), metadata);
  call.once('data', () => {
    heard += 1;
    if (heard === Number(granted)) console.log('the streams are open');
  });
  call.on('data', () => {}).on('error', () => {});
}
