// node many.js FILE...: judge many messages by one set of rules. They share DNS answers and imported keys.
import { createReadStream } from 'node:fs';
import { createVerifier } from 'dktool';

const verifier = createVerifier();
for (const file of process.argv.slice(2)) {
  const { result, dkim } = await verifier.verify(createReadStream(file));
  console.log(`${file}: ${result} ${dkim.signatures.map(({ reason }) => reason).join(' ')}`);
}
