// A foreign gRPC client: calls test.Echo at the address given and says what it saw. Exit 0: everything as it must be.
const grpc = require('@grpc/grpc-js');
const service = require('./service.js');

const Client = grpc.makeGenericClientConstructor(service, 'test.Echo');
const client = new Client(process.argv[2], grpc.credentials.createInsecure());
const options = (ms = 20000) => ({ deadline: Date.now() + ms });

function check(name, condition) {
  console.log((condition ? 'ok ' : 'FAILED ') + name);
  if (!condition) process.exit(1);
}

function unary(message, metadata = new grpc.Metadata(), callOptions = options()) {
  return new Promise((resolve) => {
    const result = {};
    const call = client.Unary(Buffer.from(message), metadata, callOptions, (error, response) => {
      result.error = error;
      result.response = response;
    });
    call.on('metadata', (m) => { result.initial = m; });
    call.on('status', (status) => resolve({ ...result, status }));
    if (message === 'cancel me') call.cancel();
  });
}

async function collectAll(stream) {
  const all = [];
  for await (const message of stream) all.push(message.toString());
  return all;
}

async function main() {
  check('unary', (await unary('hello')).response.toString() === 'hello');
  check('empty message', (await unary('')).response.length === 0);

  const total = await new Promise((resolve, reject) => {
    const call = client.Collect(new grpc.Metadata(), options(), (error, response) => (error ? reject(error) : resolve(response.toString())));
    for (let n = 0; n < 100; n++) call.write(Buffer.alloc(n));
    call.end();
  });
  check('client streaming', total === '4950');

  const repeated = await collectAll(client.Repeat(Buffer.from('500'), new grpc.Metadata(), options()));
  check('server streaming', repeated.length === 500 && repeated.every((text, n) => text === String(n)));

  const chat = client.Chat(new grpc.Metadata(), options());
  const turns = [];
  chat.write(Buffer.from('turn 0'));
  for await (const message of chat) {
    turns.push(message.toString());
    if (turns.length < 20) chat.write(Buffer.from(`turn ${turns.length}`));
    else chat.end();
  }
  check('duplex streaming, in turns', turns.length === 20 && turns.every((text, n) => text === `turn ${n}`));

  if (process.env.ONLY_KINDS) {
    client.close();
    return;
  }

  const big = Buffer.alloc(3 << 20, 'x');
  check('3 MiB both ways', (await unary(big)).response.equals(big));
  check('a request above the limit', (await unary(Buffer.alloc(5 << 20))).status.code === grpc.status.RESOURCE_EXHAUSTED);

  const failed = await unary('fail');
  check('status', failed.status.code === grpc.status.FAILED_PRECONDITION);
  check('status message', failed.status.details === 'nö, 100 %');
  check('trailers with the status', failed.status.metadata.get('reason-bin')[0].equals(Buffer.from([0, 255, 7])));
  check('a handler that fails', (await unary('crash')).status.code === grpc.status.UNKNOWN);
  check('deadline', (await unary('hang', new grpc.Metadata(), options(200))).status.code === grpc.status.DEADLINE_EXCEEDED);
  check('cancellation', (await unary('cancel me')).status.code === grpc.status.CANCELLED);

  const metadata = new grpc.Metadata();
  metadata.set('ask', 'a value');
  metadata.set('ask-bin', Buffer.from([0, 1, 254]));
  const asked = await unary('headers', metadata);
  check('initial metadata', asked.initial.get('initial')[0] === 'a value');
  check('trailing metadata', asked.status.metadata.get('trailing-bin')[0].equals(Buffer.from([0, 1, 254])));
  client.close();
}

main().catch((error) => {
  console.log('FAILED ' + error.stack);
  process.exit(1);
});
