// A foreign gRPC server: serves test.Echo and prints its port.
const grpc = require('@grpc/grpc-js');
const service = require('./service.js');

function unary(call, callback) {
  const command = call.request.toString('latin1');
  if (command === 'fail') {
    const trailers = new grpc.Metadata();
    trailers.set('reason-bin', Buffer.from([0, 255, 7]));
    callback({ code: grpc.status.FAILED_PRECONDITION, details: 'nö, 100 %', metadata: trailers });
  } else if (command === 'crash') {
    callback(new Error('failed'));
  } else if (command === 'headers') {
    const initial = new grpc.Metadata();
    initial.set('initial', call.metadata.get('ask')[0]);
    call.sendMetadata(initial);
    const trailers = new grpc.Metadata();
    trailers.set('trailing-bin', call.metadata.get('ask-bin')[0]);
    callback(null, call.request, trailers);
  } else if (command !== 'hang') {
    callback(null, call.request);
  }
}

function collect(call, callback) {
  let total = 0;
  call.on('data', (message) => { total += message.length; });
  call.on('end', () => callback(null, Buffer.from(String(total))));
}

function repeat(call) {
  for (let n = 0; n < Number(call.request.toString()); n++) call.write(Buffer.from(String(n)));
  call.end();
}

function chat(call) {
  call.on('data', (message) => call.write(message));
  call.on('end', () => call.end());
}

const server = new grpc.Server();
server.addService(service, { Unary: unary, Collect: collect, Repeat: repeat, Chat: chat });
server.bindAsync(process.argv[2] || '127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
process.stdin.on('end', () => server.forceShutdown()).resume();
