// Mounts the real page over a made-up call: `?scene=` says which moment, `?dir=rtl` mirrors it.
import '../src/zod-without-eval.ts';
import { render } from 'preact';
import { App } from '../src/app.tsx';
import type { ChosenDevices } from '../src/call/call-state.ts';
import { openSettings } from '../src/ui/settings.ts';
import { createFakeCall, fakePeer } from './fake-call.ts';
import { scenes } from './scenes.ts';

const ROOM_PATH = '/m/gallery-gallery-gallery-';

const query = new URLSearchParams(location.search);
const scene = scenes[query.get('scene') ?? 'home'];
const root = document.getElementById('app');
if (root && scene) {
  document.documentElement.dir = query.get('dir') ?? 'ltr';
  history.replaceState(null, '', scene.path === 'room' ? ROOM_PATH : scene.path);
  const createCall = (_roomId: string, chosen: ChosenDevices) => {
    const call = createFakeCall(chosen);
    scene.set?.(call);
    // For tests, which change the state while the page stands.
    Object.assign(globalThis, { gallery: { call, fakePeer } });
    return call;
  };
  root.replaceChildren();
  render(<App createCall={createCall} settings={openSettings()} />, root);
  for (const testId of scene.press ?? []) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const target = document.querySelector(`[data-testid="${testId}"]`);
    if (target instanceof HTMLElement) target.click();
  }
  document.body.dataset['ready'] = 'true';
}
