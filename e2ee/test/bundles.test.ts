// What a browser loads of this package: the page's part and the two workers, each by itself.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const TARGETS = ['chrome137', 'firefox130', 'safari17.5'];

async function bundle(name: string) {
  const entry = fileURLToPath(import.meta.resolve(`@sotto/e2ee/${name}`));
  const { outputFiles, metafile } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    target: TARGETS,
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  const inputs = Object.entries(output?.inputs ?? {});
  const gzipBytes = gzipSync(outputFiles[0]?.contents ?? '').length;
  console.log(`${name}: ${gzipBytes} bytes, gzip`);
  const parts = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([file]) => file);
  return { parts, gzipBytes };
}

const GROUP_LIBRARY = /ts-mls|@hpke|@noble\/c|\/mls-|\/group-session\.ts|\/key-holder/;

test('G39 the page’s part has no group library, no session and no keys in it', async () => {
  const { parts, gzipBytes } = await bundle('page');
  expect(parts.join(' ')).toContain('key-worker-client.ts');
  expect(parts.filter((file) => GROUP_LIBRARY.test(file))).toEqual([]);
  expect(gzipBytes).toBeLessThan(15_000);
});

test('G39 the frame worker has no group library in it', async () => {
  const { parts, gzipBytes } = await bundle('frame-worker');
  expect(parts.join(' ')).toContain('frame-worker.ts');
  expect(parts.filter((file) => GROUP_LIBRARY.test(file))).toEqual([]);
  expect(gzipBytes).toBeLessThan(15_000);
});

test('G8 the key worker has one suite in it: no other curve, no other cipher', async () => {
  const { parts, gzipBytes } = await bundle('key-worker');
  expect(parts.filter((file) => GROUP_LIBRARY.test(file)).join(' ')).toContain('ts-mls');
  const OTHERS = /weierstrass|nist|ed448|edwards|chacha|poly1305|post-quantum/;
  expect(parts.filter((file) => OTHERS.test(file))).toEqual([]);
  expect(gzipBytes).toBeLessThan(60_000);
});
