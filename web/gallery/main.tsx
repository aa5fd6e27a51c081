// Mounts the real page over a made-up call: `?scene=` says which moment, `?dir=rtl` mirrors it.
import '../src/zod-without-eval.ts';
import { render } from 'preact';
import { App } from '../src/app.tsx';
import { watchAddressBar } from '../src/link/address-bar.ts';
import { keepArrivals, openLinkSecrets } from '../src/link/link-secrets.ts';
import type { ChosenDevices } from '../src/call/call-state.ts';
import { openSettings } from '../src/ui/settings.ts';
import { fakeGroup } from './fake-group.ts';
import { createFakeCall, fakePeer } from './fake-call.ts';
import { scenes } from './scenes.ts';

const ROOM_PATH = '/m/gallery-gallery-gallery-';
const SECRET = 'zjh9Xgopct6p5RKaUqw7jVik0YD8nuzllG2SZkOj0sA';

/** What stands there once all that was done before is drawn. */
const find = async (testId: string): Promise<HTMLElement | null> => {
  await new Promise((resolve) => requestAnimationFrame(resolve));
  return document.querySelector(`[data-testid="${testId}"]`);
};

const query = new URLSearchParams(location.search);
const scene = scenes[query.get('scene') ?? 'home'];
const root = document.getElementById('app');
if (root && scene) {
  document.documentElement.dir = query.get('dir') ?? 'ltr';
  history.replaceState(null, '', scene.path === 'room' ? ROOM_PATH : scene.path);
  const fragment = query.get('key') ?? (scene.path === 'room' ? (scene.key ?? SECRET) : '');
  if (fragment !== '') history.replaceState(null, '', `#${fragment}`);
  const secrets = openLinkSecrets();
  keepArrivals(watchAddressBar(window), secrets);
  const createCall = (_roomId: string, _secret: string, chosen: ChosenDevices) => {
    const call = createFakeCall(chosen);
    scene.set?.(call);
    // For tests, which change the state while the page stands.
    Object.assign(globalThis, { gallery: { call, fakePeer, fakeGroup } });
    return call;
  };
  root.replaceChildren();
  render(<App createCall={createCall} settings={openSettings()} secrets={secrets} />, root);
  for (const testId of scene.press ?? []) (await find(testId))?.click();
  if (scene.focus !== undefined) (await find(scene.focus))?.focus();
  document.body.dataset['ready'] = 'true';
}
