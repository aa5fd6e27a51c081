// Where the page starts. The first import takes the link's secret out of the address bar: nothing may
// run before it.
import { arrivals } from './link/arrival.ts';
import './zod-without-eval.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { createCall } from './call/call.ts';
import { keepArrivals, openLinkSecrets } from './link/link-secrets.ts';
import { openSettings } from './ui/settings.ts';

const secrets = openLinkSecrets();
keepArrivals(arrivals, secrets);

const root = document.getElementById('app');
if (root) {
  // The shell stood in until here.
  root.replaceChildren();
  render(<App createCall={createCall} settings={openSettings()} secrets={secrets} />, root);
}
