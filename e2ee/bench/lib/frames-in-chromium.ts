// The same measurement in a worker of headless Chromium.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import puppeteer from 'puppeteer';
import type { FrameFigures } from './measure-frames.ts';

const SCRIPT = fileURLToPath(new URL('./frames-worker.ts', import.meta.url));

/** Posted by frames-worker.ts; waits for it in the page. */
const IN_PAGE = `new Promise((resolve, reject) => {
  const worker = new Worker('/frames.js', { type: 'module' });
  worker.onmessage = ({ data }) => (data ? resolve(data) : reject(new Error('it failed')));
  worker.onerror = () => reject(new Error('it does not start'));
})`;

const isFigures = (value: unknown): value is readonly FrameFigures[] =>
  Array.isArray(value) && value.every((each) => Array.isArray(each?.ours));

export const measureInChromium = async (): Promise<readonly FrameFigures[]> => {
  const bundle = await build({ entryPoints: [SCRIPT], bundle: true, format: 'esm', write: false });
  const script = bundle.outputFiles[0]?.text ?? '';
  // WebCrypto wants a secure context: localhost is one.
  const server = createServer((request, response) => {
    const isScript = request.url === '/frames.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.end(isScript ? script : '<!doctype html>');
  }).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const browser = await puppeteer.launch({
    executablePath: process.env['PUPPETEER_EXECUTABLE_PATH'] ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${port}/`);
    const figures = await page.evaluate(IN_PAGE);
    if (!isFigures(figures)) throw new Error('the worker sent something else');
    return figures;
  } finally {
    await browser.close();
    server.close();
  }
};
