// Where the page starts.
import './zod-without-eval.ts';
import { render } from 'preact';
import { App } from './app.tsx';
import { createCall } from './call/call.ts';
import { openSettings } from './ui/settings.ts';

const root = document.getElementById('app');
if (root) {
  // The shell stood in until here.
  root.replaceChildren();
  render(<App createCall={createCall} settings={openSettings()} />, root);
}
