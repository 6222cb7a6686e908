// What a browser loads at most, compressed as a server would: everything in dist, all languages and fonts. The limit is 250 kB.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = join(new URL('.', import.meta.url).pathname, '..', 'dist');
const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
let total = 0;
for (const file of files) {
  const path = join(file.parentPath ?? file.path, file.name);
  const bytes = readFileSync(path);
  // woff2 is compressed already.
  const size = extname(path) === '.woff2' ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  total += size;
  console.log(`${(size / 1000).toFixed(1).padStart(7)} kB  ${path.slice(root.length + 1)}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(7)} kB  in all`);
if (total > 250_000) {
  console.error('more than 250 kB');
  process.exit(1);
}
