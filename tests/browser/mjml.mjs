// mjml.mjs FILE.mjml…: how many bytes of HTML MJML makes of each, as a JSON list.

import { readFile } from 'node:fs/promises';
import mjml from 'mjml';

const sizes = [];
for (const file of process.argv.slice(2)) {
  const { html, errors } = await mjml(await readFile(file, 'utf8'), { validationLevel: 'strict' });
  if (errors.length > 0) throw new Error(`${file}: ${JSON.stringify(errors)}`);
  sizes.push(Buffer.byteLength(html));
}
console.log(JSON.stringify(sizes));
