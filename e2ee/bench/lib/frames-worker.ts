// measure-frames.ts as the script of a worker that posts its figures.
import { measureFrames } from './measure-frames.ts';

const scope: object = globalThis;
const post = (figures: unknown): void => {
  if ('postMessage' in scope && typeof scope.postMessage === 'function')
    scope.postMessage(figures, []);
};

measureFrames().then(post, () => post(null));
