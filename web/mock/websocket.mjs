// The server's half of RFC 6455, as much as a tap needs: text messages under 64 KiB, ping, close.
import { createHash } from 'node:crypto';

export function accept(request, socket, onMessage, onClose) {
  const key = request.headers['sec-websocket-key'];
  const answer = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${answer}\r\n\r\n`);
  let buffer = Buffer.alloc(0);
  let closed = false;
  const end = () => {
    if (closed) return;
    closed = true;
    onClose();
  };
  const frame = (opcode, payload) => {
    if (closed || socket.destroyed) return;
    const head = payload.length < 126 ? Buffer.from([0x80 | opcode, payload.length]) : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 255]);
    socket.write(Buffer.concat([head, payload]));
  };
  socket.on('data', (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    while (buffer.length >= 6) {
      const opcode = buffer[0] & 15;
      let length = buffer[1] & 127;
      let at = 2;
      if (length === 126) {
        if (buffer.length < 8) return;
        length = buffer.readUInt16BE(2);
        at = 4;
      } else if (length === 127) return socket.destroy();
      if (buffer.length < at + 4 + length) return;
      const mask = buffer.subarray(at, at + 4);
      const payload = Buffer.from(buffer.subarray(at + 4, at + 4 + length).map((byte, index) => byte ^ mask[index & 3]));
      buffer = buffer.subarray(at + 4 + length);
      if (opcode === 1) onMessage(payload.toString());
      if (opcode === 9) frame(10, payload);
      if (opcode === 8) {
        frame(8, payload.subarray(0, 2));
        end();
        socket.end();
      }
    }
  });
  socket.on('close', end);
  socket.on('error', end);
  return {
    send: (text) => frame(1, Buffer.from(text)),
    close: (code, reason) => {
      frame(8, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));
      end();
      socket.end();
    },
  };
}
