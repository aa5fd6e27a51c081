// No screen and no panel has a fault that axe knows, in either scheme.
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { visitGallery } from './visit.mjs';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const visit = visitGallery();

const SCENES = (
  'home lobby lobby-denied alone two seven forty share-seven own-share ' +
  'people settings menu keyboard trouble after unreachable'
).split(' ');

describe.each(['light', 'dark'])('accessible in the %s scheme', (scheme) => {
  test.each(SCENES)('%s', async (scene) => {
    await visit.page.setBypassCSP(true);
    await visit.page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: scheme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    await visit.open(scene);
    await visit.page.addScriptTag({ path: AXE });
    const violations = await visit.page.evaluate(async () => {
      const { violations } = await globalThis.axe.run(document, {
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
      });
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`,
      );
    });
    expect(violations).toEqual([]);
  });
});
